"""A receiver on this machine: an HTTP server that verifies what comes, answers, and hands it on."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Final, Self

from cavendish_client.webhooks.received import Received, received

HOST: Final = "127.0.0.1"
#: A message has less than 20 kB; who sends more is no friend.
_LIMIT_BYTES: Final = 100_000
#: Who sends no more for so long, in seconds, is not waited for.
_PATIENCE_S: Final = 10.0

Heard = Callable[[Received], None]


class Receiver:
    """Has its port from the moment that it is made; takes messages when it is told the key."""

    def __init__(self, port: int, heard: Heard) -> None:
        """Port 0 is any free one. Raises OSError."""
        self._heard, self._one_by_one = heard, threading.Lock()
        self._key = b""
        self._server = _Server((HOST, port), _Handler)
        self._server.receiver = self
        self.port = int(self._server.server_address[1])
        self.url = f"http://{HOST}:{self.port}/"

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._server.server_close()

    def take(self, headers: Any, body: bytes) -> bool:
        """Whether it was verified."""
        message = received(self._key, headers, body)
        with self._one_by_one:
            self._heard(message)
        return message.refusal is None

    @contextmanager
    def serving(self, key: bytes) -> Iterator[None]:
        """Serves in the background; what came before waits until then."""
        self._key = key
        thread = threading.Thread(target=self._server.serve_forever, args=(0.1,), daemon=True)
        thread.start()
        try:
            yield
        finally:
            self._server.shutdown()
            thread.join()


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    receiver: Receiver

    def handle_error(self, *_: object) -> None:
        """Who hangs up has not to be told of."""


class _Handler(BaseHTTPRequestHandler):
    timeout = _PATIENCE_S
    server: _Server

    def do_POST(self) -> None:
        length = self.headers.get("content-length") or ""
        if not (length.isascii() and length.isdigit() and int(length[:10]) <= _LIMIT_BYTES):
            self._answer(413)
            return
        body = self.rfile.read(int(length))
        self._answer(204 if self.server.receiver.take(self.headers, body) else 400)

    def log_message(self, *_: object) -> None:
        """A line is for a message, not for a request."""

    def _answer(self, status: int) -> None:
        self.send_response(status)
        self.end_headers()
