"""Conditional requests (RFC 9110): whether the caller has it already."""

import re
from typing import Final

from aws_lambda_powertools.event_handler.router import APIGatewayHttpRouter

_TAG: Final = re.compile(r'(?:W/)?("[\x21\x23-\x7e\x80-\xff]*")')


def unchanged(router: APIGatewayHttpRouter, etag: str) -> bool:
    """Whether If-None-Match has this tag; weak and strong are the same here."""
    known = (router.current_event.headers.get("if-none-match") or "").strip()
    return known == "*" or etag.removeprefix("W/") in _TAG.findall(known)
