"""Whether a PNG has one colour: then each of its rows, as filtered, is one of very few."""

import zlib
from collections.abc import Callable, Iterator
from functools import cache
from typing import BinaryIO, Final, NamedTuple

from cavendish.image.formats import PIECE_BYTES, Measured, read_at
from cavendish.image.formats.png import chunks, pieces

#: Twice as long as a row of the widest size in the catalogue, 12,288 pixels, with 16 bits and alpha.
_MAX_ROW_BYTES: Final = 256 * 1024
#: Samples of a pixel, by the header's colour type.
_SAMPLES: Final = {0: 1, 2: 3, 3: 1, 4: 2, 6: 4}


class _Row(NamedTuple):
    """The flat row before it is filtered, and how many bytes its filter looks back."""

    content: bytes
    unit: int


def png_is_flat(file: BinaryIO, size: int, measured: Measured) -> bool:
    """Ends at the first row that is not the first pixel over and over."""
    depth, colour, _, _, interlaced = read_at(file, 24, 5)
    bits = depth * _SAMPLES.get(colour, 0)
    length = 1 + (measured.width * bits + 7) // 8
    if interlaced or not bits or length > _MAX_ROW_BYTES:
        return False
    expected: Callable[[int, bool], bytes] | None = None
    for count, row in enumerate(_rows(_inflated(file, size), length), 1):
        expected = expected or _filters(_flat(row, measured.width, bits))
        if row[0] > 4 or row != expected(row[0], count == 1):
            return False
        if count == measured.height:
            return True  # whatever else may come out of so few bytes
    return False


def _inflated(file: BinaryIO, size: int) -> Iterator[bytes]:
    stream = zlib.decompressobj()
    try:
        for chunk in chunks(file, size):
            for piece in pieces(file, chunk) if chunk.kind == b"IDAT" else ():
                left = piece
                while left:
                    yield stream.decompress(left, PIECE_BYTES)
                    left = stream.unconsumed_tail
        yield stream.flush()
    except zlib.error:
        return


def _rows(inflated: Iterator[bytes], length: int) -> Iterator[bytes]:
    held = b""
    for piece in inflated:
        held += piece
        whole = len(held) - len(held) % length
        yield from (held[at : at + length] for at in range(0, whole, length))
        held = held[whole:]


def _flat(first: bytes, width: int, bits: int) -> _Row:
    """What the first row should be: no filter changes a picture's first pixel."""
    if bits >= 8:
        return _Row(first[1 : 1 + bits // 8] * width, bits // 8)
    sample = first[1] >> (8 - bits)
    packed = int(f"{sample:0{bits}b}" * (8 // bits), 2)
    unused = -width * bits % 8
    full = bytes([packed]) * (width * bits // 8)
    return _Row(full + bytes([packed >> unused << unused]) if unused else full, 1)


def _filters(row: _Row) -> Callable[[int, bool], bytes]:
    """Gives the row as each of the five filters writes it, below nothing (at the top) or below its like."""
    content, unit = row

    def byte(kind: int, above: bytes, at: int) -> int:
        left, corner = (content[at - unit], above[at - unit]) if at >= unit else (0, 0)
        return (content[at] - _predicted(kind, left, above[at], corner)) % 256

    @cache
    def filtered(kind: int, top: bool) -> bytes:  # noqa: FBT001 - it is a key
        above = bytes(len(content)) if top else content
        first, second, last = range(unit), range(unit, 2 * unit), range(len(content) - unit, len(content))
        if len(content) < 3 * unit:
            return bytes([kind, *(byte(kind, above, at) for at in range(len(content)))])
        head, middle, tail = (bytes(byte(kind, above, at) for at in span) for span in (first, second, last))
        return bytes([kind]) + head + middle * (len(content) // unit - 2) + tail

    return filtered


def _predicted(kind: int, left: int, up: int, corner: int) -> int:
    """What the filter of this number subtracts (PNG specification, section 9)."""
    if kind == 4:
        guess = left + up - corner
        return min((left, up, corner), key=lambda one: abs(guess - one))
    return (0, left, up, (left + up) // 2)[kind]
