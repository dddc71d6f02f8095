"""Delivered pictures, fetched by their links and measured by another hand than the product's."""

import hashlib
import io
from dataclasses import dataclass
from typing import Any

import httpx
from PIL import Image

#: Enough for the header of every picture that the models make.
HEAD = 65_536
SQUARE = {"512": (512, 512), "1K": (1024, 1024), "2K": (2048, 2048), "4K": (4096, 4096)}


@dataclass(frozen=True, slots=True)
class Measured:
    width: int
    height: int
    mime: str
    bytes: int
    sha256: str


def fetched(image: dict[str, Any]) -> Measured:
    """The whole file of one of a job's images; that its pixels can be decoded is part of it."""
    data = httpx.get(image["url"], timeout=60).raise_for_status().content
    picture = Image.open(io.BytesIO(data))
    picture.load()
    mime = Image.MIME[picture.format or ""]
    return Measured(*picture.size, mime, len(data), hashlib.sha256(data).hexdigest())


def pixels(image: dict[str, Any]) -> tuple[int, int]:
    """Its size by its first bytes alone."""
    answer = httpx.get(image["url"], headers={"Range": f"bytes=0-{HEAD - 1}"}, timeout=60).raise_for_status()
    assert len(answer.content) <= HEAD
    return Image.open(io.BytesIO(answer.content)).size


def claimed(image: dict[str, Any]) -> Measured:
    """What the job says of it."""
    return Measured(**{name: image[name] for name in Measured.__dataclass_fields__})
