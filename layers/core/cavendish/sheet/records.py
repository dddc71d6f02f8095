"""Reads a file of items from any of them on. Whoever reads it again from the same place reads the same."""

from collections.abc import Iterable, Iterator, Sequence

from cavendish.outcome import clean
from cavendish.sheet.cursor import Cursor
from cavendish.sheet.entries import entries
from cavendish.sheet.kind import Kind
from cavendish.sheet.names import named
from cavendish.sheet.record import Entry, Record
from cavendish.sheet.unreadable import ItemUnreadable


def records(kind: Kind, chunks: Iterable[bytes], cursor: Cursor, header: Sequence[str]) -> Iterator[Record]:
    """The records from the cursor on; the chunks begin at its offset. One that cannot be read has a fault.

    The header is what `check` found; a CSV that is read from its beginning has its own. Raises SheetUnreadable where
    `check` does, but for the header and the number of items.
    """
    return map(_record, entries(kind, chunks, cursor, header))


def _record(entry: Entry) -> Record:
    index = entry.cursor.index - 1
    try:
        fields = named(entry.read())
    except ItemUnreadable as error:
        fault = clean(f"line {entry.line} {error}")
        return Record(index=index, line=entry.line, fault=fault, cursor=entry.cursor)
    return Record(index=index, line=entry.line, fields=fields, cursor=entry.cursor)
