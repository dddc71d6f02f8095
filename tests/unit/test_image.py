"""What an image file says of itself, on real files of each format, whole, cut and damaged."""

import contextlib
import io
import struct

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import features

from cavendish.catalog.file import catalog
from cavendish.image.image import MAX_PIXELS, Measured, NotAnImage, Truncated, extension, fits, measure
from tests.pictures import STYLES, box, chunk, encoded, extent, heif, noise, png, primary, saved


def measured(content: bytes) -> Measured:
    return measure(io.BytesIO(content))


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
        (b'<?xml version="1.0"?>\n<!-- drawn -->\n<svg xmlns="x">', "SVG"),
        (encoded(noise(5, 5), "BMP"), "BMP"),
        (encoded(noise(5, 5), "GIF"), "GIF"),
        (encoded(noise(5, 5), "TIFF"), "TIFF"),
        (b"BMW, parked at dusk", "text"),
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
        png((5, 5, 8, 2, 0)),
        png((5, 5, 8, 2, 0), *[chunk(b"IDAT", b"")] * 100_000),
        png((5, 5, 8, 2, 0), chunk(b"\xff\0\xff\0", b""), chunk(b"IDAT", b"x")),
        b"\xff\xd8\xff\xd9",
        b"\xff\xd8\xff\xe0\x00\x00" + bytes(50),
        b"\xff\xd8" + b"\xff" * 20_000,
        b"\xff\xd8\xff\xda" + bytes(50) + b"\xff\xd9",
        b"\xff\xd8\xff\xda\x00\x02" + bytes(50) + b"\xff\xd9",
        saved("jpeg").split(b"\xff\xda")[0] + b"\xff\xd9",
        b"\xff\xd8\xff\xda"
        + saved("jpeg").split(b"\xff\xda")[1][:-2]
        + saved("jpeg").split(b"\xff\xda")[0][2:]
        + b"\xff\xd9",
        saved("jpeg").replace(b"\xff\xda\x00\x0c", b"\xff\xda\x00\x00"),
        saved("lossy webp").replace(b"WEBP", b"WAVE"),
        saved("lossy webp").replace(b"VP8 ", b"ALPH"),
        saved("lossy webp").replace(b"\x9d\x01\x2a", b"\x9d\x01\x2b"),
        saved("lossless webp").replace(b"\x2f", b"\x2e", 1),
        saved("webp with exif").replace(b"VP8 ", b"XMP "),
        b"RIFF" + struct.pack("<I", 4 + 8 * 20_000) + b"WEBP" + b"XMP \0\0\0\0" * 20_000,
        heif(extent(5, 5), brand=b"mif1"),
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


@pytest.mark.parametrize("style", ["png", "jpeg", "progressive jpeg", "lossy webp", "lossless webp"])
@pytest.mark.parametrize("after", [b"\0", b"\n", bytes(70_000), saved("jpeg")[:100], b"\xff\xd9"])
def test_bytes_after_a_pictures_end_do_no_harm(style: str, after: bytes) -> None:
    assert measured(saved(style) + after) == measured(saved(style))


@pytest.mark.parametrize("style", ["jpeg", "progressive jpeg", "jpeg with restarts", "jpeg with large exif"])
def test_a_jpeg_without_its_end_marker_is_truncated_whatever_its_metadata_hold(style: str) -> None:
    with pytest.raises(Truncated):
        measured(saved(style)[:-2])
    with pytest.raises(Truncated):
        measured(saved(style)[:-2] + bytes(100_000))


def test_of_two_frame_headers_the_first_counts() -> None:
    head, scan = saved("jpeg").split(b"\xff\xda")
    second = bytes.fromhex("ffc0 000b 08 0005 0005 01 011100")

    assert measured(head + second + b"\xff\xda" + scan) == measured(saved("jpeg"))


