"""OpenAI's images/generations (openai 2.54.0, images_response.py), as gateways speak it for other models too."""

from collections.abc import Mapping
from typing import Any, Final

from cavendish.outcome import Outcome, report
from cavendish.wire import Asked, Reading, WireRequest
from cavendish.wire.fields import objects, text
from cavendish.wire.openai_answer import Content, reading
from cavendish.wire.shown import Shown, last, shown

PICTURE_KEYS: Final = frozenset({"b64_json"})


def request(asked: Asked) -> WireRequest:
    """Ask for one picture; what is not named here is left to the model."""
    size = f"{asked.pixels.width}x{asked.pixels.height}"
    body = {"model": asked.model, "prompt": asked.prompt, "n": 1, "size": size}
    return WireRequest(path="/v1/images/generations", body={**body, **_wanted(asked)})


def _wanted(asked: Asked) -> dict[str, str]:
    """What some providers want besides: the form of the answer, which OpenAI's own models refuse to be asked for, and
    the thinking (S0.08: `extra_body`, which the SDK merges into the body)."""
    wanted = {}
    if "response_format" in asked.quirks and not asked.call.model.startswith("gpt-image"):
        wanted["response_format"] = "b64_json"
    if "thinking_level" in asked.quirks and asked.call.thinking:
        wanted["thinking_level"] = asked.call.thinking
    return wanted


def read(status: int, headers: Mapping[str, str], document: Any) -> Reading:
    """Read an answer. `document` is its JSON with pictures decoded, or None where it is not JSON."""
    return reading(status, headers, document, _find)


def _find(document: dict[str, Any]) -> Content:
    data = document.get("data")
    rows = objects(data if isinstance(data, list) else [data])
    notes = [note for row in rows if (note := text(row.get("revised_prompt")))]
    return Content(
        seen=last((seen, False) for row in rows if (seen := _seen(row))),
        note=notes[-1] if notes else None,
        without=report(Outcome.NO_IMAGE, detail="the answer holds no picture"),
        only_pictures=True,
    )


def _seen(row: dict[str, Any]) -> Shown | None:
    return shown(row.get("b64_json")) or shown(row.get("url"))
