"""What all answers in OpenAI's manner have in common: an error in any status, a bill, the name of the model."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from cavendish.answer.answer import Picture
from cavendish.money.price import Usage
from cavendish.outcome import Billed, Outcome, Report, report
from cavendish.wire import Reading
from cavendish.wire.fields import fields, only, text
from cavendish.wire.openai_error import envelope, read_error
from cavendish.wire.openai_usage import cost, usage
from cavendish.wire.shown import Shown


@dataclass(frozen=True, slots=True, kw_only=True)
class Content:
    """What a dialect finds in an answer: a picture or a link to it, words, and what to say if there is no picture."""

    seen: Shown | None
    note: str | None
    without: Report
    #: Whether the endpoint makes nothing but pictures.
    only_pictures: bool


def reading(
    status: int, headers: Mapping[str, str], document: Any, find: Callable[[dict[str, Any]], Content]
) -> Reading:
    """Read an answer. A picture is worth more than an error beside it."""
    document = only(document)
    if not 200 <= status < 300:
        return Reading(report=read_error(status, headers, document))
    if not isinstance(document, dict):
        return Reading(report=report(Outcome.GARBLED, detail="the answer is not a JSON object"))
    content = find(document)
    if content.seen:
        return _reading(document, content, None)
    said = read_error(status, headers, document) if envelope(document) else content.without
    return _reading(document, content, said)


def _reading(document: dict[str, Any], content: Content, said: Report | None) -> Reading:
    counts = fields(document.get("usage"))
    counted, costs = usage(counts, only_pictures=content.only_pictures), cost(counts)
    if content.seen and counted and not counted.image_out:
        counted = None  # nobody says which tokens were the picture's; as text they would cost a tenth
    picture = content.seen if isinstance(content.seen, Picture) else None
    return Reading(
        picture=picture,
        link=content.seen if isinstance(content.seen, str) else None,
        report=said and said.model_copy(update={"billed": _billed(said, counted, costs)}),
        usage=counted,
        cost_usd=costs,
        model_version=text(document.get("model")),
        note=content.note,
    )


def _billed(said: Report, counted: Usage | None, costs: float | None) -> Billed:
    """A provider that names the cost knows best; a picture that was counted is paid for, shown or not."""
    if costs is not None:
        return Billed.YES if costs > 0 else Billed.NO
    return Billed.YES if counted and counted.image_out else said.billed
