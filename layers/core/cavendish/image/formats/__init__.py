"""One reader for each image format: the pixels its header gives, and whether all of the file is there.

Decodes no pixels, and holds one piece of the file at a time. Which format a file has is decided elsewhere.
"""

from dataclasses import dataclass
from typing import BinaryIO, Final

#: So much of a file is held at a time.
PIECE_BYTES: Final = 64 * 1024
#: A JPEG or HEIF may lead through so many segments or boxes (fill bytes count too); real ones have a few dozen.
MAX_STEPS: Final = 10_000


class NotAnImage(ValueError):
    """The file is of no image type we know, makes no sense, or is damaged."""


class Truncated(ValueError):
    """The file begins as an image and ends too early."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Measured:
    """What the header says, whatever the sender declared. Width and height in pixels."""

    mime: str
    width: int
    height: int


def read_at(file: BinaryIO, at: int, count: int) -> bytes:
    """So many bytes from that place. Raises Truncated if they are not there."""
    file.seek(at)
    found = file.read(count)
    if len(found) < count:
        raise Truncated(f"The image ends at byte {at + len(found)}, before it is whole.")
    return found
