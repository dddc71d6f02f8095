"""A receiver of webhooks on this machine: keeps what it gets, and answers as a test says."""

import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


@dataclass(frozen=True)
class Received:
    """One request: its headers by their names in small letters, and its bytes."""

    path: str
    headers: Mapping[str, str]
    body: bytes


@dataclass
class Receiver:
    """What came, the oldest first, and what is answered to whom: the last answer again and again."""

    url: str = ""
    received: list[Received] = field(default_factory=list)
    answers: list[tuple[int, dict[str, str]]] = field(default_factory=lambda: [(200, {})])
    lock: threading.Lock = field(default_factory=threading.Lock)
    speaks: threading.Event = field(default_factory=threading.Event)

    def answer(self, *statuses: int, **headers: str) -> None:
        self.answers = [(status, headers) for status in statuses]

    @contextmanager
    def silent(self) -> Iterator[None]:
        """It takes what comes, and says nothing meanwhile."""
        self.speaks.clear()
        try:
            yield
        finally:
            self.speaks.set()

    def take(self, one: Received) -> tuple[int, dict[str, str]]:
        with self.lock:
            self.received.append(one)
        self.speaks.wait()
        with self.lock:
            return self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]


@contextmanager
def receiver() -> Iterator[Receiver]:
    here = Receiver()
    here.speaks.set()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["content-length"]))
            headers = {name.lower(): value for name, value in self.headers.items()}
            status, more = here.take(Received(self.path, headers, body))
            with suppress(ConnectionError):  # whoever asked may be dead by now
                self._answer(status, more)

        def _answer(self, status: int, more: Mapping[str, str]) -> None:
            self.send_response(status)
            for name, value in {**more, "content-length": "0"}.items():
                self.send_header(name, value)
            self.end_headers()

        def log_message(self, *_: Any) -> None:
            """Nobody wants to read it."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    here.url = f"http://127.0.0.1:{server.server_port}"
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield here
    finally:
        server.shutdown()
        server.server_close()
