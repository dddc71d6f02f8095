"""Files that are not what they seem, each with how an attempt for 1024 x 1024 pixels has to end that gets it."""

import struct
import zlib

from tests.pictures import chunk, encoded, noise, png

SIGNATURE = b"\x89PNG\r\n\x1a\n"
BOMB = png((100_000, 100_000, 8, 2, 0), chunk(b"IDAT", zlib.compress(bytes(10_000_000))))
MADE, SMALL, NO_IMAGE = ("ok", "yes"), ("wrong_size", "yes"), ("not_an_image", "yes")


def claiming(side: int) -> bytes:
    """64 KB of EXIF, full of the beginnings of JPEGs of another size, such as a thumbnail has one."""
    start = b"\xff\xd8\xff\xc0\0\x11\x08" + struct.pack(">HH", side, side) + b"\3\1\x22\0\2\x11\1\3\x11\1"
    return (b"Exif\0\0II*\0" + start * 4000)[:65_500]


IMAGES = {
    "a picture of ten thousand megapixels": (BOMB, NO_IMAGE),
    "an svg that begins as a png": (SIGNATURE + b'<svg xmlns="http://www.w3.org/2000/svg" width="1024"/>', NO_IMAGE),
    "html behind a png's header": (
        SIGNATURE + chunk(b"IHDR", struct.pack(">IIBBBBB", 1024, 1024, 8, 2, 0, 0, 0)) + b"<html><script>" * 99,
        NO_IMAGE,
    ),
    "html that calls itself a png": (b"<!doctype html><!--" + SIGNATURE + b"-->", NO_IMAGE),
    "exif that claims another size": (encoded(noise(1024, 1024), "JPEG", exif=claiming(4096)), MADE),
    "exif that claims the asked size": (encoded(noise(512, 512), "JPEG", exif=claiming(1024)), SMALL),
}
