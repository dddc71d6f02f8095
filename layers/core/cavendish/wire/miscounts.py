"""Counts that cannot be: negative, no whole number, words. Who says one such thing is not believed in the others."""

from dataclasses import replace
from typing import Any, Final

from cavendish.wire import Reading
from cavendish.wire.fields import fields, objects, only, pick, usd
from cavendish.wire.unknown import mark

#: Where answers have their counts, and how deep these are nested: a kind's rows are in a list of the counts.
_PLACES: Final = ("usageMetadata", "usage")
_LEVELS: Final = 3
#: More than any model reads or writes in an answer, by far.
_MOST: Final = 100_000_000


def believed(reading: Reading, document: Any) -> Reading:
    """The reading of a document without a count of which a part cannot be."""
    odd = miscounted(document)
    return replace(reading, usage=None, cost_usd=None, odd=odd) if odd else reading


def miscounted(document: Any) -> str:
    """A mark for the first count that cannot be; none, if all can."""
    answer = fields(only(document))
    odd = (name for place in _PLACES if (counts := pick(answer, place)) is not None for name in _odd(place, counts))
    return next((mark("usage", name) for name in odd), "")


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
