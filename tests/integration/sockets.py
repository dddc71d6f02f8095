"""A tiny server of real sockets that does what a test tells it, byte by byte."""

import socket
import threading
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Self


@dataclass
class Talk:
    """One connection, as the server sees it."""

    connection: socket.socket
    stopped: threading.Event

    def say(self, *pieces: bytes, every_s: float = 0) -> None:
        """Send the pieces, with a pause before each."""
        for piece in pieces:
            if every_s and self.stopped.wait(every_s):
                return
            self.connection.sendall(piece)

    def answer(self, body: bytes = b"{}", *, status: str = "200 OK", headers: str = "") -> None:
        self.say(f"HTTP/1.1 {status}\r\ncontent-length: {len(body)}\r\n{headers}\r\n".encode() + body)

    def hang(self) -> None:
        self.stopped.wait(30)

    def close(self) -> None:
        with suppress(OSError):
            self.connection.shutdown(socket.SHUT_RDWR)
        self.connection.close()

    def reset(self) -> None:
        """Break off as a machine does that has lost its memory."""
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
        self.connection.close()


Act = Callable[[Talk], None]


@dataclass
class Server:
    """Answers its nth request with the nth act, and all further ones with the last."""

    acts: list[Act] = field(default_factory=lambda: [Talk.answer])
    requests: list[bytes] = field(default_factory=list)
    connections: int = 0

    def __enter__(self) -> Self:
        self._stopped = threading.Event()
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._threads = [threading.Thread(target=self._accept)]
        self._threads[0].start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stopped.set()
        with suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        for thread in self._threads:
            thread.join()

    @property
    def port(self) -> int:
        return int(self._listener.getsockname()[1])

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                connection, _ = self._listener.accept()
                self.connections += 1
                self._threads.append(threading.Thread(target=self._serve, args=(connection,)))
                self._threads[-1].start()

    def _serve(self, connection: socket.socket) -> None:
        connection.settimeout(0.05)
        with connection, suppress(OSError):
            while (request := self._read(connection)) is not None:
                self.requests.append(request)
                connection.settimeout(30)
                self.acts[min(len(self.requests), len(self.acts)) - 1](Talk(connection, self._stopped))
                connection.settimeout(0.05)

    def _read(self, connection: socket.socket) -> bytes | None:
        """One whole request; None once nobody speaks any more."""
        read = b""
        while not _whole(read):
            try:
                piece = connection.recv(65536)
            except TimeoutError:
                if self._stopped.is_set():
                    return None
                continue
            if not piece:
                return None
            read += piece
        return read


def _whole(request: bytes) -> bool:
    head, end, body = request.partition(b"\r\n\r\n")
    lengths = [line.split(b":")[1] for line in head.lower().split(b"\r\n") if line.startswith(b"content-length:")]
    return bool(end) and len(body) >= int(lengths[0] if lengths else 0)
