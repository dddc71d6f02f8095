"""Files of items as tests read them."""

from collections.abc import Iterator
from typing import Any

import pytest

from cavendish.sheet.check import Checked, check
from cavendish.sheet.cursor import Cursor
from cavendish.sheet.kind import Kind
from cavendish.sheet.record import Record
from cavendish.sheet.records import records
from cavendish.sheet.unreadable import SheetUnreadable


def in_pieces(body: bytes, size: int) -> Iterator[bytes]:
    return (body[start : start + size] for start in range(0, len(body), size))


def read(kind: Kind, body: bytes, at: Cursor | None = None, header: tuple[str, ...] = ()) -> list[Record]:
    """All records from there on."""
    cursor = at or Cursor()
    return list(records(kind, [body[cursor.offset :]], cursor, header))


def fields(kind: Kind, body: bytes) -> list[dict[str, Any]]:
    found = read(kind, body)
    assert [one.fault for one in found] == [None] * len(found)
    return [one.fields for one in found]


def faults(kind: Kind, body: bytes) -> list[str | None]:
    found = read(kind, body)
    assert [one.fields for one in found if one.fault] == [{} for one in found if one.fault]
    return [one.fault for one in found]


def checked(kind: Kind, body: bytes, *given: str) -> Checked:
    return check(kind, [body], len(body), given)


def unreadable(kind: Kind, body: bytes, *given: str) -> tuple[int | None, int | None, str]:
    """The line, the column and the sentence."""
    with pytest.raises(SheetUnreadable) as raised:
        checked(kind, body, *given)
    return raised.value.line, raised.value.column, raised.value.detail
