"""The header of a CSV: each column is a field, none is there twice, and a prompt comes from somewhere."""

from collections.abc import Container
from itertools import islice
from typing import Final

from cavendish.sheet.columns import ALONE, ALONE_FAULT, COLUMNS, INNER, is_column, nearest
from cavendish.sheet.cursor import Delimiter
from cavendish.sheet.lines import place_after
from cavendish.sheet.quotes import cell_starts
from cavendish.sheet.table import Row
from cavendish.sheet.unreadable import SheetUnreadable

#: It is kept in the batch's row, where a byte may take six.
HEADER_MAX_BYTES: Final = 8 * 1024
#: So much of a column's name is shown to who wrote it.
_SHOWN: Final = 40
#: So many faults are.
_TOLD: Final = 10
_COLUMNS: Final = f"the columns are {', '.join(COLUMNS)}, and {INNER}<key>"


def header_of(row: Row) -> tuple[str, ...]:
    """The names of the columns, without blanks around them."""
    return tuple(cell.strip() for cell in row.cells)


def checked_header(row: Row, delimiter: Delimiter, given: Container[str]) -> tuple[str, ...]:
    """The header, if it is one; `given` are the fields that the defaults have. Raises SheetUnreadable."""
    header = header_of(row)
    if len(row.text.encode()) > HEADER_MAX_BYTES:
        raise SheetUnreadable(f"the header has more than {HEADER_MAX_BYTES} bytes; shorten it", row.line, 1)
    faults = {index: fault for index, name in enumerate(header) if (fault := _fault(name, header[:index]))}
    if faults:
        raise SheetUnreadable(_all(list(faults.values())), *_place(row, delimiter, min(faults)))
    if "prompt" not in header and "prompt" not in given:
        raise SheetUnreadable("there is no column prompt, and none in the defaults; add one", row.line, 1)
    return header


def _fault(name: str, before: tuple[str, ...]) -> str | None:
    if not name:
        return "a column has no name; give it a field's name, or take it out"
    if name in before:
        return f"the column {name[:_SHOWN]!r} is there twice; keep one of them"
    if name == ALONE:
        return f"the column {name!r} {ALONE_FAULT}"
    return None if is_column(name) else f"there is no field {name[:_SHOWN]!r}; {_advice(name)}"


def _advice(name: str) -> str:
    meant = nearest(name)
    return f"{meant!r} is probably meant" if meant else _COLUMNS


def _all(faults: list[str]) -> str:
    """One sentence, in which each thing is said once."""
    said = dict.fromkeys(faults[:_TOLD])
    shown = [fault.removesuffix(f"; {_COLUMNS}") for fault in said]
    more = [f"and {len(faults) - _TOLD} columns more are wrong"] if len(faults) > _TOLD else []
    return "; ".join([*shown, *more, *([_COLUMNS] if any(fault.endswith(_COLUMNS) for fault in said) else [])])


def _place(row: Row, delimiter: Delimiter, index: int) -> tuple[int, int]:
    start = next(islice(cell_starts(row.text, delimiter), index, None))
    return place_after(row.text[:start], row.line)
