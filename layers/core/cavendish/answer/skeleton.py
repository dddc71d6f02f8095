"""The text of a model's answer without its pictures: kept up to a limit, its nesting followed, parsed once it is whole.

Where strings end and what is a picture is found out elsewhere; so is all that has to do with files.
"""

import json
import re
from collections.abc import Callable, Iterable
from typing import cast

MAX_DEPTH = 200

#: Stands in the text for a string that was taken out of it. No answer can hold one of its own: every number that it has
#: itself is kept with a small e.
_PLACEHOLDER = "0E0"
_SPACE = b" \t\r\n"
_BYTE_ORDER_MARK = b"\xef\xbb\xbf"
_BRACKET = re.compile(rb"[\[\]{}]")


class AnswerTooLarge(ValueError):
    """The answer is larger than the reader was told to take."""


class AnswerGarbled(ValueError):
    """The answer is not JSON, or not such as a model sends."""


class Skeleton:
    """The text of one answer, an object or an array. Each method may raise AnswerTooLarge or AnswerGarbled."""

    def __init__(self, *, max_bytes: int) -> None:
        #: Whether the object or array is closed.
        self.complete = False
        self._max_bytes = max_bytes
        self._text = bytearray()
        self._taken_bytes = 0
        #: For each open bracket the key that its strings stand under; None for an object, whose strings have their own.
        self._open: list[bytes | None] = []
        #: The last string; empty behind a bracket that came later.
        self._string = slice(0, 0)

    def read(self, run: bytes) -> int:
        """Take what stands between two strings; returns how much of it belongs to the answer, in bytes."""
        if not self._open and run.lstrip(_SPACE + _BYTE_ORDER_MARK)[:1] not in b"{[":
            raise AnswerGarbled("The answer does not begin with { or [.")
        start = len(self._text)
        self.keep(run.replace(b"E", b"e"))
        end = self._follow_brackets(start)
        del self._text[end:]
        return end - start

    def read_after_end(self, rest: bytes) -> None:
        """Only white space may follow the answer."""
        if rest.strip(_SPACE):
            raise AnswerGarbled("The answer goes on after its end.")

    def open_string(self) -> None:
        """What is kept from now on is a string, its quotes included."""
        if not self._open:
            raise AnswerGarbled("The answer does not begin with { or [.")
        start = len(self._text)
        self.keep(b'"')
        self._string = slice(start, start)

    def close_string(self) -> None:
        """What was kept since `open_string` was the string."""
        self._string = slice(self._string.start, len(self._text))

    def split_string(self) -> None:
        """A picture stands here in the string."""
        # Two strings, lest what stands before and behind the picture grow together into something else.
        self.keep(b'","')

    def take_string(self) -> str:
        """Instead of what was kept since `open_string`, which is returned, something else has its place here."""
        start = self._string.start
        parts = _parsed(b"[" + self._text[start:] + b"]")
        self._taken_bytes += len(self._text) - start
        del self._text[start:]
        self.keep(_PLACEHOLDER.encode())
        return "".join(cast("list[str]", parts))

    def key(self) -> bytes | None:
        """The key that the next string stands under, as it was spelled, with its quotes; None if it is a key itself.

        That of an array is the key of what is in it, too; it is empty if there is none.
        """
        return self._key(len(self._text))

    def parse(self, others: Iterable[object]) -> object:
        """The parsed answer, with these in the places of the strings that were taken, in the order of their coming."""
        waiting = iter(others)

        def number(text: str) -> object:
            if text == _PLACEHOLDER:
                return next(waiting)
            if "E" in text:
                raise ValueError("a string stands in a number")
            return float(text)

        return _parsed(self._text, number)

    def keep(self, text: bytes) -> None:
        """Append some text as it is."""
        if self._taken_bytes + len(self._text) + len(text) > self._max_bytes:
            raise AnswerTooLarge(f"The answer without its pictures is larger than {self._max_bytes} bytes.")
        self._text += text

    def _key(self, end: int) -> bytes | None:
        # A string followed by a colon is a key; where that is not so the answer is not JSON, as `parse` will find.
        if self._text[self._string.stop : end].strip(_SPACE) == b":":
            return bytes(self._text[self._string])
        return self._open[-1] if self._open else b""

    def _follow_brackets(self, start: int) -> int:
        for bracket in _BRACKET.finditer(self._text, start):
            if bracket[0] in b"{[":
                self._open_bracket(bracket)
            else:
                self._open.pop()
            self._string = slice(bracket.end(), bracket.end())
            if not self._open:
                self.complete = True
                return bracket.end()
        return len(self._text)

    def _open_bracket(self, bracket: re.Match[bytes]) -> None:
        if len(self._open) == MAX_DEPTH:
            raise AnswerGarbled(f"The answer is nested more than {MAX_DEPTH} levels deep.")
        self._open.append(self._key(bracket.start()) if bracket[0] == b"[" else None)


def _parsed(text: bytes | bytearray, number: Callable[[str], object] = float) -> object:
    """What Python makes of it: also of NaN and Infinity, which are not JSON. They spoil what they count, no picture."""
    try:
        parsed: object = json.loads(text.decode("utf-8-sig"), parse_float=number)
    except ValueError as error:
        raise AnswerGarbled(f"The answer is not JSON: {error}.") from error
    return parsed
