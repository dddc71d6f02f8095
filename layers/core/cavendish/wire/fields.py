"""Fields of JSON that others wrote: whatever stands there, something usable comes of it, or nothing."""

import re
from collections.abc import Mapping
from typing import Any

from cavendish.answer.answer import Mixed
from cavendish.outcome import clean


def fields(value: Any) -> dict[str, Any]:
    """An object; an empty one, if it is none."""
    return value if isinstance(value, dict) else {}


def objects(items: Any) -> list[dict[str, Any]]:
    """The objects of a list; none, if it is no list."""
    return [one for one in items if isinstance(one, dict)] if isinstance(items, list) else []


def only(document: Any) -> Any:
    """What a list of one holds: Google and its gateways wrap answers so."""
    return document[0] if isinstance(document, list) and len(document) == 1 else document


def pick(one: Mapping[str, Any], name: str) -> Any:
    """A field in either of proto-JSON's spellings: camelCase or snake_case."""
    return one.get(name, one.get(re.sub(r"[A-Z]", lambda letter: "_" + letter[0].lower(), name)))


def text(value: Any) -> str | None:
    """Words, as they can be stored and sent; of words with pictures among them only the words."""
    words = value.text if isinstance(value, Mixed) else value
    return clean(words) if isinstance(words, str) and words else None


def count(value: Any) -> int:
    """A number of tokens; 0, if it is none."""
    return value if isinstance(value, int) and not isinstance(value, bool) and 0 <= value < 100_000_000 else 0


def usd(value: Any) -> float | None:
    """A sum of money."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    return float(value) if 0 <= value < 1_000_000 else None
