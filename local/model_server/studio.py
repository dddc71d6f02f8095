"""The image files that one answer carries: the picture, its drafts, or what a lying model sends instead."""

import struct
import zlib
from dataclasses import dataclass

from PIL import Image

from local.model_server.ask import Ask
from local.model_server.fate import HOSTILE, WITHOUT_PICTURE, Fate
from local.model_server.picture import draw, encode, sketched
from local.model_server.sizes import Pixels

NOT_AN_IMAGE = b"The picture is being prepared. Please come back later."
DRAFTS = 2
ENDLESS = HOSTILE - {"big-header"}


@dataclass(frozen=True, slots=True)
class Shot:
    mime: str  # as declared
    data: bytes


def shoot(ask: Ask, fate: Fate, take: int, mime: str) -> list[Shot]:
    """In the order of the answer; the picture itself is last."""
    if fate.kind in WITHOUT_PICTURE:
        return []
    if fate.kind in ENDLESS:
        return [Shot("image/png", png_head(ask.pixels(fate.size)))]
    count = DRAFTS if "drafts" in fate.kind else 0
    drafts = [_drawn(ask, fate, "1K", take + 1 + nth, mime) for nth in range(count)]
    return [*drafts, _final(ask, fate, take, mime)]


def png_head(size: Pixels) -> bytes:
    """As a PNG begins: 33 bytes, whose base64 has no padding, so that more can follow."""
    header = b"IHDR" + struct.pack(">IIBBBBB", *size, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + struct.pack(">I", 13) + header + struct.pack(">I", zlib.crc32(header))


def _final(ask: Ask, fate: Fate, take: int, mime: str) -> Shot:
    size = fate.size or ask.size
    if fate.kind == "not-image":
        return Shot("image/png", NOT_AN_IMAGE)
    if fate.kind == "one-colour":
        return Shot(mime, encode(Image.new("RGB", ask.pixels(size)), mime))
    if fate.kind == "wrong-mime":
        return Shot("image/png", _drawn(ask, fate, size, take, "image/jpeg").data)
    shot = _drawn(ask, fate, size, take, mime)
    return Shot(mime, shot.data[: len(shot.data) * 3 // 5]) if fate.kind == "truncated" else shot


def _drawn(ask: Ask, fate: Fate, size: str, take: int, mime: str) -> Shot:
    if fate.sketch:
        return Shot(mime, encode(sketched(f"{ask.prompt}/{take}", ask.pixels(size)), mime, ask.quality))
    known = {"model": ask.model.id, "tier": size, "mime": mime, "quality": ask.quality}
    return Shot(mime, draw(ask.prompt, take, ask.pixels(size), **known))
