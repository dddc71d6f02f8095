"""The body of a webhook: {"type", "timestamp", "data"}, below 20 kB whatever the job holds."""

import json
from collections.abc import Iterator
from typing import Any, Final

from cavendish.contract.view import timestamp
from cavendish.webhook.delivery import Delivery

#: Standard Webhooks 1.0, "Payload size": usually smaller than 20 kB.
LIMIT_BYTES: Final = 20_000
#: Longer words are cut where they are not links.
_WORDS: Final = 200
#: What tells the receiver where to look for the rest.
_LEAST: Final = ("id", "status", "sequence")

#: What has links in it: half a link leads nowhere.
_LINKED: Final = ("images", "links", "results")

Data = dict[str, Any]


def body(delivery: Delivery, data: Data) -> bytes:
    """The bytes that are signed and sent. ASCII, which no framework reads in another way before it is verified."""
    fields = {**data, "sequence": delivery.sequence}
    for fitted in _ever_smaller(fields):
        written = _written(delivery, fitted)
        if len(written) < LIMIT_BYTES:
            return written
    raise AssertionError("the least there is fits")


def gone(delivery: Delivery) -> Data:
    """What is told of a job, a batch or an endpoint that was deleted meanwhile."""
    return {"id": delivery.subject, "status": "deleted"}


def _written(delivery: Delivery, data: Data) -> bytes:
    message = {"type": delivery.type, "timestamp": timestamp(delivery.at), "data": data}
    return json.dumps(message, separators=(",", ":")).encode()


def _ever_smaller(data: Data) -> Iterator[Data]:
    """The whole, then without what is missed least: each time with all the cuts before it."""
    yield data
    data = {**data, "truncated": True}
    for cut in (_without_metadata, _without_tags, _without_parts):
        data = cut(data)
        yield data
    while data.get("attempts"):
        data = {**data, "attempts": data["attempts"][_half(data["attempts"]) :]}
        yield data
    for cut in (_with_short_words, _without_skipped, _without_links):
        data = cut(data)
        yield data
    yield {name: _short(data[name]) for name in (*_LEAST, "truncated") if name in data}


def _half(attempts: list[Any]) -> int:
    """The older half, rounded up: a job of 270 attempts fits after eight cuts at most."""
    return (len(attempts) + 1) // 2


def _without_metadata(data: Data) -> Data:
    return _less(data, "metadata")


def _without_tags(data: Data) -> Data:
    return _less(data, "tags")


def _less(data: Data, name: str) -> Data:
    """Of a job its request has it, of a batch the batch itself."""
    data = {key: value for key, value in data.items() if key != name}
    requested = data.get("requested")
    if not isinstance(requested, dict):
        return data
    return {**data, "requested": {key: value for key, value in requested.items() if key != name}}


def _without_parts(data: Data) -> Data:
    """A batch may have hundreds; its manifest has them all."""
    results = data.get("results")
    return {**data, "results": {**results, "parts": []}} if isinstance(results, dict) else data


def _with_short_words(data: Data) -> Data:
    """All but links is cut."""
    return {name: value if name in _LINKED else _short(value) for name, value in data.items()}


def _short(value: Any) -> Any:
    if isinstance(value, str):
        return value[:_WORDS]
    if isinstance(value, dict):
        return {key: _short(one) for key, one in value.items()}
    return [_short(one) for one in value] if isinstance(value, list) else value


def _without_skipped(data: Data) -> Data:
    return {name: value for name, value in data.items() if name != "skipped"}


def _without_links(data: Data) -> Data:
    """Reading the job gives them."""
    images = data.get("images")
    return {**data, "images": [{**one, "url": None} for one in images]} if isinstance(images, list) else data
