"""The entries of a .json file: a list of objects, or one object. It is read in one piece, as it is small (check.py)."""

import json
import re
from collections.abc import Iterable, Iterator
from functools import partial
from typing import Final

from cavendish.contract.body import WORDS, reason
from cavendish.sheet.cursor import Cursor
from cavendish.sheet.lines import BOM, RECORD_MAX_BYTES, decoded, place_after, too_long
from cavendish.sheet.objects import object_of
from cavendish.sheet.record import Entry
from cavendish.sheet.unreadable import SheetUnreadable

_BLANK: Final = re.compile(r"[ \t\n\r]*")
#: Finds where a value ends. What is in it is judged item by item.
_ANY: Final = json.JSONDecoder(parse_int=float)


def entries(chunks: Iterable[bytes], at: Cursor) -> Iterator[Entry]:
    """The entries from there on. Raises SheetUnreadable."""
    body = b"".join(chunks)
    skipped = len(BOM) if not at.offset and body.startswith(BOM) else 0
    text = _Text(decoded(body[skipped:], at.line), at.offset + skipped, at.line)
    start, closer = text.resumed() if at.offset else text.opened()
    more = not text.ends(start, closer)
    while more:
        end = text.value_end(start)
        following, more = text.following(end, closer)
        line, first = text.place(start)
        if text.place(end)[1] - first > RECORD_MAX_BYTES:
            raise too_long("an item", line, 1)
        next_line, offset = text.place(following)
        at = at.after(offset, next_line)
        yield Entry(line, at, partial(object_of, text.cut(start, end)))
        start = following


class _Text:
    """A file's text, or the end of one, from that byte and line on."""

    def __init__(self, text: str, offset: int, line: int) -> None:
        self._text = text
        self._first_line = line
        self._placed, self._line, self._offset = 0, line, offset

    def cut(self, start: int, end: int) -> str:
        return self._text[start:end]

    def after_blanks(self, at: int) -> int:
        blank = _BLANK.match(self._text, at)
        return blank.end() if blank else at

    def opened(self) -> tuple[int, str]:
        """Where the first entry of a file begins, and what closes the list; one object is in none."""
        at = self.after_blanks(0)
        if self._text.startswith("[", at):
            return self.after_blanks(at + 1), "]"
        if at < len(self._text) and not self._text.startswith("{", at):
            raise self._wrong("a list of objects is expected, or one object", at)
        return at, ""

    def resumed(self) -> tuple[int, str]:
        """The same of the rest of a file. After one object there is none."""
        at = self.after_blanks(0)
        return at, "]" if at < len(self._text) else ""

    def ends(self, at: int, closer: str) -> bool:
        """Whether there is no entry, or none any more. Raises SheetUnreadable if anything follows the end."""
        if at < len(self._text) if not closer else not self._text.startswith(closer, at):
            return False
        self._check_end(at + len(closer))
        return True

    def value_end(self, start: int) -> int:
        """Where the value ends that begins there. Raises SheetUnreadable."""
        try:
            return _ANY.raw_decode(self._text, start)[1]
        except json.JSONDecodeError as error:
            raise self._wrong(reason(error), error.pos) from None
        except RecursionError:
            raise self._wrong("a value begins that is nested too deep to be read", start) from None

    def following(self, end: int, closer: str) -> tuple[int, bool]:
        """Where what follows an entry begins, and whether that is another one. Raises SheetUnreadable."""
        at = self.after_blanks(end)
        if closer and self._text.startswith(",", at):
            return self.after_blanks(at + 1), True
        if closer and not self._text.startswith(closer, at):
            raise self._wrong(WORDS["Expecting ','"], at)
        self._check_end(at + len(closer))
        return at, False

    def place(self, at: int) -> tuple[int, int]:
        """Line and byte of a place that is not before the last one that was asked for."""
        passed = self._text[self._placed : at]
        self._placed = at
        self._line = place_after(passed, self._line)[0]
        self._offset += len(passed.encode())
        return self._line, self._offset

    def _check_end(self, at: int) -> None:
        rest = self.after_blanks(at)
        if rest < len(self._text):
            raise self._wrong("nothing is expected after the end; send one list, or name the file .jsonl", rest)

    def _wrong(self, words: str, at: int) -> SheetUnreadable:
        return SheetUnreadable(words, *place_after(self._text[:at], self._first_line))
