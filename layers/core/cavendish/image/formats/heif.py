"""AVIF and HEIC: boxes in boxes, of which one gives the pixels of each item."""

import io
import struct
from collections.abc import Iterator
from typing import BinaryIO, Final, NamedTuple

from cavendish.image.formats import MAX_STEPS, PIECE_BYTES, Measured, NotAnImage, Truncated, read_at

#: An `ftyp` box lists a handful of brands of four bytes each.
_MAX_BRANDS_BYTES: Final = 1024
_AVIF_BRANDS: Final = {b"avif", b"avis"}
_HEIC_BRANDS: Final = {b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx"}
#: These say that it is a picture, or several, and not how its pixels are coded: that is told by a property.
_ANY_BRANDS: Final = {b"mif1", b"msf1"}


class _Box(NamedTuple):
    kind: bytes
    start: int
    end: int


def read_heif(file: BinaryIO, size: int) -> Measured:
    """The primary item counts, turned as it is to be shown; where none is named, the largest of all."""
    brands = _brands(file)
    if not brands & (_AVIF_BRANDS | _HEIC_BRANDS | _ANY_BRANDS):
        raise NotAnImage("The file is not an image: it looks like a video.")
    boxes = list(_boxes(file, 0, size))
    if not {b"meta", b"mdat"} <= {box.kind for box in boxes}:
        raise Truncated("The AVIF or HEIC has no picture data.")
    # A meta box has four bytes of version and flags before its children.
    meta = _inside(file, boxes, b"meta", 4)
    properties = _inside(file, _inside(file, meta, b"iprp"), b"ipco")
    width, height = _pixels(file, _of_primary(file, meta, properties) or properties)
    return Measured(mime=_mime(brands, {one.kind for one in properties}), width=width, height=height)


def _brands(file: BinaryIO) -> set[bytes]:
    length = int.from_bytes(read_at(file, 0, 4), "big")
    brands = read_at(file, 8, min(max(length, 16), _MAX_BRANDS_BYTES) - 8)
    return {brands[at : at + 4] for at in range(0, len(brands), 4)}


def _mime(brands: set[bytes], properties: set[bytes]) -> str:
    if brands & _AVIF_BRANDS or b"av1C" in properties:
        return "image/avif"
    if brands & _HEIC_BRANDS or b"hvcC" in properties:
        return "image/heic"
    raise NotAnImage("The file is a HEIF, but neither AVIF nor HEIC.")


def _pixels(file: BinaryIO, properties: list[_Box]) -> tuple[int, int]:
    # An ispe box has four bytes of version and flags before its numbers; an irot box counts quarter turns.
    extents = [struct.unpack(">II", read_at(file, one.start + 4, 8)) for one in properties if one.kind == b"ispe"]
    width, height = max(extents, key=lambda extent: extent[0] * extent[1], default=(0, 0))
    turns = [read_at(file, one.start, 1)[0] for one in properties if one.kind == b"irot"]
    return (height, width) if len(extents) == 1 and turns and turns[0] % 2 else (width, height)


def _of_primary(file: BinaryIO, meta: list[_Box], properties: list[_Box]) -> list[_Box]:
    """The properties of the item that `pitm` names, as `ipma` tells them; none where either is missing."""
    named = [box for box in meta if box.kind == b"pitm"]
    told = [box for box in _inside(file, meta, b"iprp") if box.kind == b"ipma"]
    if not named or not told:
        return []
    version = read_at(file, named[0].start, 1)[0]
    primary = int.from_bytes(read_at(file, named[0].start + 4, 4 if version else 2), "big")
    content = read_at(file, told[0].start, min(told[0].end - told[0].start, PIECE_BYTES))
    return [properties[at - 1] for at in _indexes(content, primary) if 0 < at <= len(properties)]


def _indexes(content: bytes, item: int) -> list[int]:
    """The properties' places, counted from 1, of an item in an `ipma` box: the highest bit says something else."""
    stream = io.BytesIO(content)
    version, flags, count = struct.unpack(">B3sI", stream.read(8).ljust(8, b"\0"))
    wide = flags[2] & 1
    for _ in range(min(count, MAX_STEPS)):
        found = int.from_bytes(stream.read(4 if version else 2), "big")
        entries = stream.read((2 if wide else 1) * int.from_bytes(stream.read(1), "big"))
        if found == item:
            at = range(0, len(entries) - wide, 1 + wide)
            return [int.from_bytes(entries[n : n + 1 + wide], "big") & (0x7FFF if wide else 0x7F) for n in at]
    return []


def _boxes(file: BinaryIO, at: int, end: int) -> Iterator[_Box]:
    for _ in range(MAX_STEPS):
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
