"""Which pictures are of one colour: no other may be called so, however small its file is."""

import io
import zlib
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, ImageDraw, ImageFilter, ImageFont

from cavendish.image.image import measure
from cavendish.image.one_colour import one_colour
from tests.pictures import chunk, encoded, heif, noise, png

ENCODERS: dict[str, dict[str, Any]] = {
    "png": {"format": "PNG"},
    "hardly packed png": {"format": "PNG", "compress_level": 1},
    "unpacked png": {"format": "PNG", "compress_level": 0},
    "best packed png": {"format": "PNG", "optimize": True},
    "jpeg": {"format": "JPEG"},
    "jpeg without subsampling": {"format": "JPEG", "quality": 95, "subsampling": 0},
    "jpeg subsampled across": {"format": "JPEG", "subsampling": 1},
    "jpeg with its own tables": {"format": "JPEG", "optimize": True},
    "progressive jpeg": {"format": "JPEG", "progressive": True},
    "progressive jpeg without subsampling": {"format": "JPEG", "progressive": True, "subsampling": 0},
    "jpeg with metadata": {"format": "JPEG", "exif": b"Exif\0\0" + bytes(60_000)},
    "lossless webp": {"format": "WEBP", "lossless": True, "method": 0},
    "lossless webp, packed well": {"format": "WEBP", "lossless": True, "method": 4},
}
SIZES = [(512, 512), (1024, 1024), (1376, 768), (2048, 2048), (4096, 4096)]
COLOURS = ["white", "black", (128, 128, 128), (37, 140, 201)]
Size = tuple[int, int]


def told(content: bytes) -> bool:
    file = io.BytesIO(content)
    return one_colour(file, measure(file))


def flat(size: Size, colour: Any = (37, 140, 201), mode: str = "RGB") -> Image.Image:
    return Image.new(mode, size, colour)


def downwards(size: Size) -> Image.Image:
    return Image.linear_gradient("L").resize(size).convert("RGB")


def sideways(size: Size) -> Image.Image:
    return Image.linear_gradient("L").rotate(90).resize(size).convert("RGB")


