"""The rows of a CSV (RFC 4180), each with its place; what separates the cells is seen in the first row."""

import csv
from collections.abc import Iterator
from itertools import chain
from typing import Final, NamedTuple, get_args

from cavendish.sheet.columns import is_column
from cavendish.sheet.cursor import Delimiter
from cavendish.sheet.lines import RECORD_MAX_BYTES, Line, place_after
from cavendish.sheet.quotes import wrong_quote
from cavendish.sheet.unreadable import SheetUnreadable

DELIMITERS: Final[tuple[Delimiter, ...]] = get_args(Delimiter)

# The module's own limit is 128 KiB a cell, for the whole process; ours is on the record, in bytes.
csv.field_size_limit(RECORD_MAX_BYTES)


class Row(NamedTuple):
    """One record: one physical line, or several if there are line breaks in quotes."""

    cells: tuple[str, ...]
    text: str
    #: Its first physical line, and the one after it.
    line: int
    next_line: int
    #: Bytes of the file up to its end.
    end: int


def table(lines: Iterator[Line]) -> tuple[Delimiter, Iterator[Row]]:
    """What separates the cells, and the rows, the header first. Raises SheetUnreadable as they are read."""
    first = next((line for line in lines if line.text.strip()), None)
    if first is None:
        return ",", iter(())
    delimiter = _delimiter(first.text)
    return delimiter, rows(chain([first], lines), delimiter)


def rows(lines: Iterator[Line], delimiter: Delimiter) -> Iterator[Row]:
    """The rows in which there is anything; a spreadsheet may end with empty ones. Raises SheetUnreadable."""
    taken: list[str] = []
    ends: list[Line] = []
    reader = csv.reader(_noted(lines, taken, ends, delimiter), delimiter=delimiter, strict=True)
    try:
        for cells in reader:
            first, last = ends
            if any(cell.strip() for cell in cells):
                yield Row(tuple(cells), "".join(taken), first.number, last.number + 1, last.end)
            taken.clear()
    except csv.Error:
        raise _unreadable("".join(taken), ends[0], delimiter) from None


def _noted(lines: Iterator[Line], taken: list[str], ends: list[Line], delimiter: str) -> Iterator[str]:
    """The text of the lines; those of one row are noted: all their texts, the first of them and the last."""
    for line in lines:
        ends[:] = [line if not taken else ends[0], line]
        taken.append(line.text)
        if line.end - ends[0].start > RECORD_MAX_BYTES:
            raise _unreadable("".join(taken), ends[0], delimiter)
        yield line.text


def _unreadable(text: str, first: Line, delimiter: str) -> SheetUnreadable:
    at, words = wrong_quote(text, delimiter)
    return SheetUnreadable(words, *place_after(text[:at], first.number))


def _delimiter(line: str) -> Delimiter:
    """What makes most columns out of the header; the first of those that do so equally well."""
    split = {one: next(csv.reader([line], delimiter=one)) for one in DELIMITERS}
    return max(DELIMITERS, key=lambda one: (sum(map(is_column, split[one])), len(split[one])))
