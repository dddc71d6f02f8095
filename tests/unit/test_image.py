"""What an image file says of itself, on real files of each format, whole, cut and damaged."""

import contextlib
import functools
import io
import random
import struct
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, features

from cavendish.image import Measured, NotAnImage, Truncated, extension, fits, measure

#: Pictures of the pixels 61 x 47, by what is special about them: how Pillow is to save them.
STYLES: dict[str, dict[str, Any]] = {
    "png": {"format": "PNG"},
    "jpeg": {"format": "JPEG"},
    "progressive jpeg": {"format": "JPEG", "progressive": True},
    "jpeg with large exif": {"format": "JPEG", "exif": b"Exif\0\0" + b"\xff\xd9\xff\xc0" * 16_000},
    "jpeg with icc in segments": {"format": "JPEG", "icc_profile": b"\xff\xd9" * 150_000},
    "lossy webp": {"format": "WEBP"},
    "lossless webp": {"format": "WEBP", "lossless": True},
    "lossless webp with alpha": {"format": "WEBP", "lossless": True, "mode": "RGBA"},
    "webp with alpha": {"format": "WEBP", "mode": "RGBA"},
    "webp with exif": {"format": "WEBP", "exif": b"Exif\0\0" + b"x" * 100},
}
if features.check("avif"):
    STYLES |= {"avif": {"format": "AVIF"}, "avif with alpha": {"format": "AVIF", "mode": "RGBA"}}


@functools.cache
def saved(style: str, width: int = 61, height: int = 47) -> bytes:
    options = {"mode": "RGB"} | STYLES[style]
    mode = options.pop("mode")
    noise = random.Random(1).randbytes(width * height * len(mode))
    file = io.BytesIO()
    Image.frombytes(mode, (width, height), noise).save(file, **options)
    return file.getvalue()


def measured(content: bytes) -> Measured:
    return measure(io.BytesIO(content))


def box(kind: bytes, *contents: bytes) -> bytes:
    content = b"".join(contents)
    return struct.pack(">I4s", 8 + len(content), kind) + content


def extent(width: int, height: int) -> bytes:
    return box(b"ispe", struct.pack(">III", 0, width, height))


def heif(*properties: bytes, brand: bytes = b"heic", data: bytes = box(b"mdat", b"x" * 50)) -> bytes:
    """A file of boxes as a telephone writes them; no picture is in it."""
    brands = box(b"ftyp", b"mif1", bytes(4), b"miaf", brand)
    meta = box(b"meta", bytes(4), box(b"hdlr", bytes(25)), box(b"iprp", box(b"ipco", *properties)))
    return brands + meta + data


@pytest.mark.parametrize("style", STYLES)
def test_every_format_is_measured_from_its_header(style: str) -> None:
    expected = Measured(mime=f"image/{STYLES[style]['format'].lower()}", width=61, height=47)

    assert measured(saved(style)) == expected


@settings(deadline=None)
@given(st.sampled_from(sorted(STYLES)), st.integers(1, 300), st.integers(1, 300))
def test_pixels_are_those_that_were_saved(style: str, width: int, height: int) -> None:
    found = measured(saved(style, width, height))

    assert (found.width, found.height) == (width, height)


