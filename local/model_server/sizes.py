"""Exact pixels per model, ratio and size. Source: model-apis.md section 4.1."""

import math
import re

from local.model_server.models import Model

Pixels = tuple[int, int]

# At 1K. 512, 2K and 4K are this halved, doubled and doubled twice; the page's 792x168 for 21:9 at 512 is its misprint.
SQUARISH: dict[str, Pixels] = {
    "1:1": (1024, 1024),
    "2:3": (848, 1264),
    "3:2": (1264, 848),
    "3:4": (896, 1200),
    "4:3": (1200, 896),
    "4:5": (928, 1152),
    "5:4": (1152, 928),
    "9:16": (768, 1376),
    "16:9": (1376, 768),
    "21:9": (1584, 672),
}
EXTREME: dict[str, Pixels] = {"1:4": (512, 2048), "4:1": (2048, 512), "1:8": (384, 3072), "8:1": (3072, 384)}
UNSIZED: dict[str, Pixels] = {  # gemini-2.5-flash-image has a table of its own
    "1:1": (1024, 1024),
    "2:3": (832, 1248),
    "3:2": (1248, 832),
    "3:4": (864, 1184),
    "4:3": (1184, 864),
    "4:5": (896, 1152),
    "5:4": (1152, 896),
    "9:16": (768, 1344),
    "16:9": (1344, 768),
    "21:9": (1536, 672),
}
SCALE = {"512": 0.5, "1K": 1.0, "2K": 2.0, "4K": 4.0}


def table(model: Model) -> dict[str, Pixels]:
    if not model.sized:
        return UNSIZED
    return SQUARISH | EXTREME if model.wide else SQUARISH


def pixels(model: Model, ratio: str, size: str) -> Pixels:
    width, height = table(model)[ratio]
    return round(width * SCALE[size]), round(height * SCALE[size])


def nearest_ratio(model: Model, shape: Pixels) -> str:
    """Without a ratio the picture follows the last reference image."""
    wanted = shape[0] / shape[1]
    return min(table(model), key=lambda ratio: abs(_value(ratio) / wanted - wanted / _value(ratio)))


def nearest_size(shape: Pixels) -> str:
    """The tier whose area is nearest."""
    side = math.sqrt(shape[0] * shape[1]) / 1024
    return min(SCALE, key=lambda size: abs(math.log(SCALE[size] / side)))


def scaled(shape: Pixels, size: str) -> Pixels:
    """Another area in the same shape, as OpenAI likes it: multiples of 16."""
    factor = SCALE[size] * 1024 / math.sqrt(shape[0] * shape[1])
    return max(16, round(shape[0] * factor / 16) * 16), max(16, round(shape[1] * factor / 16) * 16)


def parsed(text: object) -> Pixels | None:
    """Pixels such as 1536x1024."""
    match = re.fullmatch(r"([1-9]\d{0,5})[xX*]([1-9]\d{0,5})", text) if isinstance(text, str) else None
    return (int(match[1]), int(match[2])) if match else None


def reduced(shape: Pixels) -> str:
    """The ratio of pixels in lowest terms."""
    common = math.gcd(*shape)
    return f"{shape[0] // common}:{shape[1] // common}"


def _value(ratio: str) -> float:
    across, down = ratio.split(":")
    return int(across) / int(down)
