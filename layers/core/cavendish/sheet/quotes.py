"""Where the cells of a CSV record begin, and where its quotes are wrong: Python's csv module does not say."""

import re
from collections.abc import Iterator
from functools import cache

from cavendish.sheet.lines import RECORD_MAX_BYTES

_QUOTED = r'"(?:[^"]++|"")*+"'


def cell_starts(text: str, delimiter: str) -> Iterator[int]:
    """Where its cells begin, from 0; the last one may be one whose quotes are wrong."""
    at, more = 0, True
    while more:
        yield at
        cell = _cell(delimiter).match(text, at)
        more = cell is not None and text.startswith(delimiter, cell.end())
        at = cell.end() + 1 if cell else at


def wrong_quote(text: str, delimiter: str) -> tuple[int, str]:
    """Where the quotes of a record are wrong, from 0, and how."""
    *_, start = cell_starts(text, delimiter)
    closed = re.match(_QUOTED, text[start:])
    if closed is None:
        late = f"a quote opens that is not closed within the {RECORD_MAX_BYTES} bytes of a record"
        return start, f"{late}; close it, or write a quote in quoted text as two"
    return start + closed.end() - 1, "a quote closes a cell that goes on; write a quote in quoted text as two"


@cache
def _cell(delimiter: str) -> re.Pattern[str]:
    return re.compile(rf'{_QUOTED}(?=[{delimiter}\r\n]|\Z)|(?!")[^{delimiter}\r\n]*+')
