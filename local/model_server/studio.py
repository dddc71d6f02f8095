"""The image files that one answer carries: the picture, its drafts, or what a lying model sends instead."""

from dataclasses import dataclass

from PIL import Image

from local.model_server.ask import Ask
from local.model_server.fate import Fate
from local.model_server.picture import draw, encode

NOT_AN_IMAGE = b"The picture is being prepared. Please come back later."
WITHOUT_PICTURE = frozenset({"no-image", "refused", "blocked", "text-only"})
DRAFTS = 2


@dataclass(frozen=True, slots=True)
class Shot:
    mime: str  # as declared
    data: bytes


def shoot(ask: Ask, fate: Fate, take: int, mime: str) -> list[Shot]:
    """In the order of the answer; the picture itself is last."""
    if fate.kind in WITHOUT_PICTURE:
        return []
    drafts = [_drawn(ask, "1K", take + 1 + nth, mime) for nth in range(DRAFTS)] if "drafts" in fate.kind else []
    return [*drafts, _final(ask, fate, take, mime)]


def _final(ask: Ask, fate: Fate, take: int, mime: str) -> Shot:
    size = fate.size or ask.size
    if fate.kind == "not-image":
        return Shot("image/png", NOT_AN_IMAGE)
    if fate.kind == "one-colour":
        return Shot(mime, encode(Image.new("RGB", ask.pixels(size)), mime))
    if fate.kind == "wrong-mime":
        return Shot("image/png", _drawn(ask, size, take, "image/jpeg").data)
    shot = _drawn(ask, size, take, mime)
    return Shot(mime, shot.data[: len(shot.data) * 3 // 5]) if fate.kind == "truncated" else shot


def _drawn(ask: Ask, size: str, take: int, mime: str) -> Shot:
    return Shot(mime, draw(ask.prompt, take, ask.pixels(size), model=ask.model.id, tier=size, mime=mime))
