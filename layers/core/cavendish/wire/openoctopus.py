"""OpenOctopus: a call is a task, looked after until its pictures are there (its own site's source: model-apis 5.9)."""

import re
from collections.abc import Mapping
from typing import Any, Final

from cavendish.outcome import Outcome, report
from cavendish.wire import Asked, Pending, Reading, WireRequest
from cavendish.wire.fields import fields, objects, only
from cavendish.wire.openai_error import envelope, read_error
from cavendish.wire.shown import Shown, last, shown

PICTURE_KEYS: Final[frozenset[str]] = frozenset()

#: Its own client looks this often, in seconds.
LOOK_EVERY_S: Final = 1.8
#: Ends without a picture; "failed" is the documented one. Every other word means that there is more to come.
_FAILED: Final = frozenset({"failed", "error", "cancelled", "canceled", "expired", "rejected"})
#: An id as it may stand in an address.
_ID: Final = re.compile(r"[A-Za-z0-9_-]{1,128}", re.ASCII)
_OWN: Final = re.compile(r"/v1/[A-Za-z0-9/._-]{1,500}", re.ASCII)


def request(asked: Asked) -> WireRequest:
    """Ask for one picture."""
    size = f"{asked.pixels.width}x{asked.pixels.height}"
    body = {"model": asked.model, "prompt": asked.prompt, "input": {"size": size}}
    return WireRequest(path="/v1/images/generations", body=body)


def read(status: int, headers: Mapping[str, str], document: Any) -> Reading:
    """Read a task, as the first answer and every look give it."""
    task = fields(only(document))
    if not 200 <= status < 300:
        return Reading(report=read_error(status, headers, document))
    state = str(task.get("status")).lower()
    if state in _FAILED:
        error = envelope(task) or {"code": task.get("error_code"), "message": task.get("error_message") or state}
        return Reading(report=read_error(status, headers, {"error": error}), over=True)
    if task.get("error"):
        return Reading(report=read_error(status, headers, task))
    if state == "succeeded":
        return _made(task)
    number = task.get("id")
    if not isinstance(number, str) or not _ID.fullmatch(number):
        return Reading(report=report(Outcome.GARBLED, detail="the answer names no task"))
    return Reading(pending=Pending(f"/v1/tasks/{number}", LOOK_EVERY_S))


def _made(task: dict[str, Any]) -> Reading:
    assets = objects(fields(task.get("output_payload")).get("assets"))
    seen = last((one, False) for asset in assets if (one := _asset(asset.get("url"))))
    if seen is None:
        return Reading(report=report(Outcome.NO_IMAGE, detail="the task succeeded without a picture"), over=True)
    return Reading(link=seen) if isinstance(seen, str) else Reading(picture=seen)


def _asset(url: Any) -> Shown | None:
    """A picture in the answer itself, a path at the same door, or a link to elsewhere."""
    return url if isinstance(url, str) and _OWN.fullmatch(url) and ".." not in url else shown(url)
