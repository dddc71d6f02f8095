"""The picture a prompt gets: art seeded by the prompt, as real PNG or JPEG bytes of exactly the asked pixels."""

import hashlib
import io
import re
from functools import lru_cache
from random import Random

from PIL import Image, ImageChops, ImageDraw

from local.model_server.lettering import letter
from local.model_server.palette import PAPER, Palette
from local.model_server.scene import imagine
from local.model_server.scenery import paint
from local.model_server.sizes import Pixels

ART_PIXELS = 3_000_000  # soft shapes lose nothing by being enlarged from here; the lettering is set at full size
GRAIN = 5


@lru_cache(maxsize=12)
def draw(prompt: str, take: int, size: Pixels, *, model: str, tier: str, mime: str, quality: int = 90) -> bytes:
    caption = f"{model.upper()}  ·  {tier}  ·  {size[0]} x {size[1]}"
    return encode(compose(prompt, take, size, caption), mime, quality)


def compose(prompt: str, take: int, size: Pixels, caption: str) -> Image.Image:
    """The same picture for the same prompt and take, at any size of one ratio."""
    width, height = size
    digest = hashlib.sha256(f"{prompt}\0{take}".encode()).digest()
    random = Random(digest)
    scene = imagine(frozenset(re.findall(r"[a-z]+", prompt.lower())), random)
    shrink = min(1.0, (ART_PIXELS / (width * height)) ** 0.5)
    art = paint((round(width * shrink), round(height * shrink)), scene, random)
    _ground(art, scene.palette)
    canvas = _grain(art, random).resize(size, Image.Resampling.BICUBIC)
    _keyline(canvas)
    letter(canvas, prompt, caption, 100 + digest[0], PAPER)
    return canvas


def sketched(seed: str, size: Pixels) -> Image.Image:
    """A mosaic of the exact pixels."""
    tiles = Image.frombytes("RGB", (64, 64), Random(seed).randbytes(64 * 64 * 3))
    return tiles.resize(size, Image.Resampling.NEAREST)


def encode(image: Image.Image, mime: str, quality: int = 90) -> bytes:
    out = io.BytesIO()
    if mime == "image/png":
        image.save(out, "PNG", compress_level=1)
    elif mime == "image/webp":
        image.save(out, "WEBP", quality=quality, method=0)
    else:
        image.save(out, "JPEG", quality=max(1, quality), subsampling=0)
    return out.getvalue()


def _ground(art: Image.Image, palette: Palette) -> None:
    """Darkens towards the foot, so that the title reads on any scene."""
    tall = round(max(art.height * 0.3, min(art.size) * 0.42))
    fade = Image.linear_gradient("L").point([min(235, value * 5 // 4) for value in range(256)])
    art.paste(palette.near, (0, art.height - tall), fade.resize((art.width, tall)))


def _grain(art: Image.Image, random: Random) -> Image.Image:
    """A little film grain: it hides the steps of the fades, and is kind to the eye."""
    tile = Image.frombytes("L", (512, 512), random.randbytes(512 * 512)).point([v * GRAIN // 256 for v in range(256)])
    grain = Image.new("L", art.size)
    for x in range(0, art.width, 512):
        for y in range(0, art.height, 512):
            grain.paste(tile, (x, y))
    return ImageChops.add(art, Image.merge("RGB", (grain, grain, grain)), 1, -(GRAIN // 2))


def _keyline(canvas: Image.Image) -> None:
    unit = min(canvas.size)
    inset = round(unit * 0.035)
    box = (inset, inset, canvas.width - 1 - inset, canvas.height - 1 - inset)
    ImageDraw.Draw(canvas, "RGBA").rectangle(box, outline=(*PAPER, 120), width=max(1, round(unit / 900)))