def product_shot(size: Size) -> Image.Image:
    picture, (width, height) = flat(size, "white"), size
    box = (width // 2, height // 2, width // 2 + width // 20, height // 2 + height // 20)
    ImageDraw.Draw(picture).ellipse(box, fill=(200, 30, 30))
    return picture.filter(ImageFilter.GaussianBlur(2))


def black_on_white(size: Size) -> Image.Image:
    picture = flat(size, "white")
    font = ImageFont.load_default(size[1] // 20)
    ImageDraw.Draw(picture).text((size[0] // 10, size[1] // 2), "No.", fill="black", font=font)
    return picture


def two_halves(size: Size) -> Image.Image:
    picture = flat(size, "white")
    picture.paste((30, 90, 60), (0, 0, size[0], size[1] // 2))
    return picture


def pinstripes(size: Size) -> Image.Image:
    """All of its blocks are alike."""
    across = (bytes((255, 255, 255, 250, 250, 250)) * size[0])[: size[0] * 3]
    return Image.frombytes("RGB", size, across * size[1])


def last_pixel(size: Size) -> Image.Image:
    picture = flat(size, "white")
    picture.putpixel((size[0] - 1, size[1] - 1), (0, 0, 0))
    return picture


DRAWN = [downwards, sideways, product_shot, black_on_white, two_halves, pinstripes, last_pixel]


@pytest.mark.parametrize("encoder", ENCODERS)
@pytest.mark.parametrize("size", SIZES)
def test_a_picture_of_one_colour_is_told_in_every_size(encoder: str, size: Size) -> None:
    assert told(encoded(flat(size), **ENCODERS[encoder]))


@pytest.mark.parametrize("encoder", ENCODERS)
@pytest.mark.parametrize("colour", COLOURS)
def test_a_picture_of_any_one_colour_is_told(encoder: str, colour: Any) -> None:
    assert told(encoded(flat((512, 512), colour), **ENCODERS[encoder]))


@pytest.mark.parametrize("encoder", ENCODERS)
@pytest.mark.parametrize("size", [(512, 512), (2048, 2048)])
@pytest.mark.parametrize("draw", DRAWN)
def test_a_picture_of_little_detail_is_not_of_one_colour(
    encoder: str, size: Size, draw: Callable[[Size], Image.Image]
) -> None:
    assert not told(encoded(draw(size), **ENCODERS[encoder]))


@pytest.mark.parametrize("draw", [downwards, sideways, black_on_white])
@pytest.mark.parametrize("encoder", ["png", "jpeg", "progressive jpeg"])
def test_nor_is_one_of_4k_that_packs_as_well_as_a_blank_sheet(
    encoder: str, draw: Callable[[Size], Image.Image]
) -> None:
    assert not told(encoded(draw((4096, 4096)), **ENCODERS[encoder]))


@settings(deadline=None)
@given(st.sampled_from(sorted(ENCODERS)), st.integers(256, 700), st.integers(256, 700), st.data())
def test_one_pixel_of_another_colour_is_enough_in_a_png_or_a_jpeg_of_any_size(
    encoder: str, width: int, height: int, data: st.DataObject
) -> None:
    picture = flat((width, height), "white")
    assert told(encoded(picture, **ENCODERS[encoder]))
    # A JPEG's first blocks cannot be told apart from how it begins.
    place = data.draw(st.integers(0, width - 1)), data.draw(st.integers(64, height - 1))
    picture.putpixel(place, (0, 0, 0))
    assert not told(encoded(picture, **ENCODERS[encoder]))


@pytest.mark.parametrize(
    ("mode", "colour", "encoder"),
    [
        ("L", 200, "png"),
        ("LA", (200, 9), "png"),
        ("RGBA", (1, 2, 3, 4), "png"),
        ("P", 5, "png"),
        ("1", 1, "png"),
        ("I;16", 40_000, "png"),
        ("L", 200, "jpeg"),
        ("L", 200, "progressive jpeg"),
        ("CMYK", (1, 2, 3, 4), "jpeg"),
    ],
)
def test_every_kind_of_pixel_is_known(mode: str, colour: Any, encoder: str) -> None:
    for size in ((1000, 777), (1001, 800)):
        assert told(encoded(flat(size, colour, mode), **ENCODERS[encoder]))


def unfiltered(kind: int, rows: list[bytes], unit: int) -> bytes:
    """The rows as this filter writes them, byte by byte as the specification has it."""
    written, above = b"", bytes(len(rows[0]))
    for row in rows:
        written += bytes([kind])
        for at, value in enumerate(row):
            left, corner = (row[at - unit], above[at - unit]) if at >= unit else (0, 0)
            guess = left + above[at] - corner
            paeth = min((left, above[at], corner), key=lambda one: abs(guess - one))
            written += bytes([(value - (0, left, above[at], (left + above[at]) // 2, paeth)[kind]) % 256])
        above = row
    return written


@pytest.mark.parametrize("kind", range(5))
@pytest.mark.parametrize(("colour", "depth", "pixel"), [(2, 8, b"\x25\x8c\xc9"), (0, 8, b"\x07"), (2, 16, b"123456")])
@pytest.mark.parametrize("width", [1, 2, 3, 40])
def test_every_filter_of_a_png_is_known(kind: int, colour: int, depth: int, pixel: bytes, width: int) -> None:
    def made(rows: list[bytes]) -> bytes:
        content = zlib.compress(unfiltered(kind, rows, len(pixel)))
        return png((width, len(rows), depth, colour, 0), chunk(b"IDAT", content))

    other = bytes(len(pixel))
    assert told(made([pixel * width] * 5))
    assert not told(made([*[pixel * width] * 4, pixel * (width - 1) + other]))
    assert not told(made([pixel * width, other * width, *[pixel * width] * 3]))


@pytest.mark.parametrize(("depth", "packed"), [(1, 0xFF), (2, 0xAA), (4, 0x77)])
def test_pixels_smaller_than_a_byte_are_known_whatever_fills_up_their_row(depth: int, packed: int) -> None:
    full, rest = divmod(13 * depth, 8)
    row = bytes([packed]) * full + bytes([packed & 0xFF00 >> rest]) * (rest > 0)
    made = [
        png((13, 9, depth, 0, 0), chunk(b"IDAT", zlib.compress((b"\0" + one) * 9))) for one in (row, b"\x1b" + row[1:])
    ]

    assert [told(one) for one in made] == [True, False]


@pytest.mark.parametrize(
    "content",
    [
        png((500, 500, 8, 2, 1), chunk(b"IDAT", zlib.compress(bytes(1501 * 500)))),
        png((500, 500, 8, 2, 0), chunk(b"IDAT", zlib.compress(bytes(1501 * 499)))),
        png((500, 500, 8, 2, 0), chunk(b"IDAT", b"not zlib")),
        png((500, 500, 8, 9, 0), chunk(b"IDAT", zlib.compress(bytes(1501 * 500)))),
        encoded(flat((500, 500)), "JPEG", restart_marker_blocks=7),
        encoded(flat((16, 16)), "JPEG"),
        png((300_000, 1, 8, 0, 0), chunk(b"IDAT", zlib.compress(bytes(300_001)))),
        encoded(flat((500, 500)), "JPEG").replace(b"\x03\x01\x22\x00", b"\x03\x01\x00\x00"),
        encoded(flat((500, 500)), "JPEG").replace(
            b"\xff\xda\x00\x0c\x03" + bytes.fromhex("0100 0211 0311"), b"\xff\xda\x00\x86\x40" + b"\x01\x00" * 64
        ),
        encoded(flat((500, 500)), "WEBP"),
        encoded(flat((500, 500)), "JPEG").replace(b"\xff\xc0", b"\xff\xc9"),
        encoded(flat((500, 500)), "JPEG").replace(b"\xff\xda\x00\x0c\x03\x01", b"\xff\xda\x00\x0c\x03\x09"),
        heif(bytes.fromhex("00000014 69737065 00000000 00000500 00000500")),
    ],
)
def test_what_cannot_be_told_is_not_said(content: bytes) -> None:
    assert not told(content)


def test_what_comes_after_the_last_row_is_not_looked_at() -> None:
    content = zlib.compress(bytes(1501 * 500) + b"\xff" * 1501)

    assert told(png((500, 500, 8, 2, 0), chunk(b"IDAT", content)))


@given(st.binary(min_size=1, max_size=60), st.integers(0, 900))
@settings(deadline=None)
def test_a_damaged_jpeg_raises_nothing(damage: bytes, at: int) -> None:
    content = bytearray(encoded(flat((200, 200)), "JPEG"))
    content[at : at + len(damage)] = damage
    try:
        measured = measure(io.BytesIO(content))
    except ValueError:
        return
    one_colour(io.BytesIO(content), measured)


class Counting(io.BytesIO):
    taken = 0

    def read(self, size: int | None = -1) -> bytes:
        found = super().read(size)
        self.taken += len(found)
        return found


@pytest.mark.parametrize("encoder", ["png", "jpeg", "progressive jpeg"])
def test_of_an_ordinary_picture_one_piece_is_read_at_most(encoder: str) -> None:
    file = Counting(encoded(noise(1500, 1500), **ENCODERS[encoder]))
    measured, file.taken = measure(file), 0

    assert not one_colour(file, measured)
    assert file.taken < 66_000
