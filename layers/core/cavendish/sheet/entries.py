"""How each kind of file is cut into entries, in constant memory but for .json, from any of them on."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import partial
from typing import Any, Final

from cavendish.sheet import document
from cavendish.sheet.columns import fields_of
from cavendish.sheet.cursor import Cursor
from cavendish.sheet.header import header_of
from cavendish.sheet.kind import Kind
from cavendish.sheet.lines import Line, lines
from cavendish.sheet.objects import object_of
from cavendish.sheet.record import Entry
from cavendish.sheet.table import Row, rows, table
from cavendish.sheet.unreadable import ItemUnreadable


def entries(kind: Kind, chunks: Iterable[bytes], at: Cursor, header: Sequence[str]) -> Iterator[Entry]:
    """The entries from there on. The header is for a CSV that is not read from its beginning."""
    if kind == "csv":
        return _of_rows(chunks, at, header)
    return document.entries(chunks, at) if kind == "json" else _of_lines(chunks, at, _READERS[kind])


def _of_lines(chunks: Iterable[bytes], at: Cursor, read: Callable[[str], dict[str, Any]]) -> Iterator[Entry]:
    for line in lines(chunks, at):
        if line.fault or line.text.strip():
            at = at.after(line.end, line.number + 1)
            yield Entry(line.number, at, partial(_read, line, read), line.fault)


def _read(line: Line, read: Callable[[str], dict[str, Any]]) -> dict[str, Any]:
    if line.fault:
        raise ItemUnreadable(f"cannot be read: in column {line.fault.column} {line.fault.words}")
    return read(line.text.rstrip("\r\n"))


def _of_rows(chunks: Iterable[bytes], at: Cursor, header: Sequence[str]) -> Iterator[Entry]:
    if at.offset:
        rest: Iterator[Row] = rows(lines(chunks, at, strict=True), at.delimiter)
    else:
        delimiter, rest = table(lines(chunks, at, strict=True))
        at = at.model_copy(update={"delimiter": delimiter})
        header = next((header_of(row) for row in rest), ())
    for row in rest:
        at = at.after(row.end, row.next_line)
        yield Entry(row.line, at, partial(fields_of, header, row.cells))


def _prompt(line: str) -> dict[str, Any]:
    return {"prompt": line}


_READERS: Final[dict[str, Callable[[str], dict[str, Any]]]] = {"jsonl": object_of, "txt": _prompt}
