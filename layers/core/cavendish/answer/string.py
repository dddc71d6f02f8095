"""One string of a model's answer, fed piece by piece: its words go into the skeleton, its pictures into files.

What is fed is the inside of the string, cut nowhere in an escape.
"""

import json
import re
from collections.abc import Sequence
from typing import Final, Protocol

from cavendish.answer.base64_stream import Base64Stream
from cavendish.answer.data_uri import HEAD, PADDING, RUN, UNDECIDED, WORDS, WRAP, WRAPPED_CHARS, first_suspect
from cavendish.answer.json_string import base64_text, beginning, body_end, spelling_of
from cavendish.answer.picture import Picture, PictureFiles, finished
from cavendish.answer.skeleton import Skeleton

_HTTP, _S, _COLON = spelling_of("http"), *spelling_of("s:")
_LINK: Final = re.compile(b"".join((*_HTTP, _S, b"?", _COLON)))
_CUT_LINK: Final = re.compile(rb"\Z|" + beginning(_HTTP, _S + rb"\Z"))
#: More than a link's beginning can be spelled with.
_LINK_BYTES: Final = 64


class AnswerString(Protocol):
    """A key, a picture, or words."""

    @property
    def pictures(self) -> Sequence[Picture]:
        """Those that have ended."""

    def feed(self, body: bytes) -> None:
        """Read on."""

    def finish(self) -> None:
        """The string was closed; this is called once."""


class Key:
    """A key of an object: kept as it is."""

    pictures: Sequence[Picture] = ()

    def __init__(self, skeleton: Skeleton) -> None:
        self.feed = skeleton.keep

    def finish(self) -> None:
        """Keep the quote, too."""
        self.feed(b'"')


class Bare:
    """A string that is one picture, whatever is in it."""

    def __init__(self, skeleton: Skeleton, files: PictureFiles) -> None:
        self.pictures: Sequence[Picture] = ()
        self._skeleton = skeleton
        self._stream = files.open()

    def feed(self, body: bytes) -> None:
        """Decode some more."""
        self._stream.feed(base64_text(body))

    def finish(self) -> None:
        """The picture is whole; of its string only the quotes are kept."""
        self._skeleton.keep(b'"')
        self.pictures = (finished(self._stream),)


class Words:
    """Words, among which there may be pictures as data URIs."""

    def __init__(self, skeleton: Skeleton, files: PictureFiles) -> None:
        self.pictures: list[Picture] = []
        self._skeleton = skeleton
        self._files = files
        self._stream: Base64Stream | None = None
        self._line_chars = 0
        self._undecided = b""

    def feed(self, body: bytes) -> None:
        """Read on."""
        body, at = self._undecided + body, 0
        self._undecided = b""
        while at < len(body):
            at = self._read_words(body, at) if self._stream is None else self._read_base64(body, at, self._stream)

    def finish(self) -> None:
        """Keep the quote, too; after it nothing is undecided."""
        self.feed(b'"')

    def _read_words(self, body: bytes, at: int) -> int:
        end = _end(WORDS, body, first_suspect(body, at))
        self._skeleton.keep(body[at:end])
        head = HEAD.match(body, end)
        if not head:
            self._undecided = body[end:]
            return len(body)
        self._skeleton.split_string()
        self._stream = self._files.open()
        # The stream takes the head off again; with it, the places of faults are counted as in any picture.
        self._stream.feed(json.loads(b'"' + head[0] + b'"').encode())
        self._line_chars = 0
        return head.end()

    def _read_base64(self, body: bytes, at: int, stream: Base64Stream) -> int:
        end = _end(RUN, body, at)
        text = base64_text(body[at:end])
        stream.feed(text)
        self._line_chars += len(text)
        wrap = WRAP.match(body, end) if self._line_chars <= WRAPPED_CHARS else None
        if wrap:
            self._line_chars = 0
            return wrap.end()
        if UNDECIDED.match(body, end):
            self._undecided = body[end:]
            return len(body)
        return self._end_base64(body, end, stream)

    def _end_base64(self, body: bytes, at: int, stream: Base64Stream) -> int:
        self.pictures.append(finished(stream))
        self._stream = None
        # Padding says nothing that the length does not say.
        return _end(PADDING, body, at)


def begins_link(piece: bytes, at: int) -> bool | None:
    """Whether the string that begins here is a link to a picture, and no picture; None if the piece is too short."""
    start = piece[at : at + _LINK_BYTES]
    end = body_end(start, 0)
    if _LINK.match(start, 0, end):
        return True
    closed = start[end : end + 1] == b'"'
    return None if not closed and _CUT_LINK.match(start, 0, end) else False


def _end(pattern: re.Pattern[bytes], body: bytes, at: int) -> int:
    """Where the match ends, of a pattern that always matches."""
    match = pattern.match(body, at)
    return match.end() if match else at
