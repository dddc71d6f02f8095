"""The S3 in memory behind real HTTP, so that links to it can be opened by whoever they are handed to."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager

import requests
from werkzeug.serving import make_server
from werkzeug.wrappers import Request, Response

_IN_MEMORY = "https://s3.us-east-1.amazonaws.com"
#: What the server between says itself.
_OWN = ("content-length", "transfer-encoding", "connection", "host", "content-encoding")


@contextmanager
def s3_over_http() -> Iterator[str]:
    """Serves it, path style; gives its address."""
    server = make_server("127.0.0.1", 0, Request.application(_forwarded), threaded=True)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def _forwarded(request: Request) -> Response:
    query = request.query_string.decode()
    answer = requests.request(
        request.method,
        f"{_IN_MEMORY}{request.path}{'?' if query else ''}{query}",
        headers={name: value for name, value in request.headers.items() if name.lower() not in _OWN},
        data=request.get_data(),
        stream=True,  # a HEAD says how long a body is that does not come
        timeout=5,
    )
    headers = {name: value for name, value in answer.headers.items() if name.lower() not in _OWN}
    if request.method == "HEAD":
        return Response(None, answer.status_code, {**headers, "content-length": answer.headers["content-length"]})
    return Response(answer.content, answer.status_code, headers)
