"""One pass over a whole file before anything of it is queued: whether it can be read, and how many items it has."""

from collections.abc import Container, Iterable, Iterator
from itertools import chain
from typing import Final

from cavendish.sheet.cursor import Cursor
from cavendish.sheet.entries import entries
from cavendish.sheet.header import checked_header
from cavendish.sheet.kind import Kind
from cavendish.sheet.lines import lines
from cavendish.sheet.record import Entry
from cavendish.sheet.table import table
from cavendish.sheet.unreadable import SheetUnreadable
from cavendish.value import Value

FILE_MAX_BYTES: Final = 256 * 1024 * 1024
#: A .json has no lines to be cut at: it is read in one piece.
JSON_MAX_BYTES: Final = 10 * 1024 * 1024
MOST_ITEMS: Final = 100_000

_EMPTY: Final = "an item is expected, but the file is empty; write at least one"
_ONLY_HEADER: Final = "an item is expected below the header, but there is none; write at least one"
_AS_CSV: Final = "save it as CSV (UTF-8)"
#: What comes in place of text, by its first bytes, and what to do about it. UTF-32 begins as UTF-16 does.
_LIKENESSES: Final = (
    (b"PK\x03\x04", f"a ZIP or Excel file; {_AS_CSV}"),
    (b"\xd0\xcf\x11\xe0", f"an Excel file; {_AS_CSV}"),
    (b"\x1f\x8b", "a gzip file; unpack it"),
    (b"%PDF", f"a PDF; {_AS_CSV}"),
    (b"\x89PNG", "a PNG picture; send the list of items"),
    (b"\xff\xd8\xff", "a JPEG picture; send the list of items"),
    (b"\xff\xfe\0\0", "UTF-32; save it as UTF-8"),
    (b"\xff\xfe", "UTF-16; save it as UTF-8"),
    (b"\xfe\xff", "UTF-16; save it as UTF-8"),
)
_HEAD_BYTES: Final = max(len(magic) for magic, _ in _LIKENESSES)


class Checked(Value):
    """A file that can be read."""

    #: How many items it has, also those that have a fault.
    total: int
    #: The columns of a CSV.
    header: tuple[str, ...] = ()


def check(kind: Kind, chunks: Iterable[bytes], size: int, given: Container[str] = ()) -> Checked:
    """Reads the whole file, of `size` bytes; `given` are the fields that the defaults have. Raises SheetUnreadable."""
    _check_size(kind, size)
    text = _looked_at(iter(chunks))
    if kind != "csv":
        return Checked(total=_counted(_mostly_read(entries(kind, text, Cursor(), ()))))
    delimiter, rows = table(lines(text, Cursor(), strict=True))
    first = next(rows, None)
    if first is None:
        raise SheetUnreadable(_EMPTY, 1, 1)
    header = checked_header(first, delimiter, given)
    return Checked(total=_counted((row.line for row in rows), _ONLY_HEADER, first.next_line), header=header)


def _check_size(kind: Kind, size: int) -> None:
    if size > FILE_MAX_BYTES:
        raise SheetUnreadable(f"the file has {size} bytes; at most {FILE_MAX_BYTES} are read: write several files")
    if kind == "json" and size > JSON_MAX_BYTES:
        most = f"at most {JSON_MAX_BYTES} are read of a .json"
        raise SheetUnreadable(f"the file has {size} bytes; {most}: write it as .jsonl, one object per line")


def _looked_at(chunks: Iterator[bytes]) -> Iterator[bytes]:
    """The same chunks, if they begin as a text does. Raises SheetUnreadable."""
    head = b""
    while len(head) < _HEAD_BYTES and (chunk := next(chunks, None)) is not None:
        head += chunk
    likeness = next((words for magic, words in _LIKENESSES if head.startswith(magic)), None)
    if likeness:
        raise SheetUnreadable(f"no text begins but {likeness}", 1, 1)
    return chain([head], chunks)


def _mostly_read(entries: Iterator[Entry]) -> Iterator[int]:
    """The lines of the entries. Raises SheetUnreadable at the end if fewer can be read than cannot.

    Then it is no text at all, such as UTF-16: what looks like lines of text in it is nothing to spend money on.
    """
    read, first, faults = 0, None, 0
    for entry in entries:
        first = first or entry.fault
        faults += entry.fault is not None
        read += entry.fault is None
        yield entry.line
    if first and faults > read:
        raise first


def _counted(numbers: Iterator[int], none: str = _EMPTY, first: int = 1) -> int:
    """How many items there are; `none` is said if there is none from the `first` line on. Raises SheetUnreadable."""
    total = 0
    for total, line in enumerate(numbers, 1):
        if total > MOST_ITEMS:
            raise SheetUnreadable(f"item {total} begins; at most {MOST_ITEMS} are read: write several files", line, 1)
    if not total:
        raise SheetUnreadable(none, first, 1)
    return total
