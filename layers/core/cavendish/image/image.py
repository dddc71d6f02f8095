"""What an image file is by its own header, whatever its sender declared, and whether that is what was asked for.

Decodes no pixels: that the header is sound, nothing is missing and no checksum is wrong is all that is checked.
"""

import os
import re
from typing import BinaryIO

from cavendish.image.formats import Measured, NotAnImage, Truncated, read_at
from cavendish.image.formats.heif import read_heif
from cavendish.image.formats.jpeg import read_jpeg
from cavendish.image.formats.png import read_png
from cavendish.image.formats.webp import read_webp

__all__ = ["Measured", "NotAnImage", "Truncated", "extension", "fits", "measure"]

#: More pixels are no answer but an attack on whoever decodes them; the largest in the catalogue has 19 million.
MAX_PIXELS = 64_000_000
#: An SVG may come after an XML declaration and a document type.
_HEAD_BYTES = 512
_READERS = (
    (0, b"\x89PNG", read_png),
    (0, b"\xff\xd8\xff", read_jpeg),
    (0, b"RIFF", read_webp),
    (4, b"ftyp", read_heif),
)
#: What comes in place of a picture, by its beginning in lower case.
_LIKENESSES = (
    (b"gif8", "GIF"),
    (b"bm", "BMP"),
    (b"ii*\0", "TIFF"),
    (b"mm\0*", "TIFF"),
    (b"%pdf", "PDF"),
    (b"<!doctype html", "HTML"),
    (b"<html", "HTML"),
    (b"<svg", "SVG"),
    (b"<?xml", "XML"),
    (b"{", "JSON"),
)
_CONTROL = re.compile(rb"[\x00-\x08\x0e-\x1f\x7f]")
_EXTENSIONS = {
    "image/png": "png",
    "image/jpeg": "jpg",
    "image/webp": "webp",
    "image/avif": "avif",
    "image/heic": "heic",
}


def measure(file: BinaryIO) -> Measured:
    """Type and pixels of a PNG, JPEG, WebP, AVIF or HEIC file, 1 to MAX_PIXELS of them. Leaves the file anywhere.

    Raises NotAnImage, or Truncated if something is missing.
    """
    size = file.seek(0, os.SEEK_END)
    head = read_at(file, 0, min(size, _HEAD_BYTES))
    for offset, magic, read in _READERS:
        if head.startswith(magic, offset):
            return _possible(read(file, size))
    raise NotAnImage(f"The file is not an image: it looks like {_likeness(head)}.")


def extension(mime: str) -> str:
    """How the name of such a file ends, without a dot. Raises KeyError for a type that `measure` never returns."""
    return _EXTENSIONS[mime]


def fits(measured: Measured, width: int, height: int, tolerance: float = 0.03) -> bool:
    """Whether area and ratio are both within the tolerance of the expected pixels (architecture, rule 7).

    Providers' own pixel tables differ by a few per cent, so equality would refuse good pictures.
    """
    area, expected_area = measured.width * measured.height, width * height
    # The ratios are compared crosswise, in whole numbers: no rounding but that of the limit itself.
    ratio, expected_ratio = measured.width * height, width * measured.height
    return (
        abs(area - expected_area) <= tolerance * expected_area
        and abs(ratio - expected_ratio) <= tolerance * expected_ratio
    )


def _possible(measured: Measured) -> Measured:
    pixels = measured.width * measured.height
    if not 0 < pixels <= MAX_PIXELS:
        said = f"The header says {measured.mime} of {measured.width} x {measured.height} pixels"
        raise NotAnImage(f"{said}, more than {MAX_PIXELS:,}." if pixels else f"{said}.")
    return measured


def _likeness(head: bytes) -> str:
    if not head:
        return "nothing"
    begin = head.lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    for magic, name in _LIKENESSES:
        if begin.startswith(magic) and (name != "BMP" or _is_bmp(head)):
            return "SVG" if name == "XML" and b"<svg" in begin else name
    return f"unknown bytes ({head[:4].hex(' ')})" if _CONTROL.search(head) else "text"


def _is_bmp(head: bytes) -> bool:
    """Its two letters alone may begin any text: four bytes after its length are always zero."""
    return head[6:10] == bytes(4)
