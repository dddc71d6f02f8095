"""Sizes as callers write them ("4K", "2048x2048") and as models know them (a tier and a ratio)."""

import re
from typing import Final, Literal, NamedTuple, get_args

Tier = Literal["512", "1K", "2K", "4K"]
TIERS: Final[tuple[Tier, ...]] = get_args(Tier)
RATIOS: Final = ("1:1", "1:4", "4:1", "1:8", "8:1", "2:3", "3:2", "3:4", "4:3", "4:5", "5:4", "9:16", "16:9", "21:9")

#: The edge of a square picture of each tier, in pixels (Gemini's image documentation, 2026-07-16).
EDGE: Final[dict[Tier, int]] = {"512": 512, "1K": 1024, "2K": 2048, "4K": 4096}

#: Where neither a tier nor pixels are named.
DEFAULT: Final[Tier] = "2K"

#: How far the models' own pixels lie from the ratio's quotient and from the square of their tier, at most: 448x600 is
#: their 3:4, 768x6144 their 2K at 1:8 (the tables of catalog.toml).
_OFF_RATIO: Final = 0.06
_OFF_AREA: Final = 0.15
#: The models' own pixels are at most this much fewer than their tier's square: 896x1152 is a 1K.
_ROUNDING: Final = 0.03

#: How pixels are written.
PIXELS: Final = "([1-9][0-9]{1,4})[x*]([1-9][0-9]{1,4})"
_PIXELS: Final = re.compile(PIXELS)


class Size(NamedTuple):
    """A size as asked for. `ratio` is None where only a tier was named."""

    tier: Tier
    ratio: str | None


#: What OpenAI's documentation calls its sizes, and no model of Google's makes.
_OPENAI: Final = {(1536, 1024): Size("1K", "3:2"), (1024, 1536): Size("1K", "2:3")}


def parse_size(text: str) -> Size:
    """Read "4K", "4k", "512", "2048x2048", "2048*2048", or a ratio such as "16:9", which is of the default tier.

    Raises ValueError with a sentence for everything else.
    """
    for tier in TIERS:
        if text in (tier, tier.lower()):
            return Size(tier, None)
    if text in RATIOS:
        return Size(DEFAULT, text)
    if pixels := _PIXELS.fullmatch(text):
        return _from_pixels(int(pixels[1]), int(pixels[2]))
    raise ValueError(f"{text!r} is no size; write 4K, 2K, 1K, 512, pixels such as 2048x2048, or a ratio such as 16:9")


def canonical(text: str) -> str:
    """The same size as the models' documentation writes it: "4k" is 4K, "2048*2048" is 2048x2048."""
    return text.upper() if text.upper() in TIERS else text.replace("*", "x")


def nearest_tier(width: int, height: int) -> Tier:
    """The tier whose square is nearest in area."""
    return min(TIERS, key=lambda name: _distance(width * height, EDGE[name] ** 2))


def falls_short(width: int, height: int, tier: Tier) -> bool:
    """Whether a picture has fewer pixels than the tier's square, by more than a rounding."""
    return width * height < EDGE[tier] ** 2 * (1 - _ROUNDING)


def _from_pixels(width: int, height: int) -> Size:
    if (width, height) in _OPENAI:
        return _OPENAI[width, height]
    ratio = min(RATIOS, key=lambda name: _distance(width / height, _quotient(name)))
    tier = nearest_tier(width, height)
    off_ratio, off_area = _distance(width / height, _quotient(ratio)), _distance(width * height, EDGE[tier] ** 2)
    if off_ratio > _OFF_RATIO or off_area > _OFF_AREA:
        raise ValueError(
            f"no model makes {width}x{height}; the nearest is {tier} at {ratio}: name size and aspect_ratio instead"
        )
    return Size(tier, ratio)


def _quotient(ratio: str) -> float:
    width, height = ratio.split(":")
    return int(width) / int(height)


def _distance(one: float, other: float) -> float:
    return max(one, other) / min(one, other) - 1
