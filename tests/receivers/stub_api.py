"""The API's webhook routes, as far as a command can see them: answers that were laid out, requests that are kept."""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

Answer = tuple[int, dict[str, Any] | None]


class StubApi:
    """Answers by method and path; what is not laid out is a 404."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.answers: dict[str, Answer] = {}
        #: "METHOD path" and the body, in the order in which they came.
        self.requests: list[tuple[str, Any]] = []

    def answer(self, asked: str, body: bytes) -> Answer:
        self.requests.append((asked, json.loads(body) if body else None))
        unknown = {"code": "unknown_endpoint", "title": "There is no such endpoint", "detail": "It is none of yours."}
        return self.answers.get(asked, (404, unknown))


@contextmanager
def stub_api() -> Iterator[StubApi]:
    class Handler(BaseHTTPRequestHandler):
        def _answer(self) -> None:
            status, body = api.answer(
                f"{self.command} {self.path}", self.rfile.read(int(self.headers["content-length"] or 0))
            )
            self.send_response(status)
            self.send_header("content-type", "application/json")
            self.end_headers()
            if body is not None:
                self.wfile.write(json.dumps(body).encode())

        do_GET = do_POST = do_PATCH = do_DELETE = _answer  # noqa: N815 - http.server's names

        def log_message(self, *_: object) -> None:
            """Nobody reads it."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    api = StubApi(f"http://127.0.0.1:{server.server_address[1]}")
    thread = threading.Thread(target=server.serve_forever, args=(0.05,))
    thread.start()
    try:
        yield api
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
