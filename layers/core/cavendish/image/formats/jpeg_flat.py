"""Whether a JPEG has one colour: then all its blocks after the first say "as before, and nothing else".

That is the same few bits over and over, and no other picture's. The names in quotes are codes of the file's own tables.
"""

from collections.abc import Iterator
from itertools import product
from typing import BinaryIO, Final, NamedTuple

from cavendish.image.formats import PIECE_BYTES, Measured, read_at
from cavendish.image.formats.jpeg import FRAME_MARKERS, PIXELS, RESTARTS, SCAN, TABLES, segments

#: Standard tables without subsampling take the most for a flat picture, 14 bits for 8 x 8 pixels; the rest is spare.
_BYTES_PER_PIXEL: Final = 0.03
#: What a file may hold besides its pixels (EXIF, colour profile, certificate of origin) and still be looked at.
_MAX_METADATA_BYTES: Final = 256 * 1024
#: Huffman-coded frames: baseline, extended, progressive. All others are as good as unused.
_HUFFMAN_FRAMES: Final = {0xC0, 0xC1, 0xC2}
#: A scan holds up to four (T.81, B.2.3).
_MAX_COLOURS: Final = 4
#: The first block of each colour says the colour: up to 27 bits for each of three or four, where 0xFF counts twice.
_FIRST_BYTES: Final = 32
#: One code ends up to 32,767 blocks, in four bytes at most (T.81, G.1.2.2).
_RUN_BLOCKS, _RUN_BYTES = 0x7FFF, 4


class _Scan(NamedTuple):
    """What a flat scan may repeat (one of these, in bits), how often; nothing to repeat: it only ends blocks."""

    patterns: list[str]
    units: int


class _Colour(NamedTuple):
    across: int
    down: int


def jpeg_is_flat(file: BinaryIO, size: int, measured: Measured) -> bool:
    """Looks at no file that is too large to be flat."""
    if size > measured.width * measured.height * _BYTES_PER_PIXEL + _MAX_METADATA_BYTES:
        return False
    codes: dict[int, str] = {}
    colours: dict[int, _Colour] = {}
    scan: _Scan | None = None
    for segment in segments(file):
        if segment.marker == PIXELS:
            if scan is None or not _is_flat(file, segment.start, segment.end, scan):
                return False
            continue
        content = read_at(file, segment.start, segment.end - segment.start)
        if segment.marker == TABLES:
            codes |= _zero_codes(content)
        elif segment.marker == SCAN:
            scan = _scan(content, colours, codes, measured)
        elif segment.marker in FRAME_MARKERS:
            colours = _colours(content) if segment.marker in _HUFFMAN_FRAMES else {}
        elif segment.marker == RESTARTS and any(content):
            return False  # after each restart the colour is said again
    return True


def _zero_codes(content: bytes) -> dict[int, str]:
    """The code of symbol 0 in each table, by the table's class and number: "as before" or "nothing else"."""
    found, at = {}, 0
    while at + 17 <= len(content):
        code, symbol = 0, at + 17
        for length, count in enumerate(content[at + 1 : at + 17], 1):
            zero = content.find(0, symbol, symbol + count)
            if zero >= 0:
                found[content[at]] = f"{code + zero - symbol:0{length}b}"
            code, symbol = (code + count) * 2, symbol + count
        at = symbol
    return found


def _colours(frame: bytes) -> dict[int, _Colour]:
    """How each colour is sampled; nothing where that is not as it may be (T.81, B.2.2)."""
    found = {frame[at]: _Colour(*divmod(frame[at + 1], 16)) for at in range(6, len(frame) - 2, 3)}
    return found if all(1 <= count <= 4 for colour in found.values() for count in colour) else {}


def _scan(content: bytes, colours: dict[int, _Colour], codes: dict[int, str], measured: Measured) -> _Scan | None:
    """None: not a scan that is understood."""
    chosen = [(content[at], *divmod(content[at + 1], 16)) for at in range(1, len(content) - 4, 2)]
    if not 1 <= len(chosen) <= _MAX_COLOURS or any(name not in colours for name, _, _ in chosen):
        return None
    alone = len(chosen) == 1
    counts = [1 if alone else colours[name].across * colours[name].down for name, _, _ in chosen]
    units = _units(measured, colours, chosen[0][0] if alone else None)
    first, last, refines = content[-3], content[-2], content[-1] >> 4
    if first:
        return _Scan([], units)
    if refines:  # one bit for each block
        said = product("01", repeat=len(chosen))
        return _Scan(["".join(bit * count for bit, count in zip(bits, counts, strict=True)) for bits in said], units)
    ends = [codes.get(16 + ac, "") if last else "" for _, _, ac in chosen]
    starts = [codes.get(dc, "") for _, dc, _ in chosen]
    if not all(starts) or (last and not all(ends)):
        return None
    return _Scan(["".join((s + e) * n for s, e, n in zip(starts, ends, counts, strict=True))], units)


def _units(measured: Measured, colours: dict[int, _Colour], alone: int | None) -> int:
    """How many groups of blocks make the picture; a scan of one colour goes block by block."""
    most = _Colour(max(one.across for one in colours.values()), max(one.down for one in colours.values()))
    if alone is None:
        return -(-measured.width // (8 * most.across)) * -(-measured.height // (8 * most.down))
    own = colours[alone]
    # The colour's own pixels first, rounded up, then its blocks (T.81, A.1.1).
    across, down = -(-measured.width * own.across // most.across), -(-measured.height * own.down // most.down)
    return -(-across // 8) * -(-down // 8)


def _is_flat(file: BinaryIO, start: int, end: int, scan: _Scan) -> bool:
    if not scan.patterns:
        return end - start <= _RUN_BYTES * (scan.units // _RUN_BLOCKS + 1)
    return any(_repeats(file, start, end, unit, scan.units) for one in scan.patterns for unit in _as_bytes(one))


def _as_bytes(pattern: str) -> Iterator[bytes]:
    """Eight of the pattern, which are whole bytes, from each bit on. As in the file, 0xFF is followed by zero."""
    for shift in range(min(8, len(pattern))):
        bits = (pattern[shift:] + pattern[:shift]) * 8
        yield int(bits, 2).to_bytes(len(pattern), "big").replace(b"\xff", b"\xff\0")


def _repeats(file: BinaryIO, start: int, end: int, eight: bytes, units: int) -> bool:
    """Whether the scan is these bytes again and again, begun anywhere, and as long as so many make it."""
    tail = read_at(file, end - 2, 2)
    begin, stop, last = start + _FIRST_BYTES, *((end - 2, 0xFF) if tail == b"\xff\0" else (end - 1, tail[1]))
    if stop - begin < len(eight) or abs(end - start - len(eight) * units / 8) > _FIRST_BYTES:
        return False
    unit = read_at(file, begin, len(eight))
    step = PIECE_BYTES // len(unit) * len(unit)
    expected = unit * (step // len(unit))
    return (
        unit in eight * 2
        and _ends(last, expected[(stop - begin) % len(unit)])
        and all(expected.startswith(read_at(file, at, min(step, stop - at))) for at in range(begin, stop, step))
    )


def _ends(last: int, expected: int) -> bool:
    """The last byte holds one to eight bits more of the same, and is filled up with ones."""
    return any(last == expected | 0xFF >> bits for bits in range(1, 9))
