"""Pictures that come in a model's answer, each in a file of its own, and strings that hold them among words."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import BinaryIO

from cavendish.answer.base64_stream import Base64Stream
from cavendish.answer.skeleton import AnswerTooLarge

#: Each picture holds a file open; no model gives more than ten.
MAX_PICTURES = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class Picture:
    """Base64 found in the answer, decoded. Its file belongs to the reader and is closed with it."""

    #: Seekable, positioned anywhere.
    file: BinaryIO
    bytes: int
    #: In hex.
    sha256: str
    #: Big-endian, in base64, as S3 wants it in ChecksumCRC32.
    crc32: str
    #: Why the picture is not whole ("not base64 at character 17", counted from 1); the file then holds a part of it.
    fault: str | None


@dataclass(frozen=True, slots=True)
class Mixed:
    """A string of words with pictures among them, such as Markdown."""

    #: The string without its data URIs; what stood around them is still there: "Here it is: ![image]()".
    text: str
    #: At least one, in their order.
    pictures: tuple[Picture, ...]


class PictureFiles:
    """Opens a file for each picture, up to MAX_PICTURES, and closes them all."""

    def __init__(self, open_file: Callable[[], BinaryIO]) -> None:
        self._open_file = open_file
        self._files: list[BinaryIO] = []

    def open(self) -> Base64Stream:
        """A new picture begins."""
        if len(self._files) == MAX_PICTURES:
            raise AnswerTooLarge(f"The answer holds more than {MAX_PICTURES} pictures.")
        self._files.append(self._open_file())
        return Base64Stream(self._files[-1])

    def close(self) -> None:
        """No picture is read any more."""
        for file in self._files:
            file.close()


def finished(stream: Base64Stream) -> Picture:
    """The picture, once all of its text was fed."""
    stream.finish()
    return Picture(file=stream.file, bytes=stream.bytes, sha256=stream.sha256, crc32=stream.crc32, fault=stream.fault)


def shown(text: str, pictures: tuple[Picture, ...]) -> Picture | Mixed:
    """What a string with pictures is: the picture itself if that is all there is, white space aside."""
    return pictures[0] if len(pictures) == 1 and not text.strip() else Mixed(text, pictures)
