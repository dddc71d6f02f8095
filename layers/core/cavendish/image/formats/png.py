"""PNG: a row of chunks, each with its length and its CRC."""

import struct
import zlib
from collections.abc import Iterator
from typing import BinaryIO, Final, NamedTuple

from cavendish.image.formats import PIECE_BYTES, Measured, NotAnImage, Truncated, read_at

#: The common encoders write pixels in chunks of 8 KiB and more: this is enough for 512 bytes each at the pixel cap.
_MAX_CHUNKS: Final = 100_000
_SIGNATURE: Final = b"\x89PNG\r\n\x1a\n"
_BEGINNING: Final = _SIGNATURE + b"\0\0\0\rIHDR"


class Chunk(NamedTuple):
    """Where its content lies in the file; its CRC follows."""

    kind: bytes
    start: int
    end: int


def read_png(file: BinaryIO, size: int) -> Measured:
    """Bytes after the IEND chunk are ignored, as by every decoder."""
    header = read_at(file, 0, 24)
    if not header.startswith(_BEGINNING):
        raise NotAnImage("The PNG does not begin with its header chunk.")
    kinds = set()
    for chunk in chunks(file, size):
        _check(file, chunk)
        kinds.add(chunk.kind)
    if b"IDAT" not in kinds:
        raise NotAnImage("The PNG holds no pixels.")
    width, height = struct.unpack(">II", header[16:])
    return Measured(mime="image/png", width=width, height=height)


def chunks(file: BinaryIO, size: int) -> Iterator[Chunk]:
    """Each chunk up to IEND. Raises Truncated where one, or what must follow it, is not in the file."""
    at = len(_SIGNATURE)
    for _ in range(_MAX_CHUNKS):
        length, kind = struct.unpack(">I4s", read_at(file, at, 8))
        if not kind.isalpha():
            raise NotAnImage(f"The PNG is damaged: no chunk begins at byte {at}.")
        start, at = at + 8, at + 12 + length
        if at > size:
            raise Truncated(f"The PNG ends at byte {size}, inside its {kind.decode()} chunk.")
        yield Chunk(kind, start, at - 4)
        if kind == b"IEND":
            return
    raise NotAnImage("The PNG has too many chunks.")


def pieces(file: BinaryIO, chunk: Chunk) -> Iterator[bytes]:
    """The chunk's content."""
    for at in range(chunk.start, chunk.end, PIECE_BYTES):
        yield read_at(file, at, min(PIECE_BYTES, chunk.end - at))


def _check(file: BinaryIO, chunk: Chunk) -> None:
    crc = zlib.crc32(chunk.kind)
    for piece in pieces(file, chunk):
        crc = zlib.crc32(piece, crc)
    if crc != int.from_bytes(read_at(file, chunk.end, 4), "big"):
        # All its bytes are there, so it does not break off: what they hold is no picture that anybody made.
        raise NotAnImage(f"The PNG is damaged: the CRC of its {chunk.kind.decode()} chunk at {chunk.start} is wrong.")
