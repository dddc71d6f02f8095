"""Gemini's generateContent, as google-genai 3.3.0 and the documentation of 2026-07-16 speak it."""

from collections.abc import Mapping
from typing import Any, Final

from cavendish.answer import Picture
from cavendish.catalog import Model
from cavendish.outcome import Billed, Outcome, Report, clean, report
from cavendish.plan import Call
from cavendish.price import Usage
from cavendish.wire import Reading, WireRequest
from cavendish.wire.google_error import objects, pick, read_error

PICTURE_KEYS: Final = frozenset({"data"})

#: Ends that mean: the model made something, or would have, and may not show it. All others without a picture are
#: "no_image" (FinishReason in google-genai 3.3.0).
_REFUSED: Final = frozenset(
    {
        "SAFETY",
        "RECITATION",
        "LANGUAGE",
        "BLOCKLIST",
        "PROHIBITED_CONTENT",
        "SPII",
        "IMAGE_SAFETY",
        "IMAGE_PROHIBITED_CONTENT",
        "IMAGE_RECITATION",
        "MODEL_ARMOR",
    }
)


def request(call: Call, model: Model, prompt: str, key: str) -> WireRequest:
    """Ask for one picture. The words are asked for too: without them a refusal has no reason."""
    image = {"aspectRatio": call.aspect_ratio, **({"imageSize": call.size} if model.names_size else {})}
    config: dict[str, Any] = {"responseModalities": ["TEXT", "IMAGE"], "imageConfig": image}
    if call.thinking:
        config["thinkingConfig"] = {"thinkingLevel": call.thinking.upper()}
    return WireRequest(
        path=f"/v1beta/models/{call.model}:generateContent",
        headers={"x-goog-api-key": key},
        body={"contents": [{"role": "user", "parts": [{"text": prompt}]}], "generationConfig": config},
    )


def read(status: int, headers: Mapping[str, str], document: Any) -> Reading:
    """Read an answer. `document` is its JSON with pictures decoded, or None where it is not JSON."""
    if not 200 <= status < 300 or _is_error(document):
        return Reading(report=read_error(status, headers, document))
    document = document[0] if isinstance(document, list) and len(document) == 1 else document
    if not isinstance(document, dict):
        return Reading(report=report(Outcome.GARBLED, detail="the answer is not a JSON object"))
    candidates = objects(document.get("candidates"))
    parts = [part for candidate in candidates for part in _parts(candidate)]
    picture, usage = _picture(parts), _usage(pick(document, "usageMetadata"))
    if picture and usage and not usage.image_out:
        usage = None  # a gateway that does not say which tokens were the picture's; as text they would cost a tenth
    return Reading(
        picture=picture,
        report=None if picture else _without_picture(document, candidates[0] if candidates else {}, parts, usage),
        usage=usage,
        model_version=_text(pick(document, "modelVersion")),
        note=_note(parts),
    )


def _is_error(document: Any) -> bool:
    # Gateways send errors with status 200, and Google sends one-element lists.
    inner = document[0] if isinstance(document, list) and document else document
    return isinstance(inner, dict) and bool(inner.get("error")) and not inner.get("candidates")


def _parts(candidate: dict[str, Any]) -> list[dict[str, Any]]:
    content = candidate.get("content")
    return objects(content.get("parts")) if isinstance(content, dict) else []


def _picture(parts: list[dict[str, Any]]) -> Picture | None:
    """The last picture that is no thought, else the last thought: drafts come first, marked or not."""
    found = [(part, picture) for part in parts if (picture := _inline(part))]
    shown = [picture for part, picture in found if not part.get("thought")]
    return shown[-1] if shown else found[-1][1] if found else None


def _note(parts: list[dict[str, Any]]) -> str | None:
    words = [text for part in parts if not part.get("thought") and (text := _text(part.get("text")))]
    return clean("\n".join(words)) or None


def _inline(part: dict[str, Any]) -> Picture | None:
    inline = pick(part, "inlineData")
    data = inline.get("data") if isinstance(inline, dict) else None
    return data if isinstance(data, Picture) else None


def _without_picture(
    document: dict[str, Any], candidate: dict[str, Any], parts: list[dict[str, Any]], usage: Usage | None
) -> Report:
    feedback = pick(document, "promptFeedback")
    if isinstance(feedback, dict) and (reason := pick(feedback, "blockReason")):
        return report(Outcome.REFUSED_INPUT, detail=f"the model refused the prompt: {reason}")
    reason = str(pick(candidate, "finishReason") or "no finish reason")
    words = _text(pick(candidate, "finishMessage")) or _note(parts)
    detail = f"the model ended with {reason}" + (f": {words}" if words else "")
    if reason in _REFUSED:
        billed = Billed.YES if usage and usage.image_out else None
        return report(Outcome.REFUSED_OUTPUT, billed=billed, detail=detail)
    return report(Outcome.NO_IMAGE, detail=detail)


def _usage(counts: Any) -> Usage | None:
    """Tokens by kind. An answer counts its pictures inside candidatesTokenCount, which is text otherwise."""
    if not isinstance(counts, dict):
        return None
    details = pick(counts, "candidatesTokensDetails")
    images = sum(
        _count(pick(row, "tokenCount")) for row in objects(details) if str(row.get("modality")).upper() == "IMAGE"
    )
    usage = Usage(
        text_in=_count(pick(counts, "promptTokenCount")),
        text_out=max(0, _count(pick(counts, "candidatesTokenCount")) - images),
        thought=_count(pick(counts, "thoughtsTokenCount")),
        image_out=images,
    )
    return usage if usage != Usage() else None  # who counted nothing has not counted


def _count(value: Any) -> int:
    return value if isinstance(value, int) and not isinstance(value, bool) and 0 <= value < 100_000_000 else 0


def _text(value: Any) -> str | None:
    return clean(value) if isinstance(value, str) and value else None
