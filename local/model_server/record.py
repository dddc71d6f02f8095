"""What was sent, kept field by field, so that a test can compare it; keys are not kept."""

import hashlib
import json
from collections import OrderedDict
from dataclasses import dataclass, field
from typing import Any, Final

from aiohttp import web
from aiohttp.web_request import FileField

from local.model_server.dialect import Incoming, Upload

MOST = 2_000
LONGEST = 40_000  # characters: a prompt is kept, a picture is not
SECRETS = {"authorization", "x-goog-api-key", "api-key", "cookie"}
UNREADABLE: Final = object()


async def received(request: web.Request) -> Any:
    """The body: JSON, the fields of a form, or UNREADABLE."""
    if request.content_type == "multipart/form-data":
        return await _form(request)
    try:
        return json.loads(await request.read())
    except ValueError:
        return UNREADABLE


async def _form(request: web.Request) -> dict[str, Any]:
    fields: dict[str, Any] = {}
    for name, value in (await request.post()).items():
        if isinstance(value, FileField):
            kept: Any = Upload(value.filename, value.content_type, value.file.read())
        else:
            kept = str(value)
        before = fields.get(name)
        fields[name] = kept if before is None else [*(before if isinstance(before, list) else [before]), kept]
    return fields


@dataclass(slots=True)
class Requests:
    _kept: OrderedDict[int, dict[str, Any]] = field(default_factory=OrderedDict)

    def keep(self, n: int, incoming: Incoming) -> None:
        request = incoming.request
        self._kept[n] = {
            "n": n,
            "method": request.method,
            "path": request.path,
            "query": {name: value for name, value in request.query.items() if name != "key"},
            "headers": {name: value for name, value in request.headers.items() if name.lower() not in SECRETS},
            "body": None if incoming.body is UNREADABLE else _slim(incoming.body),
        }
        if len(self._kept) > MOST:
            self._kept.popitem(last=False)

    def get(self, n: int) -> dict[str, Any] | None:
        return self._kept.get(n)


def _slim(value: Any) -> Any:
    """What is too long to be compared by eye has its digest instead."""
    if isinstance(value, dict):
        return {key: _slim(each) for key, each in value.items()}
    if isinstance(value, list):
        return [_slim(each) for each in value]
    if isinstance(value, Upload):
        return {"filename": value.name, "mime": value.mime, **_digest(value.data)}
    if isinstance(value, str) and len(value) > LONGEST:
        return _digest(value.encode(errors="surrogatepass"))
    return value


def _digest(data: bytes) -> dict[str, Any]:
    return {"sha256": hashlib.sha256(data).hexdigest(), "bytes": len(data)}
