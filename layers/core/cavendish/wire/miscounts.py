"""Counts that cannot be: negative, no whole number, words, or less than one of their parts.

Who says one such thing is not believed in the others.
"""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any, Final

from cavendish.wire import Reading
from cavendish.wire.fields import count, fields, objects, only, pick, usd
from cavendish.wire.unknown import mark

#: Where answers have their counts, and how deep these are nested: a kind's rows are in a list of the counts.
_PLACES: Final = ("usageMetadata", "usage")
_LEVELS: Final = 3
#: More than any model reads or writes in an answer, by far.
_MOST: Final = 100_000_000

#: What goes in and what comes out: by which names the whole of it is told, and by which it is broken down. Gateways use
#: several at once, and fill in zeros; then the largest counts.
_WHOLES: Final = (
    (
        ("promptTokenCount", "total_input_tokens", "input_tokens", "prompt_tokens"),
        ("promptTokensDetails", "input_tokens_by_modality", "input_tokens_details", "prompt_tokens_details"),
    ),
    (
        ("candidatesTokenCount", "total_output_tokens", "output_tokens", "completion_tokens"),
        ("candidatesTokensDetails", "output_tokens_by_modality", "output_tokens_details", "completion_tokens_details"),
    ),
)
_TOTALS: Final = ("totalTokenCount", "total_tokens")
#: The parts of a whole in OpenAI's manner. Cached tokens are of these; thoughts are in the whole or beside it.
_KINDS: Final = ("text_tokens", "image_tokens", "audio_tokens")


def believed(reading: Reading, document: Any) -> Reading:
    """The reading of a document without a count of which a part cannot be."""
    odd = miscounted(document)
    return replace(reading, usage=None, cost_usd=None, odd=odd) if odd else reading


def miscounted(document: Any) -> str:
    """A mark for the first count that cannot be; none, if all can."""
    answer = fields(only(document))
    odd = (name for place in _PLACES if (counts := pick(answer, place)) is not None for name in _faults(place, counts))
    return next((mark("usage", name) for name in odd), "")


def _faults(place: str, counts: Any) -> Iterator[str]:
    yield from _odd(place, counts)
    if _contradict(fields(counts)):
        yield "tokens"


def _odd(place: str, counts: Any, levels: int = _LEVELS) -> list[str]:
    """The names under which something stands that is no count."""
    if not isinstance(counts, dict):
        return [place]
    odd = [name for name, value in counts.items() if value is not None and _is_odd(str(name), value)]
    if levels == 1:
        return odd
    inner = [one for value in counts.values() for one in (objects(value) or ([fields(value)] if fields(value) else []))]
    return [*odd, *(name for one in inner for name in _odd(place, one, levels - 1))]


def _is_odd(name: str, value: Any) -> bool:
    if name == "cost":
        return usd(value) is None
    counts = name.lower().replace("_", "").endswith(("tokens", "tokencount"))
    whole = isinstance(value, int) and not isinstance(value, bool) and 0 <= value < _MOST
    return counts and not whole


def _contradict(counts: dict[str, Any]) -> bool:
    """Whether any part is more than its whole. What is not told is no whole; and not all of the parts need be in it:
    there are some who count a picture's words beside it (field 2.6)."""
    wholes = [_told(counts, names) for names, _ in _WHOLES]
    parts = [max(_largest(pick(counts, place)) for place in places) for _, places in _WHOLES]
    pairs = [*zip(wholes, parts, strict=True), (_told(counts, _TOTALS), max(one or 0 for one in wholes))]
    return any(whole is not None and whole < part for whole, part in pairs)


def _told(counts: dict[str, Any], names: tuple[str, ...]) -> int | None:
    told = [count(value) for name in names if (value := pick(counts, name)) is not None]
    return max(told, default=None)


def _largest(details: Any) -> int:
    """The most tokens in a breakdown: rows by modality, or fields by kind."""
    rows = [count(pick(row, "tokenCount") or row.get("tokens")) for row in objects(details)]
    return max((*rows, *(count(fields(details).get(kind)) for kind in _KINDS)))
