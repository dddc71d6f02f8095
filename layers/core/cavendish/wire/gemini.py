"""Gemini's generateContent, as google-genai 3.3.0 and the documentation of 2026-07-16 speak it."""

from collections.abc import Mapping
from typing import Any, Final

from cavendish.answer.answer import Mixed, Picture
from cavendish.money.price import Usage
from cavendish.outcome import Billed, Outcome, Report, clean, report
from cavendish.wire import Asked, Reading, WireRequest, ends
from cavendish.wire.fields import count, fields, objects, only, pick, text
from cavendish.wire.google_error import read_error
from cavendish.wire.shown import Shown, last, shown
from cavendish.wire.unknown import mark

PICTURE_KEYS: Final = frozenset({"data"})

#: Why a prompt is refused (BlockedReason in google-genai 3.3.0).
_BLOCKS: Final = frozenset(
    [
        "SAFETY",
        "OTHER",
        "BLOCKLIST",
        "PROHIBITED_CONTENT",
        "IMAGE_SAFETY",
        "MODEL_ARMOR",
        "JAILBREAK",
        "BLOCKED_REASON_UNSPECIFIED",
    ]
)


def request(asked: Asked) -> WireRequest:
    """Ask for one picture."""
    return WireRequest(path=f"/v1beta/models/{asked.model}:generateContent", body=body(asked))


def body(asked: Asked) -> dict[str, Any]:
    """What is asked. The words are asked for too: without them a refusal has no reason."""
    call = asked.call
    image = {"aspectRatio": call.aspect_ratio, **({"imageSize": call.size} if asked.names_size else {})}
    config: dict[str, Any] = {"responseModalities": ["TEXT", "IMAGE"], "imageConfig": image}
    if call.thinking:
        config["thinkingConfig"] = {"thinkingLevel": call.thinking.upper()}
    return {"contents": [{"role": "user", "parts": [{"text": asked.prompt}]}], "generationConfig": config}


def read(status: int, headers: Mapping[str, str], document: Any) -> Reading:
    """Read an answer. `document` is its JSON with pictures decoded, or None where it is not JSON."""
    if not 200 <= status < 300 or _is_error(document):
        return Reading(report=read_error(status, headers, document))
    document = only(document)
    if not isinstance(document, dict):
        return Reading(report=report(Outcome.GARBLED, detail="the answer is not a JSON object"))
    candidates = objects(document.get("candidates"))
    parts = [part for candidate in candidates for part in _parts(candidate)]
    picture = _picture(parts)
    usage = _usage(pick(document, "usageMetadata"), pictured=picture is not None)
    if picture and usage and not usage.image_out:
        usage = None  # a breakdown without the picture's tokens: as text they would cost a tenth
    return Reading(
        picture=picture if isinstance(picture, Picture) else None,
        link=picture if isinstance(picture, str) else None,
        report=None if picture else _without_picture(document, candidates[0] if candidates else {}, parts, usage),
        usage=usage,
        model_version=text(pick(document, "modelVersion")),
        note=_note(parts),
    )


def _is_error(document: Any) -> bool:
    # Gateways send errors with status 200, and Google sends one-element lists.
    inner = document[0] if isinstance(document, list) and document else document
    return isinstance(inner, dict) and bool(inner.get("error")) and not inner.get("candidates")


def _parts(candidate: dict[str, Any]) -> list[dict[str, Any]]:
    content = candidate.get("content")
    return objects(content.get("parts")) if isinstance(content, dict) else []


def _picture(parts: list[dict[str, Any]]) -> Shown | None:
    return last((seen, bool(part.get("thought"))) for part in parts if (seen := _seen(part)))


def _note(parts: list[dict[str, Any]]) -> str | None:
    words = [said for part in parts if not part.get("thought") and (said := text(part.get("text")))]
    return clean("\n".join(words)) or None


def _seen(part: dict[str, Any]) -> Shown | None:
    """What a part shows: a picture in its place, or as gateways have it, in the words or behind a link."""
    data, words = fields(pick(part, "inlineData")).get("data"), part.get("text")
    if isinstance(data, Picture):
        return data
    return words.pictures[-1] if isinstance(words, Mixed) else shown(pick(fields(pick(part, "fileData")), "fileUri"))


def _without_picture(
    document: dict[str, Any], candidate: dict[str, Any], parts: list[dict[str, Any]], usage: Usage | None
) -> Report:
    if block := pick(fields(pick(document, "promptFeedback")), "blockReason"):
        unknown = "" if str(block) in _BLOCKS else mark("block_reason", block)
        return report(Outcome.REFUSED_INPUT, detail=f"the model refused the prompt: {block}", unknown=unknown)
    reason = pick(candidate, "finishReason")
    words = text(pick(candidate, "finishMessage")) or _note(parts)
    detail = f"the model ended with {reason or 'no finish reason'}" + (f": {words}" if words else "")
    outcome = ends.outcome_of(reason)
    billed = Billed.YES if usage and usage.image_out else None
    return report(outcome, billed=billed, detail=detail, unknown=ends.unknown(reason))


def _usage(counts: Any, *, pictured: bool) -> Usage | None:
    """Tokens by kind. Where words are counted by themselves, that counts; else they are what is no picture of all
    candidates' tokens. Of an answer with a picture these are all the picture's, if nothing breaks them down."""
    if not isinstance(counts, dict):
        return None
    images_in, images_out = _of(counts, "prompt", "IMAGE"), _of(counts, "candidates", "IMAGE")
    candidates = count(pick(counts, "candidatesTokenCount"))
    if pictured and not objects(pick(counts, "candidatesTokensDetails")):
        images_out = candidates
    usage = Usage(
        text_in=max(0, count(pick(counts, "promptTokenCount")) - images_in),
        image_in=images_in,
        text_out=_of(counts, "candidates", "TEXT") or max(0, candidates - images_out),
        thought=count(pick(counts, "thoughtsTokenCount")),
        image_out=images_out,
    )
    return usage if usage != Usage() else None  # who counted nothing has not counted


def _of(counts: dict[str, Any], way: str, modality: str) -> int:
    rows = objects(pick(counts, f"{way}TokensDetails"))
    return sum(count(pick(row, "tokenCount")) for row in rows if str(row.get("modality")).upper() == modality)
