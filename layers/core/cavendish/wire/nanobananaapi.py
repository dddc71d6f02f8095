"""nanobananaapi.dev's images/generate: a ratio called size, the size in the model's name, and failures with status 200.

Shapes: nanobananaapi.dev/docs/models, read 2026-11-20 (model-apis 5.8; S3.11, S3.12).
"""

from collections.abc import Mapping
from typing import Any, Final

from cavendish.outcome import Outcome, report
from cavendish.wire import Asked, Reading, WireRequest
from cavendish.wire.fields import fields, only, text
from cavendish.wire.openai_error import read_error
from cavendish.wire.shown import last, shown

PICTURE_KEYS: Final[frozenset[str]] = frozenset()


def request(asked: Asked) -> WireRequest:
    """Ask for one picture."""
    body = {"prompt": asked.prompt, "model": asked.model, "num": 1, "image_size": asked.call.aspect_ratio}
    return WireRequest(path="/v1/images/generate", body=body)


def read(status: int, headers: Mapping[str, str], document: Any) -> Reading:
    """Read an answer: `data.url` is a link, or a list of links; any `code` but 0 is a failure, whatever the status."""
    answer = only(document)
    if not 200 <= status < 300 or _failed(answer):
        return Reading(report=read_error(status, headers, answer))
    if not isinstance(answer, dict):
        return Reading(report=report(Outcome.GARBLED, detail="the answer is not a JSON object"))
    urls = fields(answer.get("data")).get("url")
    seen = last((one, False) for url in (urls if isinstance(urls, list) else [urls]) if (one := shown(url)))
    if seen is None:
        words = text(answer.get("message"))
        detail = "the answer names no picture" + (f": {words}" if words else "")
        return Reading(report=report(Outcome.NO_IMAGE, detail=detail))
    return Reading(link=seen) if isinstance(seen, str) else Reading(picture=seen)


def _failed(answer: Any) -> bool:
    code = fields(answer).get("code")
    return bool((code and code != "0") or fields(answer).get("error"))