def test_fill_bytes_before_a_restart_do_not_end_a_scan() -> None:
    filled = saved("jpeg with restarts").replace(b"\xff\xd0", b"\xff\xff\xff\xd0")

    assert measured(filled) == measured(saved("jpeg"))


def test_a_markers_bytes_are_found_wherever_pieces_of_the_file_begin() -> None:
    head, scan = saved("jpeg").split(b"\xff\xda")
    for length in range(65_520, 65_550):
        padded = head + b"\xff\xda" + scan[:-2] + b"\x01" * (length - len(scan)) + b"\xff\xff\xff\xd9"
        assert measured(padded) == measured(saved("jpeg"))
        with pytest.raises(Truncated):
            measured(padded[:-1])


def test_of_several_pictures_in_one_jpeg_the_first_counts() -> None:
    several = encoded(noise(61, 47), "MPO", save_all=True, append_images=[noise(300, 200)])

    assert measured(several) == measured(saved("jpeg"))


def test_an_animated_webp_has_the_pixels_of_its_canvas() -> None:
    film = encoded(noise(61, 47), "WEBP", save_all=True, append_images=[noise(61, 47).rotate(180)])

    assert measured(film) == measured(saved("lossy webp"))
    with pytest.raises(Truncated):
        measured(film[:-1])


def test_a_webp_whose_parts_go_beyond_its_length_is_truncated() -> None:
    shortened = saved("lossy webp")[:4] + struct.pack("<I", 100) + saved("lossy webp")[8:]

    with pytest.raises(Truncated, match="beyond"):
        measured(shortened)


@settings(deadline=None)
@given(st.sampled_from(sorted(STYLES)), st.data())
def test_no_beginning_of_a_picture_is_ever_taken_for_it(style: str, data: st.DataObject) -> None:
    whole = saved(style, data.draw(st.integers(1, 200)), data.draw(st.integers(1, 200)))
    with pytest.raises((Truncated, NotAnImage)):
        measured(whole[: data.draw(st.integers(0, len(whole) - 1))])


@settings(deadline=None)
@given(st.sampled_from(["png", "grey png", "png with alpha", "png with icc"]), st.data())
def test_every_flipped_bit_of_a_png_is_noticed(style: str, data: st.DataObject) -> None:
    damaged = bytearray(saved(style))
    damaged[data.draw(st.integers(0, len(damaged) - 1))] ^= 1 << data.draw(st.integers(0, 7))
    with pytest.raises((Truncated, NotAnImage)):
        measured(bytes(damaged))


def test_a_png_whose_bytes_are_all_there_and_wrong_is_damaged_and_not_truncated() -> None:
    damaged = bytearray(saved("png", 300, 300))
    damaged[100_000] ^= 1
    with pytest.raises(NotAnImage, match="the CRC of its IDAT chunk"):
        measured(bytes(damaged))
    with pytest.raises(Truncated, match="inside its IDAT chunk"):
        measured(saved("png", 300, 300)[:100_000])


def test_an_interlaced_png_is_measured_like_any_other() -> None:
    assert measured(png((61, 47, 8, 2, 1), chunk(b"IDAT", b"x"))) == measured(saved("png"))


@pytest.mark.parametrize(
    "pixels", [(0, 5), (5, 0), (2**31, 1), (2**31 - 1, 2**31 - 1), (8000, 8001), (MAX_PIXELS + 1, 1)]
)
def test_a_header_with_absurd_pixels_is_no_image(pixels: tuple[int, int]) -> None:
    for content in (png((*pixels, 8, 2, 0), chunk(b"IDAT", b"x")), heif(extent(*pixels))):
        with pytest.raises(NotAnImage, match=f"{pixels[0]} x {pixels[1]} pixels"):
            measured(content)


def test_the_cap_is_above_every_size_in_the_catalogue() -> None:
    sizes = [size for table in catalog().pixels.values() for row in table.ratios.values() for size in row.values()]

    assert max(size.width * size.height for size in sizes) * 3 < MAX_PIXELS
    assert measured(png((8000, 8000, 8, 2, 0), chunk(b"IDAT", b"x"))).width == 8000


