"""Reads a model's JSON answer as it arrives: its base64 pictures go into files, all else becomes one document.

Keeps neither the body nor a picture in memory. Opens nothing itself, and knows no provider's dialect.
"""

import json
from collections.abc import Callable
from types import TracebackType
from typing import BinaryIO, Self, TypeAlias, cast

from cavendish.answer.json_string import body_end
from cavendish.answer.picture import Mixed, Picture, PictureFiles, shown
from cavendish.answer.skeleton import AnswerGarbled, AnswerTooLarge, Skeleton
from cavendish.answer.string import AnswerString, Bare, Key, Words, begins_link

__all__ = ["JSON", "AnswerGarbled", "AnswerReader", "AnswerTooLarge", "AnswerTruncated", "Mixed", "Picture"]

MAX_BODY_BYTES = 512 * 1024 * 1024
MAX_TEXT_BYTES = 8 * 1024 * 1024

#: So much is worked on at a time, however much is fed at once.
_PIECE_BYTES = 128 * 1024


class AnswerTruncated(ValueError):
    """The answer ended before its JSON did."""


JSON: TypeAlias = "dict[str, JSON] | list[JSON] | str | int | float | bool | Picture | Mixed | None"


class AnswerReader:
    """One answer: an object or an array, fed in chunks cut anywhere.

    A string under one of `picture_keys`, or in an array there, is a picture, whatever is in it, unless it begins as a
    link does ("https:"); a key spelled with escapes is not recognised. In all other strings but keys the data URIs with
    pictures are found, as data_uri tells them.
    `max_body_bytes` limits the whole answer, `max_text_bytes` what is left of it without the pictures.
    """

    def __init__(
        self,
        *,
        open_file: Callable[[], BinaryIO],
        picture_keys: frozenset[str],
        max_body_bytes: int = MAX_BODY_BYTES,
        max_text_bytes: int = MAX_TEXT_BYTES,
    ) -> None:
        self._files = PictureFiles(open_file)
        self._picture_keys = {json.dumps(key, ensure_ascii=False).encode() for key in picture_keys}
        self._max_body_bytes = max_body_bytes
        self._body_bytes = 0
        self._skeleton = Skeleton(max_bytes=max_text_bytes)
        self._shown: list[Picture | Mixed] = []
        self._string: AnswerString | None = None
        self._cut = b""

    @property
    def complete(self) -> bool:
        """Whether the object or array is closed: nothing of worth can follow, though the connection may stay open."""
        return self._skeleton.complete

    def feed(self, chunk: bytes) -> None:
        """Read on. Raises AnswerTooLarge or AnswerGarbled, after which nothing more may be fed."""
        self._body_bytes += len(chunk)
        if self._body_bytes > self._max_body_bytes:
            raise AnswerTooLarge(f"The answer is larger than {self._max_body_bytes} bytes.")
        for start in range(0, len(chunk), _PIECE_BYTES):
            self._read(self._cut + chunk[start : start + _PIECE_BYTES])

    def document(self) -> JSON:
        """The answer with a Picture or Mixed for each string with pictures in it, and all else as json.loads gives it.

        Raises AnswerTruncated if the answer is not complete, AnswerGarbled if it is not JSON.
        """
        if not self.complete:
            raise AnswerTruncated(f"The answer ended after {self._body_bytes} bytes, before its JSON did.")
        # json.loads makes nothing else of a text, and of a placeholder what is given for it.
        return cast("JSON", self._skeleton.parse(self._shown))

    def close(self) -> None:
        """Close the file of every picture."""
        self._files.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _read(self, piece: bytes) -> None:
        self._cut = b""
        at = 0
        while at < len(piece):
            if self._string is not None:
                at = self._read_string(piece, at, self._string)
            elif self.complete:
                at = self._read_after_end(piece, at)
            else:
                at = self._read_structure(piece, at)

    def _read_string(self, piece: bytes, at: int, string: AnswerString) -> int:
        end = body_end(piece, at)
        string.feed(piece[at:end])
        if piece[end : end + 1] != b'"':
            self._cut = piece[end:]
            return len(piece)
        self._close_string(string)
        return end + 1

    def _read_structure(self, piece: bytes, at: int) -> int:
        quote = piece.find(b'"', at)
        end = at + self._skeleton.read(piece[at:quote] if quote >= 0 else piece[at:])
        if self.complete or quote < 0:
            return end
        self._string = self._opened(piece, quote + 1)
        if self._string is None:
            self._cut = piece[quote:]
            return len(piece)
        self._skeleton.open_string()
        return quote + 1

    def _read_after_end(self, piece: bytes, at: int) -> int:
        self._skeleton.read_after_end(piece[at:])
        return len(piece)

    def _opened(self, piece: bytes, at: int) -> AnswerString | None:
        """The string that begins here; None if the piece is too short to tell."""
        key = self._skeleton.key()
        if key is None:
            return Key(self._skeleton)
        is_link = begins_link(piece, at) if key in self._picture_keys else True
        if is_link is None:
            return None
        return (Words if is_link else Bare)(self._skeleton, self._files)

    def _close_string(self, string: AnswerString) -> None:
        string.finish()
        if string.pictures:
            self._shown.append(shown(self._skeleton.take_string(), tuple(string.pictures)))
        else:
            self._skeleton.close_string()
        self._string = None
