"""Reads a model's JSON answer as it arrives: its base64 pictures go into files, all else becomes one document.

Keeps neither the body nor a picture in memory. Opens nothing itself, and knows no provider's dialect.
"""

import json
from collections.abc import Callable
from dataclasses import dataclass
from types import TracebackType
from typing import BinaryIO, Self, TypeAlias, cast

from cavendish.base64_stream import Base64Stream
from cavendish.json_string import base64_text, body_end
from cavendish.skeleton import AnswerGarbled, AnswerTooLarge, Skeleton

__all__ = ["JSON", "AnswerGarbled", "AnswerReader", "AnswerTooLarge", "AnswerTruncated", "Picture"]

MAX_BODY_BYTES = 512 * 1024 * 1024
MAX_TEXT_BYTES = 8 * 1024 * 1024
#: Each picture holds a file open; no model gives more than ten.
MAX_PICTURES = 100

#: So much is worked on at a time, however much is fed at once.
_PIECE_BYTES = 128 * 1024


class AnswerTruncated(ValueError):
    """The answer ended before its JSON did."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Picture:
    """A base64 string found in the answer, decoded. Its file belongs to the reader and is closed with it."""

    #: Seekable, positioned anywhere.
    file: BinaryIO
    bytes: int
    #: In hex.
    sha256: str
    #: Big-endian, in base64, as S3 wants it in ChecksumCRC32.
    crc32: str
    #: Why the picture is not whole ("not base64 at character 17", counted from 1); the file then holds a part of it.
    fault: str | None


JSON: TypeAlias = "dict[str, JSON] | list[JSON] | str | int | float | bool | Picture | None"


class AnswerReader:
    """One answer: an object or an array, fed in chunks cut anywhere.

    A string under one of `picture_keys` is a picture, whatever is in it (a key spelled with escapes is not recognised).
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
        self._open_file = open_file
        self._picture_keys = {json.dumps(key, ensure_ascii=False).encode() for key in picture_keys}
        self._max_body_bytes = max_body_bytes
        self._body_bytes = 0
        self._skeleton = Skeleton(max_bytes=max_text_bytes)
        self._files: list[BinaryIO] = []
        self._pictures: list[Picture] = []
        self._stream: Base64Stream | None = None
        self._in_string = False
        self._cut_escape = b""

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
            self._read(self._cut_escape + chunk[start : start + _PIECE_BYTES])

    def document(self) -> JSON:
        """The answer with a Picture for each string under a picture key, and all else as json.loads gives it.

        Raises AnswerTruncated if the answer is not complete, AnswerGarbled if it is not JSON.
        """
        if not self.complete:
            raise AnswerTruncated(f"The answer ended after {self._body_bytes} bytes, before its JSON did.")
        # json.loads makes nothing else of a text, and of a placeholder the picture that is given for it.
        return cast("JSON", self._skeleton.parse(self._pictures))

    def close(self) -> None:
        """Close the file of every picture."""
        for file in self._files:
            file.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _read(self, piece: bytes) -> None:
        self._cut_escape = b""
        at = 0
        while at < len(piece):
            if self._stream is not None:
                at = self._read_picture(piece, at, self._stream)
            elif self._in_string:
                at = self._read_string(piece, at)
            elif self.complete:
                at = self._read_after_end(piece, at)
            else:
                at = self._read_structure(piece, at)

    def _read_picture(self, piece: bytes, at: int, stream: Base64Stream) -> int:
        end = body_end(piece, at)
        stream.feed(base64_text(piece[at:end]))
        if piece[end : end + 1] != b'"':
            self._cut_escape = piece[end:]
            return len(piece)
        self._finish_picture(stream)
        return end + 1

    def _read_string(self, piece: bytes, at: int) -> int:
        end = body_end(piece, at)
        self._skeleton.keep(piece[at:end])
        if piece[end : end + 1] != b'"':
            self._cut_escape = piece[end:]
            return len(piece)
        self._skeleton.close_string()
        self._in_string = False
        return end + 1

    def _read_structure(self, piece: bytes, at: int) -> int:
        quote = piece.find(b'"', at)
        end = at + self._skeleton.read(piece[at:quote] if quote >= 0 else piece[at:])
        if self.complete or quote < 0:
            return end
        self._open_string()
        return quote + 1

    def _read_after_end(self, piece: bytes, at: int) -> int:
        self._skeleton.read_after_end(piece[at:])
        return len(piece)

    def _open_string(self) -> None:
        if self._skeleton.key() in self._picture_keys:
            self._open_picture()
        else:
            self._skeleton.open_string()
            self._in_string = True

    def _open_picture(self) -> None:
        if len(self._files) == MAX_PICTURES:
            raise AnswerTooLarge(f"The answer holds more than {MAX_PICTURES} pictures.")
        self._skeleton.hang_picture()
        self._files.append(self._open_file())
        self._stream = Base64Stream(self._files[-1])

    def _finish_picture(self, stream: Base64Stream) -> None:
        stream.finish()
        self._stream = None
        self._pictures.append(
            Picture(file=stream.file, bytes=stream.bytes, sha256=stream.sha256, crc32=stream.crc32, fault=stream.fault)
        )
