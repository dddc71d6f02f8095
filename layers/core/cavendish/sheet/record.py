"""One record of a file: an item's fields, or why it has none."""

from collections.abc import Callable
from typing import Any, NamedTuple

from pydantic import Field

from cavendish.sheet.cursor import Cursor
from cavendish.sheet.unreadable import SheetUnreadable
from cavendish.value import Value


class Record(Value):
    """An item as the file has it. Its fields are not checked; `name` among them is what its pictures are called."""

    #: Counts items from 0, also those that cannot be read.
    index: int
    #: The physical line in which it begins, from 1.
    line: int
    fields: dict[str, Any] = Field(default_factory=dict)
    #: Why it cannot be read, as a sentence with its line; then it has no fields.
    fault: str | None = None
    #: Where the next one begins.
    cursor: Cursor


class Entry(NamedTuple):
    """A record that was found but not read yet: to count them costs little."""

    line: int
    #: Where the next one begins.
    cursor: Cursor
    #: Raises ItemUnreadable with what its line "has" or "is".
    read: Callable[[], dict[str, Any]]
    #: Why its line is none that can be read.
    fault: SheetUnreadable | None = None
