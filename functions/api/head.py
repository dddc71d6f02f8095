"""HEAD: the answer to GET without its body (RFC 9110, 9.3.2)."""

from collections.abc import Callable
from typing import Any

Event = dict[str, Any]


def answer(event: Event, resolve: Callable[[Event], dict[str, Any]]) -> dict[str, Any]:
    """What `resolve` answers; to HEAD, what it would answer to GET, with the length of what is left out."""
    if event["requestContext"]["http"]["method"] != "HEAD":
        return resolve(event)
    whole = resolve(_as_get(event))
    length = len((whole.get("body") or "").encode())
    return {**whole, "body": "", "headers": {**whole["headers"], "Content-Length": str(length)}}


def _as_get(event: Event) -> Event:
    context = event["requestContext"]
    return {**event, "requestContext": {**context, "http": {**context["http"], "method": "GET"}}}
