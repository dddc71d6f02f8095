"""One reader for each image format: the pixels its header gives, and whether its end is there.

Reads a few small pieces, whatever the file's size.
Which format a file has, and whether it was asked for, is decided elsewhere.
"""

import struct
from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO, NamedTuple

#: A file may lead through so many segments or boxes (fill bytes count too); real ones have a few dozen.
_MAX_STEPS = 10_000
#: So many zero bytes are looked through for the end of a JPEG.
_MAX_PADDING_BYTES = 64 * 1024
#: An `ftyp` box lists a handful of brands of four bytes each.
_MAX_BRANDS_BYTES = 1024

_PNG_HEADER = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR"
_PNG_END = b"\0\0\0\0IEND\xae\x42\x60\x82"
_JPEG_BARE_MARKERS = {0x01, *range(0xD0, 0xD8)}
_JPEG_FRAME_MARKERS = set(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}
_JPEG_SCAN, _JPEG_END, _JPEG_FILL = 0xDA, 0xD9, 0xFF
_AVIF_BRANDS = {b"avif", b"avis"}
_HEIC_BRANDS = {b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"mif1", b"msf1"}


class NotAnImage(ValueError):
    """The file is of no image type we know, or its header makes no sense."""


class Truncated(ValueError):
    """The file begins as an image and ends too early."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Measured:
    """What the header says, whatever the sender declared. Width and height in pixels."""

    mime: str
    width: int
    height: int


class _Box(NamedTuple):
    kind: bytes
    start: int
    end: int


def read_at(file: BinaryIO, at: int, count: int) -> bytes:
    """So many bytes of the header from that place. Raises Truncated if they are not there."""
    file.seek(at)
    found = file.read(count)
    if len(found) < count:
        raise Truncated(f"The image ends at byte {at + len(found)}, inside its header.")
    return found


def read_png(file: BinaryIO, size: int) -> Measured:
    header = read_at(file, 0, 24)
    if not header.startswith(_PNG_HEADER):
        raise NotAnImage("The PNG does not begin with its header chunk.")
    if read_at(file, size - len(_PNG_END), len(_PNG_END)) != _PNG_END:
        raise Truncated("The PNG does not end with its IEND chunk.")
    width, height = struct.unpack(">II", header[16:])
    return Measured(mime="image/png", width=width, height=height)


def read_jpeg(file: BinaryIO, size: int) -> Measured:
    frames = [at for marker, at in _jpeg_segments(file) if marker in _JPEG_FRAME_MARKERS]
    if not frames:
        raise NotAnImage("The JPEG has no frame header before its pixels.")
    tail = min(size, _MAX_PADDING_BYTES)
    if not read_at(file, size - tail, tail).rstrip(b"\0").endswith(bytes((0xFF, _JPEG_END))):
        raise Truncated("The JPEG does not end with its end marker.")
    height, width = struct.unpack(">HH", read_at(file, frames[0] + 3, 4))
    return Measured(mime="image/jpeg", width=width, height=height)


def _jpeg_segments(file: BinaryIO) -> Iterator[tuple[int, int]]:
    """Each marker before the first scan, with the place of its length field."""
    at = 2
    for _ in range(_MAX_STEPS):
        lead, marker = read_at(file, at, 2)
        if lead != _JPEG_FILL or marker == _JPEG_END:
            break
        if marker == _JPEG_SCAN:
            return
        if marker == _JPEG_FILL:
            at += 1
        elif marker in _JPEG_BARE_MARKERS:
            at += 2
        else:
            yield marker, at + 2
            at += 2 + int.from_bytes(read_at(file, at + 2, 2), "big")
    raise NotAnImage("The JPEG's segments do not lead to pixels.")


def read_webp(file: BinaryIO, size: int) -> Measured:
    """Bytes after the RIFF's length are ignored, as the format's specification allows."""
    riff = read_at(file, 0, 16)
    if riff[8:12] != b"WEBP":
        raise NotAnImage("The file is a RIFF, but no WebP.")
    if size < 8 + int.from_bytes(riff[4:8], "little"):
        raise Truncated("The WebP is shorter than its header says.")
    width, height = _webp_pixels(file, riff[12:16])
    return Measured(mime="image/webp", width=width, height=height)


def _webp_pixels(file: BinaryIO, kind: bytes) -> tuple[int, int]:
    if kind == b"VP8X":
        canvas = read_at(file, 24, 6)
        return int.from_bytes(canvas[:3], "little") + 1, int.from_bytes(canvas[3:], "little") + 1
    if kind == b"VP8L":
        bits = int.from_bytes(read_at(file, 21, 4), "little")
        return (bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1
    if kind == b"VP8 ":
        width, height = struct.unpack("<HH", read_at(file, 26, 4))
        return width & 0x3FFF, height & 0x3FFF
    raise NotAnImage("The WebP does not begin with a picture.")


def read_heif(file: BinaryIO, size: int) -> Measured:
    """AVIF or HEIC. Of several pictures (tiles, thumbnails) the largest counts; a rotation is not applied."""
    mime = _heif_mime(file)
    boxes = list(_boxes(file, 0, size))
    if not {b"meta", b"mdat"} <= {box.kind for box in boxes}:
        raise Truncated("The AVIF or HEIC has no picture data.")
    # A meta box has four bytes of version and flags before its children, an ispe box before its numbers.
    properties = _inside(file, _inside(file, _inside(file, boxes, b"meta", 4), b"iprp"), b"ipco")
    extents = [struct.unpack(">II", read_at(file, box.start + 4, 8)) for box in properties if box.kind == b"ispe"]
    width, height = max(extents, key=lambda extent: extent[0] * extent[1], default=(0, 0))
    return Measured(mime=mime, width=width, height=height)


def _heif_mime(file: BinaryIO) -> str:
    length = int.from_bytes(read_at(file, 0, 4), "big")
    brands = read_at(file, 8, min(max(length, 16), _MAX_BRANDS_BYTES) - 8)
    found = {brands[at : at + 4] for at in range(0, len(brands), 4)}
    if found & _AVIF_BRANDS:
        return "image/avif"
    if found & _HEIC_BRANDS:
        return "image/heic"
    raise NotAnImage("The file is not an image: it looks like a video.")


def _boxes(file: BinaryIO, at: int, end: int) -> Iterator[_Box]:
    for _ in range(_MAX_STEPS):
        if at >= end:
            return
        length, kind = struct.unpack(">I4s", read_at(file, at, 8))
        start = at + 8
        if length == 1:
            length, start = int.from_bytes(read_at(file, start, 8), "big"), start + 8
        # Zero: the box goes on to the end.
        at = at + length if length else end
        if not start <= at <= end:
            raise Truncated(f"The image's {kind!r} box goes beyond what holds it.")
        yield _Box(kind, start, at)
    raise NotAnImage("The image has too many boxes.")


def _inside(file: BinaryIO, boxes: list[_Box], kind: bytes, skipped: int = 0) -> list[_Box]:
    for box in boxes:
        if box.kind == kind:
            return list(_boxes(file, box.start + skipped, box.end))
    raise NotAnImage(f"The image has no {kind!r} box.")