@pytest.mark.parametrize("style", STYLES)
def test_a_file_cut_anywhere_is_never_taken_for_a_whole_one(style: str) -> None:
    whole = saved(style)
    for length in {*range(0, len(whole), max(1, len(whole) // 10_000)), *range(len(whole) - 50, len(whole))}:
        with pytest.raises((Truncated, NotAnImage)):
            measured(whole[:length])


@pytest.mark.parametrize("style", STYLES)
def test_a_file_cut_after_its_first_bytes_is_truncated_rather_than_no_image(style: str) -> None:
    for length in (12, 40, len(saved(style)) // 2, len(saved(style)) - 1):
        with pytest.raises(Truncated):
            measured(saved(style)[:length])


@given(st.sampled_from([b"", *(saved(style)[:64] for style in STYLES), heif(extent(5, 5))]), st.binary(max_size=300))
def test_no_bytes_raise_anything_but_the_named_errors(head: bytes, rest: bytes) -> None:
    with contextlib.suppress(NotAnImage, Truncated):
        assert measured(head + rest).width


@settings(deadline=None)
@given(st.sampled_from(sorted(STYLES)), st.data())
def test_damage_in_the_header_raises_nothing_but_the_named_errors(style: str, data: st.DataObject) -> None:
    content = bytearray(saved(style))
    for _ in range(data.draw(st.integers(1, 4))):
        content[data.draw(st.integers(0, min(len(content), 400) - 1))] = data.draw(st.integers(0, 255))
    with contextlib.suppress(NotAnImage, Truncated):
        assert measured(bytes(content)).height


@pytest.mark.parametrize(
    ("content", "likeness"),
    [
        (b"", "nothing"),
        (b"GIF89a\x01\x00\x01\x00", "GIF"),
        (b"\xef\xbb\xbf\r\n<!DOCTYPE html><html>", "HTML"),
        (b"<HTML><body>", "HTML"),
        (b"<svg xmlns=", "SVG"),
        (b'<?xml version="1.0"?>', "XML"),
        (b'{"error":{}}', "JSON"),
        (b"%PDF-1.7", "PDF"),
        ("désolé, pas d'image".encode(), "text"),
        (b"\x00\x01\x02\x03\x04", r"unknown bytes \(00 01 02 03\)"),
        (heif(brand=b"isom").replace(b"mif1", b"mp42"), "video"),
    ],
)
def test_what_is_no_image_is_told_by_what_it_looks_like(content: bytes, likeness: str) -> None:
    with pytest.raises(NotAnImage, match=f"looks like (a )?{likeness}"):
        measured(content)


@pytest.mark.parametrize(
    "content",
    [
        saved("png").replace(struct.pack(">I", 61), bytes(4), 1),
        saved("jpeg").replace(struct.pack(">HH", 47, 61), struct.pack(">HH", 0, 61)),
        saved("png").replace(b"IHDR", b"IDAT"),
        b"\xff\xd8\xff\xd9",
        b"\xff\xd8\xff\xe0\x00\x00" + bytes(50),
        b"\xff\xd8" + b"\xff" * 20_000,
        b"\xff\xd8\xff\xda" + bytes(50) + b"\xff\xd9",
        saved("lossy webp").replace(b"WEBP", b"WAVE"),
        saved("lossy webp").replace(b"VP8 ", b"ALPH"),
        heif(),
        heif(extent(0, 0)),
        heif().replace(b"ipco", b"ipma"),
        box(b"ftyp", b"avif") + box(b"free") * 20_000,
    ],
)
def test_a_header_that_makes_no_sense_is_no_image(content: bytes) -> None:
    with pytest.raises(NotAnImage):
        measured(content)


def test_fill_bytes_bare_markers_and_tables_before_a_jpegs_frame_are_passed_over() -> None:
    whole = saved("jpeg")
    odd = (
        b"\xff\xd8"
        + b"\xff\xff\xff\xff\x01"
        + b"\xff\xc4\x00\x08\xff\xc0\x00\x11\x08\x00"
        + b"\xff\xcc\x00\x04\x00\x00"
    )

    assert measured(odd + whole[2:]) == measured(whole)


@pytest.mark.parametrize("length", [1, 3, 4096, 60_000])
def test_zero_bytes_after_a_jpegs_end_do_no_harm(length: int) -> None:
    assert measured(saved("jpeg") + bytes(length)) == measured(saved("jpeg"))


@pytest.mark.parametrize(("style", "after"), [("png", b"\0"), ("jpeg", b"\n"), ("jpeg", bytes(70_000))])
def test_what_does_not_end_with_its_end_is_truncated(style: str, after: bytes) -> None:
    with pytest.raises(Truncated):
        measured(saved(style) + after)


def test_the_scaling_that_a_lossy_webp_asks_for_is_no_part_of_its_pixels() -> None:
    scaled = bytearray(saved("lossy webp"))
    scaled[27] |= 0x40
    scaled[29] |= 0x80

    assert measured(bytes(scaled)) == measured(saved("lossy webp"))


def test_bytes_after_a_webp_do_no_harm() -> None:
    assert measured(saved("lossless webp") + b"\0\0") == measured(saved("lossless webp"))


def test_the_largest_of_a_heics_pictures_counts() -> None:
    found = measured(heif(extent(512, 512), extent(4032, 3024), extent(320, 240)))

    assert found == Measured(mime="image/heic", width=4032, height=3024)


def test_boxes_of_64_bits_and_boxes_up_to_the_end_are_read() -> None:
    large = struct.pack(">I4sQ", 1, b"mdat", 16 + 50) + bytes(50)
    endless = struct.pack(">I4s", 0, b"mdat") + bytes(50)

    assert measured(heif(extent(3, 4), data=large)) == measured(heif(extent(3, 4), data=endless))
    with pytest.raises(Truncated):
        measured(heif(extent(3, 4), data=large[:-1]))


class Counting(io.BytesIO):
    taken = 0

    def read(self, size: int | None = -1) -> bytes:
        found = super().read(size)
        self.taken += len(found)
        return found


@pytest.mark.parametrize("style", STYLES)
def test_only_small_pieces_of_a_file_are_read(style: str) -> None:
    file = Counting(saved(style, 600, 600))
    measure(file)

    assert file.taken <= 66_000


def test_each_measured_type_has_its_file_name_extension() -> None:
    endings = {mime: extension(f"image/{mime}") for mime in ("png", "jpeg", "webp", "avif", "heic")}

    assert endings == {"png": "png", "jpeg": "jpg", "webp": "webp", "avif": "avif", "heic": "heic"}
    with pytest.raises(KeyError):
        extension("image/gif")


@pytest.mark.parametrize(
    ("width", "height", "fitting"),
    [
        (1376, 768, True),
        (1408, 768, True),
        (1344, 768, True),
        (688, 384, False),
        (768, 1376, False),
        (1024, 1024, False),
        (1417, 768, True),
        (1418, 768, False),
        (1400, 791, False),
    ],
)
def test_a_picture_fits_if_area_and_ratio_are_within_three_per_cent(width: int, height: int, fitting: bool) -> None:
    assert fits(Measured(mime="image/png", width=width, height=height), 1376, 768) is fitting


def test_the_limit_itself_still_fits() -> None:
    assert fits(Measured(mime="image/png", width=103, height=100), 100, 100)
    assert fits(Measured(mime="image/png", width=97, height=100), 100, 100)
    assert not fits(Measured(mime="image/png", width=104, height=100), 100, 100)
    assert fits(Measured(mime="image/png", width=104, height=100), 100, 100, tolerance=0.04)
