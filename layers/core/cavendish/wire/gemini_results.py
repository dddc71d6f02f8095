"""The file that a Gemini batch leaves: a line for each call, of many megabytes where it holds a picture.

Each line is read as it arrives, like an answer of its own; one that is no good spoils no other.
"""

import re
from collections.abc import Callable, Collection, Generator, Iterable, Iterator
from contextlib import ExitStack
from typing import BinaryIO, Final, NamedTuple

from cavendish.answer.answer import AnswerGarbled, AnswerReader, AnswerTooLarge, AnswerTruncated
from cavendish.outcome import Outcome, report
from cavendish.wire import Reading, gemini
from cavendish.wire.fields import fields
from cavendish.wire.miscounts import believed

#: So much of a line's beginning and end is kept, to find the key of one that cannot be read, in bytes.
_EDGE: Final = 1024
_KEY: Final = rb'"key"\s*:\s*"([^"\\]{1,512})"'
_FIRST: Final = re.compile(rb"\s*\{\s*" + _KEY)
_LAST: Final = re.compile(_KEY + rb"\s*\}\s*\Z")


class Answered(NamedTuple):
    """What came of the call with this key."""

    key: str
    reading: Reading


def read_results(
    chunks: Iterable[bytes], keys: Collection[str], *, open_file: Callable[[], BinaryIO]
) -> Generator[Answered]:
    """What came of each of these calls, once: in the file's order, and then of those that it says nothing of.

    A picture's file is open until the next result is asked for. Raises what `chunks` raises.
    """
    waiting = dict.fromkeys(keys)
    with ExitStack() as open_line:
        for line in _lines(chunks, open_file, open_line):
            key, reading = line.answered()
            if key in waiting:
                del waiting[key]
                yield Answered(key, reading)
    for key in waiting:
        yield Answered(key, Reading(report=report(Outcome.GARBLED, detail="the batch's results hold no line for it")))


class _Line:
    """One line, fed piece by piece."""

    def __init__(self, reader: AnswerReader) -> None:
        self._reader = reader
        self._fault = ""
        self._head = b""
        self._tail = b""

    def feed(self, piece: bytes) -> None:
        """Read on. What comes after a fault is passed over."""
        self._head += piece[: _EDGE - len(self._head)]
        self._tail = (self._tail + piece[-_EDGE:])[-_EDGE:]
        if not self._fault:
            try:
                self._reader.feed(piece)
            except (AnswerGarbled, AnswerTooLarge) as fault:
                self._fault = str(fault)

    @property
    def blank(self) -> bool:
        return not self._head.strip()

    def answered(self) -> Answered:
        """What it says; its key is empty if none can be found."""
        try:
            document = fields(self._reader.document()) if not self._fault else {}
        except (AnswerGarbled, AnswerTruncated) as fault:
            self._fault, document = str(fault), {}
        if self._fault:
            return Answered(self._found_key(), Reading(report=report(Outcome.GARBLED, detail=self._fault)))
        key, answer = document.get("key"), document.get("response")
        if answer is None and (error := document.get("error") or document.get("status")):
            answer = {"error": error}  # Google's words under either name: read as the answer that is one
        return Answered(key if isinstance(key, str) else "", believed(gemini.read(200, {}, answer), answer))

    def _found_key(self) -> str:
        found = _FIRST.match(self._head) or _LAST.search(self._tail)
        return found[1].decode("utf-8", "replace") if found else ""


def _lines(chunks: Iterable[bytes], open_file: Callable[[], BinaryIO], open_line: ExitStack) -> Iterator[_Line]:
    """Each line when it is whole; its files are closed when the next one begins."""

    def begin() -> _Line:
        open_line.close()
        return _Line(open_line.enter_context(AnswerReader(open_file=open_file, picture_keys=gemini.PICTURE_KEYS)))

    line = begin()
    for chunk in chunks:
        # JSON has no bare line break inside a string, so each one that comes is the end of a line.
        *ended, rest = chunk.split(b"\n")
        for piece in ended:
            line.feed(piece)
            if not line.blank:
                yield line
            line = begin()
        line.feed(rest)
    if not line.blank:
        yield line
