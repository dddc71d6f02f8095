"""WebP: a RIFF whose first chunk says which of three kinds it is."""

import struct
from collections.abc import Iterator
from typing import BinaryIO, Final

from cavendish.image.formats import MAX_STEPS, Measured, NotAnImage, Truncated, read_at

_PICTURES: Final = {b"VP8 ", b"VP8L", b"ANMF"}
_PALETTE_OF_ONE: Final = 0b00000000_11_1


def read_webp(file: BinaryIO, size: int) -> Measured:
    """Bytes after the RIFF's length are ignored, as the format's specification allows."""
    riff = read_at(file, 0, 12)
    if riff[8:] != b"WEBP":
        raise NotAnImage("The file is a RIFF, but no WebP.")
    end = 8 + int.from_bytes(riff[4:8], "little")
    if size < end:
        raise Truncated(f"The WebP ends at byte {size}, and its header says {end}.")
    kinds = [kind for kind, _ in _chunks(file, end)]
    if not _PICTURES & set(kinds):
        raise NotAnImage("The WebP holds no picture.")
    width, height = _pixels(file, kinds[0])
    return Measured(mime="image/webp", width=width, height=height)


def _chunks(file: BinaryIO, end: int) -> Iterator[tuple[bytes, int]]:
    """Each chunk's kind, and where its content begins."""
    at = 12
    for _ in range(MAX_STEPS):
        if at >= end:
            return
        kind, length = struct.unpack("<4sI", read_at(file, at, 8))
        if at + 8 + length > end:
            raise Truncated(f"The WebP's {kind!r} chunk goes beyond its end.")
        yield kind, at + 8
        at += 8 + length + length % 2
    raise NotAnImage("The WebP has too many chunks.")


def _pixels(file: BinaryIO, kind: bytes) -> tuple[int, int]:
    head = read_at(file, 20, 10)
    if kind == b"VP8X":
        return int.from_bytes(head[4:7], "little") + 1, int.from_bytes(head[7:], "little") + 1
    if kind == b"VP8L" and head[0] == 0x2F:
        bits = int.from_bytes(head[1:5], "little")
        return (bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1
    if kind == b"VP8 " and head[3:6] == b"\x9d\x01\x2a":
        width, height = struct.unpack("<HH", head[6:])
        return width & 0x3FFF, height & 0x3FFF
    raise NotAnImage("The WebP does not begin with a picture.")


def webp_is_flat(file: BinaryIO, size: int, _measured: Measured) -> bool:
    """Whether a lossless WebP has a palette of one colour. Of a lossy one it cannot be told."""
    for kind, start in _chunks(file, size):
        if kind == b"VP8L":
            # After the header of 40 bits: a transform follows (1 bit), a palette (3, 2 bits), of n + 1 (8 bits).
            return int.from_bytes(read_at(file, start + 5, 2), "little") & 0x7FF == _PALETTE_OF_ONE
    return False
