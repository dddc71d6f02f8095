"""JPEG: segments with a length, and scans without one, whose end is the next marker."""

import re
import struct
from collections.abc import Iterator
from typing import BinaryIO, Final, NamedTuple

from cavendish.image.formats import MAX_STEPS, PIECE_BYTES, Measured, NotAnImage, Truncated, read_at

_BARE_MARKERS: Final = {0x01, *range(0xD0, 0xD8)}
FRAME_MARKERS: Final = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}
TABLES, SCAN, RESTARTS, _END, _FILL = 0xC4, 0xDA, 0xDD, 0xD9, 0xFF
#: No marker: what follows a scan's header.
PIXELS: Final = 0
#: Inside a scan 0xFF is only followed by zero (then it is data), by a restart marker, or by itself (then it is fill).
_AFTER_SCAN: Final = re.compile(rb"\xff[^\x00\xd0-\xd7\xff]", re.DOTALL)


class Segment(NamedTuple):
    """Where its content lies in the file, without the length."""

    marker: int
    start: int
    end: int


def read_jpeg(file: BinaryIO, _size: int) -> Measured:
    """Of several pictures in one file (MPO, gain maps) the first counts; bytes after its end marker are ignored."""
    frame = None
    scanned = False
    for segment in segments(file):
        frame = segment if segment.marker in FRAME_MARKERS and not frame else frame
        scanned = scanned or segment.marker == SCAN
        if scanned and not frame:
            break
    if not frame or not scanned:
        raise NotAnImage("The JPEG has no pixels, or no frame header before them.")
    height, width = struct.unpack(">HH", read_at(file, frame.start + 1, 4))
    return Measured(mime="image/jpeg", width=width, height=height)


def segments(file: BinaryIO) -> Iterator[Segment]:
    """Each segment up to the end marker. Those inside others, such as a thumbnail's in the EXIF, do not come up."""
    at = 2
    for _ in range(MAX_STEPS):
        lead, marker = read_at(file, at, 2)
        if lead != _FILL:
            break
        if marker == _END:
            return
        if marker == _FILL:
            at += 1
        elif marker in _BARE_MARKERS:
            at += 2
        else:
            start = at + 4
            end = at + 2 + int.from_bytes(read_at(file, at + 2, 2), "big")
            if end < start:
                break
            yield Segment(marker, start, end)
            at = end
            if marker == SCAN:
                at = _scan_end(file, end)
                yield Segment(PIXELS, end, at)
    raise NotAnImage("The JPEG's segments do not lead to its end.")


def _scan_end(file: BinaryIO, at: int) -> int:
    while True:
        file.seek(at)
        piece = file.read(PIECE_BYTES)
        if found := _AFTER_SCAN.search(piece):
            return at + found.start()
        if len(piece) < 2:
            raise Truncated(f"The JPEG ends at byte {at + len(piece)}, inside its pixels.")
        at += len(piece) - 1  # a marker may lie across two pieces
