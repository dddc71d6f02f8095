"""Picture files of every kind, made by another hand than the product's, or out of boxes and chunks by hand."""

import functools
import io
import random
import struct
import zlib
from typing import Any

from PIL import Image, features

#: Pictures by what is special about them: how Pillow is to save them.
STYLES: dict[str, dict[str, Any]] = {
    "png": {"format": "PNG"},
    "grey png": {"format": "PNG", "mode": "L"},
    "png with alpha": {"format": "PNG", "mode": "RGBA"},
    "png with icc": {"format": "PNG", "icc_profile": bytes(9_000)},
    "jpeg": {"format": "JPEG"},
    "grey jpeg": {"format": "JPEG", "mode": "L"},
    "cmyk jpeg": {"format": "JPEG", "mode": "CMYK"},
    "progressive jpeg": {"format": "JPEG", "progressive": True},
    "jpeg with restarts": {"format": "JPEG", "restart_marker_blocks": 1},
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
def noise(width: int, height: int, mode: str = "RGB") -> Image.Image:
    return Image.frombytes(mode, (width, height), random.Random(1).randbytes(width * height * len(mode)))


def saved(style: str, width: int = 61, height: int = 47) -> bytes:
    options = {"mode": "RGB"} | STYLES[style]
    return encoded(noise(width, height, options.pop("mode")), **options)


def encoded(image: Image.Image, format: str, **options: Any) -> bytes:  # noqa: A002 - as Pillow calls it
    file = io.BytesIO()
    image.save(file, format, **options)
    return file.getvalue()


def chunk(kind: bytes, content: bytes) -> bytes:
    return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))


def png(header: tuple[int, ...], *chunks: bytes) -> bytes:
    """Width, height, depth, colour type, interlace; then chunks, and the end."""
    width, height, depth, colour, interlace = header
    first = chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, depth, colour, 0, 0, interlace))
    return b"\x89PNG\r\n\x1a\n" + first + b"".join(chunks) + chunk(b"IEND", b"")


def box(kind: bytes, *contents: bytes) -> bytes:
    content = b"".join(contents)
    return struct.pack(">I4s", 8 + len(content), kind) + content


def extent(width: int, height: int) -> bytes:
    return box(b"ispe", struct.pack(">III", 0, width, height))


def heif(
    *properties: bytes,
    brand: bytes = b"heic",
    data: bytes = box(b"mdat", b"x" * 50),
    named: tuple[bytes, bytes] = (b"", b""),
) -> bytes:
    """A file of boxes as a telephone writes them; no picture is in it. `named`: the boxes pitm and ipma."""
    brands = box(b"ftyp", b"mif1", bytes(4), b"miaf", brand)
    pitm, ipma = named
    meta = box(b"meta", bytes(4), box(b"hdlr", bytes(25)), pitm, box(b"iprp", box(b"ipco", *properties), ipma))
    return brands + meta + data


def primary(item: int, properties: dict[int, tuple[int, ...]], *, wide: bool = False) -> tuple[bytes, bytes]:
    """The boxes that say which item is shown, and which properties each item has."""
    one = ">H" if wide else ">B"
    essential = 0x8000 if wide else 0x80
    rows = b"".join(
        struct.pack(">I" if wide else ">H", name)
        + bytes([len(places)])
        + b"".join(struct.pack(one, essential | at) for at in places)
        for name, places in properties.items()
    )
    pitm = struct.pack(">II" if wide else ">IH", wide << 24, item)
    ipma = struct.pack(">II", wide << 24 | wide, len(properties)) + rows
    return box(b"pitm", pitm), box(b"ipma", ipma)
