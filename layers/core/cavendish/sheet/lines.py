r"""A stream of bytes becomes lines of text, each with its place. Keeps one line in memory, however large the file is.

A line ends with \n, \r\n or \r, and nowhere else: text may hold Unicode's own line separators.
"""

import re
from collections.abc import Iterable, Iterator
from typing import Final, NamedTuple

from cavendish.sheet.cursor import Cursor
from cavendish.sheet.unreadable import SheetUnreadable

#: One item's fields are 256 KiB at most; the rest is quotes and escapes.
RECORD_MAX_BYTES: Final = 1024 * 1024
#: A file of nothing but line breaks would keep the reader busy for minutes.
MOST_LINES: Final = 10_000_000
BOM: Final = b"\xef\xbb\xbf"

#: A \r that is the last byte so far may be half of a line's end.
_END: Final = re.compile(rb"\n|\r(?:\n|(?=[^\n]))")
_TEXT_END: Final = re.compile(r"\r\n|\n|\r")


class Line(NamedTuple):
    """One physical line."""

    #: With what ends it; empty if it cannot be read.
    text: str
    number: int
    #: Bytes of the file before it, and up to its end.
    start: int
    end: int
    #: Why it cannot be read.
    fault: SheetUnreadable | None = None


def lines(chunks: Iterable[bytes], at: Cursor, *, strict: bool = False) -> Iterator[Line]:
    """The lines of a file from there on; a byte order mark is no part of the first.

    One that cannot be read has a fault, and others follow; `strict` raises it, where nothing can follow. Raises
    SheetUnreadable.
    """
    start = at.offset
    for number, (line, size) in enumerate(_split(chunks, strict=strict), at.line):
        if number > MOST_LINES:
            raise SheetUnreadable(f"there are more lines than {MOST_LINES}; write several files", number, 1)
        text, fault = _read(line if start else line.removeprefix(BOM), size, number)
        if fault and strict:
            raise fault
        yield Line(text, number, start, start + size, fault)
        start += size


def _read(line: bytes, size: int, number: int) -> tuple[str, SheetUnreadable | None]:
    """Its text, or why it has none."""
    if size > RECORD_MAX_BYTES:
        return "", too_long("a line", number, 1)
    try:
        return decoded(line, number), None
    except SheetUnreadable as fault:
        return "", fault


def too_long(what: str, line: int, column: int) -> SheetUnreadable:
    """The error of a record that nobody would read to its end."""
    return SheetUnreadable(f"{what} begins that has more than {RECORD_MAX_BYTES} bytes; shorten it", line, column)


def decoded(text: bytes, line: int) -> str:
    """The text that begins that line. Raises SheetUnreadable for what is no text."""
    try:
        told = text.decode()
    except UnicodeDecodeError as error:
        byte = f"the byte 0x{text[error.start]:02X} is not UTF-8"
        told_until = text[: error.start].decode()
        raise SheetUnreadable(f"{byte}; save the file as UTF-8", *place_after(told_until, line)) from None
    if "\0" in told:
        nul = "there is a NUL byte, which no text has; save the file as UTF-8, without it"
        raise SheetUnreadable(nul, *place_after(told[: told.index("\0")], line))
    return told


def place_after(text: str, line: int) -> tuple[int, int]:
    """The line and the column of what follows a text that begins that line."""
    ends = [end.end() for end in _TEXT_END.finditer(text)]
    return line + len(ends), len(text) - (ends[-1] if ends else 0) + 1


def _split(chunks: Iterable[bytes], *, strict: bool) -> Iterator[tuple[bytes, int]]:
    """Lines with their ends, and how many bytes each has. Of one that is too long only the end is kept.

    If that is not to be skipped, it comes as soon as it is known.
    """
    rest, gone = b"", 0
    for chunk in chunks:
        rest += chunk
        start = 0
        for end in _END.finditer(rest):
            yield rest[start : end.end()], gone + end.end() - start
            start, gone = end.end(), 0
        rest = rest[start:]
        if gone + len(rest) > RECORD_MAX_BYTES:
            if strict:
                yield rest, len(rest)
            # The last byte may be half of the line's end.
            gone, rest = gone + len(rest) - 1, rest[-1:]
    if rest:
        yield rest, gone + len(rest)
