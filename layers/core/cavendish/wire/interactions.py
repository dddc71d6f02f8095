"""Gemini's Interactions API, as google-genai 3.3.0 speaks it (model-apis 1.8)."""

from collections.abc import Iterator, Mapping
from typing import Any, Final

from cavendish.money.price import Usage
from cavendish.outcome import Billed, Outcome, Report, clean, report
from cavendish.wire import Asked, Reading, WireRequest, ends
from cavendish.wire.fields import count, fields, objects, only, text
from cavendish.wire.google_error import known, read_error
from cavendish.wire.shown import Shown, last, shown
from cavendish.wire.unknown import mark

PICTURE_KEYS: Final = frozenset({"data"})

#: How an interaction ends that gave no picture (InteractionStatus in google-genai 3.3.0).
_ENDS: Final = {
    "completed": Outcome.NO_IMAGE,
    "incomplete": Outcome.NO_IMAGE,
    "requires_action": Outcome.NO_IMAGE,
    "requires_continuation": Outcome.NO_IMAGE,
    "budget_exceeded": Outcome.NO_IMAGE,
    "failed": Outcome.OVERLOADED,
    "cancelled": Outcome.OVERLOADED,
    "in_progress": Outcome.TIMED_OUT,  # it goes on without us: what is not stored cannot be asked after
    "queued": Outcome.TIMED_OUT,
}


def request(asked: Asked) -> WireRequest:
    """Ask for one picture, and that nothing of it be kept: else the prompt stays with Google for 55 days."""
    size = {"image_size": asked.call.size} if asked.names_size else {}
    picture = {"type": "image", "aspect_ratio": asked.call.aspect_ratio, **size}
    body = {"model": asked.model, "input": asked.prompt, "response_format": picture, "store": False}
    thinking = {"generation_config": {"thinking_level": asked.call.thinking}} if asked.call.thinking else {}
    return WireRequest(path="/v1/interactions", body={**body, **thinking})


def read(status: int, headers: Mapping[str, str], document: Any) -> Reading:
    """Read an answer. `document` is its JSON with pictures decoded, or None where it is not JSON."""
    answer = only(document)
    if not 200 <= status < 300 or (fields(answer).get("error") and not fields(answer).get("steps")):
        return Reading(report=read_error(status, headers, document))
    if not isinstance(answer, dict):
        return Reading(report=report(Outcome.GARBLED, detail="the answer is not a JSON object"))
    seen, usage = last(_pictures(answer)), _usage(fields(answer.get("usage")))
    return Reading(
        picture=seen if not isinstance(seen, str) else None,
        link=seen if isinstance(seen, str) else None,
        report=None if seen else _without_picture(answer, headers, usage),
        usage=None if seen and usage and not usage.image_out else usage,
        model_version=text(answer.get("model")),
        note=_note(answer),
    )


def _pictures(answer: dict[str, Any]) -> Iterator[tuple[Shown, bool]]:
    """Every picture in its order, and whether it is a thought's, which is a draft."""
    for step in _said(answer):
        for item in (*objects(step.get("summary")), *objects(step.get("content"))):
            if item.get("type") == "image" and (seen := shown(item.get("data")) or shown(item.get("uri"))):
                yield seen, step.get("type") == "thought"


def _said(answer: dict[str, Any]) -> list[dict[str, Any]]:
    """The model's own steps; the caller's may come back among them."""
    return [step for step in objects(answer.get("steps")) if step.get("type") != "user_input"]


def _note(answer: dict[str, Any]) -> str | None:
    items = [item for step in _said(answer) for item in objects(step.get("content"))]
    return clean("\n".join(said for item in items if (said := text(item.get("text"))))) or None


def _without_picture(answer: dict[str, Any], headers: Mapping[str, str], usage: Usage | None) -> Report:
    if errors := _errors(answer):
        return _of_error(errors[-1], answer, headers)
    status = str(answer.get("status") or "no status")
    unknown = "" if status in _ENDS else mark("status", status)
    billed = Billed.YES if usage and usage.image_out else None
    words = _note(answer)
    detail = f"the interaction ended as {status}" + (f": {words}" if words else "")
    return report(_ENDS.get(status, Outcome.NO_IMAGE), billed=billed, detail=detail, unknown=unknown)


def _of_error(error: dict[str, Any], answer: dict[str, Any], headers: Mapping[str, str]) -> Report:
    """What went wrong: a failure of Google's own, or a reason such as Gemini has, which no repeat would change."""
    reason = error.get("code")
    if not ends.known(reason):
        said = read_error(200, headers, {"error": error})
        return said if reason is None or known(reason) else said.model_copy(update={"unknown": mark("code", reason)})
    outcome = ends.outcome_of(reason)
    if outcome is Outcome.REFUSED_OUTPUT and not _said(answer):
        outcome = Outcome.REFUSED_INPUT  # it was never begun
    return report(outcome, detail=f"the interaction ended with {reason}: {text(error.get('message')) or 'no words'}")


def _errors(answer: dict[str, Any]) -> list[dict[str, Any]]:
    """What went wrong, as the whole says it or its steps do."""
    steps = [fields(step.get("error")) for step in objects(answer.get("steps"))]
    return [one for one in (*steps, *objects(answer.get("errors"))) if one]


def _usage(counts: dict[str, Any]) -> Usage | None:
    """Tokens by kind; a picture's are counted among the output's, and billed at their own rate."""
    images_in, images_out = _images(counts, "input"), _images(counts, "output")
    usage = Usage(
        text_in=max(0, count(counts.get("total_input_tokens")) - images_in),
        image_in=images_in,
        text_out=max(0, count(counts.get("total_output_tokens")) - images_out),
        thought=count(counts.get("total_thought_tokens")),
        image_out=images_out,
    )
    return usage if usage != Usage() else None


def _images(counts: dict[str, Any], way: str) -> int:
    rows = objects(counts.get(f"{way}_tokens_by_modality"))
    return sum(count(row.get("tokens")) for row in rows if str(row.get("modality")).lower() == "image")
