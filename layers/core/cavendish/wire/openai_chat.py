"""Pictures out of OpenAI's chat/completions, as gateways have it: OpenRouter's and Vercel's way, and that of S1.14.

The picture is in `message.images`, in the content's parts, or in its words as Markdown (model-apis 3.3, 5.5).
"""

from collections.abc import Iterator, Mapping
from typing import Any, Final

from cavendish.outcome import Billed, Outcome, Report, clean, report
from cavendish.wire import Asked, Reading, WireRequest, ends
from cavendish.wire.fields import fields, objects, text
from cavendish.wire.openai_answer import Content, reading
from cavendish.wire.shown import Shown, last, shown, shown_in_words, without_pictures

PICTURE_KEYS: Final = frozenset({"b64_json", "data", "base64"})

#: Where a part keeps its picture, and under which names; a data URI or a link may stand at either.
_HOLDERS: Final = ("image_url", "image", "source", "inline_data", "inlineData")
_NAMES: Final = ("b64_json", "data", "base64", "url")


def request(asked: Asked) -> WireRequest:
    """Ask for one picture. There is no field for thinking."""
    body = {"model": asked.model, "messages": [{"role": "user", "content": asked.prompt}]}
    return WireRequest(path="/v1/chat/completions", body={**body, **_form(asked)})


def _form(asked: Asked) -> dict[str, Any]:
    if "image_resolution" in asked.quirks:
        return {"image_resolution": asked.call.size}
    image = {"aspect_ratio": asked.call.aspect_ratio, **({"image_size": asked.call.size} if asked.names_size else {})}
    return {"modalities": ["image", "text"], "image_config": image}


def read(status: int, headers: Mapping[str, str], document: Any) -> Reading:
    """Read an answer. `document` is its JSON with pictures decoded, or None where it is not JSON."""
    return reading(status, headers, document, _find)


def _find(document: dict[str, Any]) -> Content:
    choices = objects(document.get("choices"))
    messages = [fields(choice.get("message")) for choice in choices]
    seen, note = last(found for message in messages for found in _seen(message)), _note(messages)
    without = _without_picture(document, choices, messages, note)
    if isinstance(seen, str):
        # A refusal's link leads to the policy that it names.
        seen = seen if without.outcome is Outcome.NO_IMAGE else None
        note = note and (note.replace(seen, "").strip() or None) if seen else note
    return Content(seen=seen, note=note, without=without, only_pictures=False)


def _seen(message: dict[str, Any]) -> Iterator[tuple[Shown, bool]]:
    """The pictures of a message, each with whether it is a draft; those in its thoughts are."""
    for name in ("reasoning_content", "reasoning"):
        if not isinstance(thoughts := message.get(name), str) and (seen := shown(thoughts)):
            yield seen, True
    content = message.get("content")
    if words := shown_in_words(content):
        yield words, False
    for part in [*objects(content), *objects(message.get("images"))]:
        if seen := shown_in_words(part.get("text")) or _seen_in_part(part):
            yield seen, bool(part.get("thought"))


def _seen_in_part(part: dict[str, Any]) -> Shown | None:
    holders = [part, *(part.get(name) for name in _HOLDERS)]
    values = [
        value for one in holders for value in ([one.get(name) for name in _NAMES] if isinstance(one, dict) else [one])
    ]
    return next((seen for value in values if (seen := shown(value))), None)


def _note(messages: list[dict[str, Any]]) -> str | None:
    contents = [message.get("content") for message in messages]
    parts = [part.get("text") for content in contents for part in objects(content) if not part.get("thought")]
    words = [said for value in [*contents, *parts] if (said := without_pictures(text(value) or ""))]
    return clean("\n".join(words)) or None


def _without_picture(
    document: dict[str, Any], choices: list[dict[str, Any]], messages: list[dict[str, Any]], note: str | None
) -> Report:
    """Who charges by the picture charges for any answer with status 200, refused or not (model-apis 2.5)."""
    if refusal := next((said for message in messages if (said := text(message.get("refusal")))), None):
        detail = f"the model refused the prompt: {refusal}"
        return report(Outcome.REFUSED_INPUT, billed=Billed.YES, detail=detail)
    reason, unknown = _end(document, choices[0] if choices else {})
    detail = f"the model ended with {reason or 'no finish reason'}" + (f": {note}" if note else "")
    return report(ends.outcome_of(reason), billed=Billed.YES, detail=detail, unknown=unknown)


def _end(document: dict[str, Any], choice: dict[str, Any]) -> tuple[Any, str]:
    """Why it ended: in the model's own words, which OpenRouter gives beside its own, if a table has them."""
    native = choice.get("native_finish_reason") or document.get("native_finish_reason")
    reason = choice.get("finish_reason")
    unknown = ends.unknown(reason) or ends.unknown(native)
    return (native if ends.known(native) else reason), unknown
