"""The API's function behind real HTTP, as API Gateway puts it there, on whatever AWS the test has."""

import base64
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from werkzeug.serving import make_server
from werkzeug.wrappers import Request, Response

from api import handler
from tests.integration.handlers import CONTEXT, event

#: Its own address goes into the document, so that what reads the document finds back.
HOST = "127.0.0.1"


@contextmanager
def gateway() -> Iterator[str]:
    """Serves the API; gives its address."""
    server = make_server(HOST, 0, Request.application(_answer), threaded=True)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://{HOST}:{server.port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def _answer(request: Request) -> Response:
    answer = handler(_event(request), CONTEXT)
    body = answer.get("body") or ""
    return Response(body, answer["statusCode"], answer["headers"])


def _event(request: Request) -> dict[str, Any]:
    """The event of the file with what this request brought; a body that is no text comes in base64."""
    fields = event("api.health")
    http = {**fields["requestContext"]["http"], "method": request.method, "path": request.path}
    brought = {
        "rawPath": request.path,
        "rawQueryString": request.query_string.decode("latin-1"),
        "headers": {name.lower(): value for name, value in request.headers.items()},
        "requestContext": {**fields["requestContext"], "http": http},
        "body": base64.b64encode(request.get_data()).decode(),
        "isBase64Encoded": True,
    }
    return {**fields, **brought}
