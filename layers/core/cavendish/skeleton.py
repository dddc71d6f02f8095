"""The text of a model's answer without its pictures: kept up to a limit, its nesting followed, parsed once it is whole.

Where strings end and what is a picture is found out elsewhere; so is all that has to do with files.
"""

import json
import re
from collections.abc import Iterable

MAX_DEPTH = 200

#: Stands in the text for a picture. It is not JSON, so no answer can hold one that was not put there by `hang_picture`.
_PLACEHOLDER = b"NaN"
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
        self._depth = 0
        self._string = slice(0, 0)

    def read(self, run: bytes) -> int:
        """Take what stands between two strings; returns how much of it belongs to the answer, in bytes."""
        if self._depth == 0 and run.lstrip(_SPACE + _BYTE_ORDER_MARK)[:1] not in b"{[":
            raise AnswerGarbled("The answer does not begin with { or [.")
        if b"N" in run or b"I" in run:
            raise AnswerGarbled("The answer holds NaN or Infinity, which are not JSON.")
        end = self._follow_brackets(run)
        self.keep(run[:end])
        return end

    def read_after_end(self, rest: bytes) -> None:
        """Only white space may follow the answer."""
        if rest.strip(_SPACE):
            raise AnswerGarbled("The answer goes on after its end.")

    def open_string(self) -> None:
        """What is kept from now on is a string."""
        if self._depth == 0:
            raise AnswerGarbled("The answer does not begin with { or [.")
        start = len(self._text)
        self.keep(b'"')
        self._string = slice(start, start)

    def close_string(self) -> None:
        """What was kept since `open_string` was the string."""
        self.keep(b'"')
        self._string = slice(self._string.start, len(self._text))

    def hang_picture(self) -> None:
        """A picture has its place here."""
        self.keep(_PLACEHOLDER)

    def key(self) -> bytes:
        """The key whose value comes next, as it was spelled, with its quotes; empty if no key waits for a value."""
        # A string followed by a colon is a key; where that is not so the answer is not JSON, as `parse` will find.
        after = self._text[self._string.stop :].strip(_SPACE)
        return bytes(self._text[self._string]) if after == b":" else b""

    def parse(self, pictures: Iterable[object]) -> object:
        """The parsed answer, with the pictures in their places in the order of their coming."""
        waiting = iter(pictures)
        try:
            parsed: object = json.loads(self._text.decode("utf-8-sig"), parse_constant=lambda _: next(waiting))
        except ValueError as error:
            raise AnswerGarbled(f"The answer is not JSON: {error}.") from error
        return parsed

    def keep(self, text: bytes) -> None:
        """Append some text as it is."""
        if len(self._text) + len(text) > self._max_bytes:
            raise AnswerTooLarge(f"The answer without its pictures is larger than {self._max_bytes} bytes.")
        self._text += text

    def _follow_brackets(self, run: bytes) -> int:
        for bracket in _BRACKET.finditer(run):
            self._depth += 1 if bracket[0] in b"{[" else -1
            if self._depth > MAX_DEPTH:
                raise AnswerGarbled(f"The answer is nested more than {MAX_DEPTH} levels deep.")
            if self._depth == 0:
                self.complete = True
                return bracket.end()
        return len(run)
