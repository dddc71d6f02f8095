"""The contract to read: GET /openapi.json for programs, GET /docs for people. They need no key."""

import json
from functools import cache
from pathlib import Path
from typing import Final

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.event_handler.router import APIGatewayHttpRouter

from api import incoming

router = APIGatewayHttpRouter()  # type: ignore[no-untyped-call]  # powertools 3.37 does not annotate it

_PAGE: Final = Path(__file__).with_name("docs.html")
_KEEP: Final = {"Cache-Control": "public, max-age=300"}
#: The page has all it needs in itself, and asks nobody but this API.
_ALONE: Final = (
    "default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'; img-src data:; connect-src 'self'"
)


@router.get("/openapi.json")
def openapi() -> Response[str]:
    return Response(200, "application/json", _document(incoming.base_url(router)), headers=dict(_KEEP))


@router.get("/docs")
def docs() -> Response[str]:
    return Response(200, "text/html; charset=utf-8", _page(), headers={**_KEEP, "Content-Security-Policy": _ALONE})


@cache
def _document(base_url: str) -> str:
    from cavendish.openapi.document import document  # few ask for it, and every cold start would pay for it

    return json.dumps(document(base_url), ensure_ascii=False)


@cache
def _page() -> str:
    return _PAGE.read_text("utf-8")