def test_the_scaling_that_a_lossy_webp_asks_for_is_no_part_of_its_pixels() -> None:
    scaled = bytearray(saved("lossy webp"))
    scaled[27] |= 0x40
    scaled[29] |= 0x80

    assert measured(bytes(scaled)) == measured(saved("lossy webp"))


def test_the_largest_of_a_heics_pictures_counts() -> None:
    found = measured(heif(extent(512, 512), extent(4032, 3024), extent(320, 240)))

    assert found == Measured(mime="image/heic", width=4032, height=3024)


@pytest.mark.parametrize("wide", [False, True])
def test_the_primary_picture_of_a_heic_counts_turned_as_it_is_shown(wide: bool) -> None:
    properties = (extent(512, 512), extent(400, 300), extent(4000, 3000), box(b"irot", b"\x01"))
    items = {1: (1,), 7: (2, 4), 9: (3,)}

    assert measured(heif(*properties, named=primary(7, items, wide=wide))).width == 300
    assert measured(heif(*properties, named=primary(9, items, wide=wide))).width == 4000
    assert measured(heif(*properties, named=primary(5, items, wide=wide))).width == 4000
    assert measured(heif(*properties, named=primary(7, {7: (2, 99, 0)}, wide=wide))).width == 400


@given(st.binary(max_size=40), st.binary(max_size=40))
def test_no_content_of_a_heics_boxes_raises_anything_but_the_named_errors(pitm: bytes, ipma: bytes) -> None:
    with contextlib.suppress(NotAnImage, Truncated):
        measured(heif(extent(5, 5), named=(box(b"pitm", pitm), box(b"ipma", ipma))))


@pytest.mark.parametrize(
    ("brand", "coding", "mime"),
    [
        (b"avif", b"", "image/avif"),
        (b"avis", b"", "image/avif"),
        (b"heix", b"", "image/heic"),
        (b"mif1", b"av1C", "image/avif"),
        (b"msf1", b"hvcC", "image/heic"),
    ],
)
def test_the_type_of_a_heif_is_told_by_its_brands_or_else_by_its_coding(brand: bytes, coding: bytes, mime: str) -> None:
    assert measured(heif(extent(5, 5), box(coding or b"free"), brand=brand)).mime == mime


@pytest.mark.skipif(not features.check("avif"), reason="Pillow has no AVIF here")
def test_an_animated_avif_is_measured() -> None:
    film = encoded(noise(61, 47), "AVIF", save_all=True, append_images=[noise(61, 47).rotate(180)])

    assert measured(film) == measured(saved("avif"))


def test_boxes_of_64_bits_and_boxes_up_to_the_end_are_read() -> None:
    large = struct.pack(">I4sQ", 1, b"mdat", 16 + 50) + bytes(50)
    endless = struct.pack(">I4s", 0, b"mdat") + bytes(50)

    assert measured(heif(extent(3, 4), data=large)) == measured(heif(extent(3, 4), data=endless))
    with pytest.raises(Truncated):
        measured(heif(extent(3, 4), data=large[:-1]))


class Counting(io.BytesIO):
    taken = largest = 0

    def read(self, size: int | None = -1) -> bytes:
        found = super().read(size)
        self.taken, self.largest = self.taken + len(found), max(self.largest, len(found))
        return found


@pytest.mark.parametrize("style", STYLES)
def test_a_file_is_read_in_small_pieces_once_and_a_piece_too_far_for_each_scan(style: str) -> None:
    file = Counting(saved(style, 600, 600))
    measure(file)

    assert file.largest <= 65_536
    assert file.taken <= len(file.getvalue()) + 66_000 * max(1, file.getvalue().count(b"\xff\xda"))


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
