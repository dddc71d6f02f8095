"""Whether every pixel of a picture has the same colour: what a model delivers that has failed and does not say so.

Exact where it says yes, but for a few pixels of a JPEG's first and last blocks. Not everything can be told without
decoding: no is also said of a lossy or animated WebP, an AVIF, a HEIC, an interlaced PNG, a JPEG with restarts, and
one of a few thousand pixels. How small a file is, or how well it packs again, proves nothing: a gradient of 4K packs
as well as a blank sheet.
"""

import os
from typing import BinaryIO

from cavendish.image.formats import Measured, Truncated
from cavendish.image.formats.jpeg_flat import jpeg_is_flat
from cavendish.image.formats.png_flat import png_is_flat
from cavendish.image.formats.webp import webp_is_flat

_TELLERS = {"image/png": png_is_flat, "image/jpeg": jpeg_is_flat, "image/webp": webp_is_flat}


def one_colour(file: BinaryIO, measured: Measured) -> bool:
    """Of a file that was measured. Ends at the first piece that differs, so that most pictures cost nearly nothing."""
    tell = _TELLERS.get(measured.mime)
    try:
        return bool(tell and tell(file, file.seek(0, os.SEEK_END), measured))
    except Truncated:  # a header with less in it than it should hold, which no decoder needs either
        return False
