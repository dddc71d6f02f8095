"""Sizes as callers write them ("4K", "2048x2048") and as models know them (a tier and a ratio)."""

import re
from typing import Final, Literal, NamedTuple, get_args

Tier = Literal["512", "1K", "2K", "4K"]
TIERS: Final[tuple[Tier, ...]] = get_args(Tier)
RATIOS: Final = ("1:1", "1:4", "4:1", "1:8", "8:1", "2:3", "3:2", "3:4", "4:3", "4:5", "5:4", "9:16", "16:9", "21:9")

#: The edge of a square picture of each tier, in pixels (Gemini's image documentation, 2026-07-16).
EDGE: Final[dict[Tier, int]] = {"512": 512, "1K": 1024, "2K": 2048, "4K": 4096}

#: How far the models' own pixels lie from the ratio's quotient and from the square of their tier, at most: 448x600 is
#: their 3:4, 768x6144 their 2K at 1:8 (the tables of catalog.toml).
_OFF_RATIO: Final = 0.06
_OFF_AREA: Final = 0.15

_PIXELS: Final = re.compile(r"([1-9][0-9]{1,4})x([1-9][0-9]{1,4})")


class Size(NamedTuple):
    """A size as asked for. `ratio` is None where only a tier was named."""

    tier: Tier
    ratio: str | None


def parse_size(text: str) -> Size:
    """Read "4K", "512" or "2048x2048". Raises ValueError with a sentence for everything else."""
    for tier in TIERS:
        if text == tier:
            return Size(tier, None)
    if pixels := _PIXELS.fullmatch(text):
        return _from_pixels(int(pixels[1]), int(pixels[2]))
    raise ValueError(f"{text!r} is no size; write 4K, 2K, 1K, 512 or pixels such as 2048x2048")


def lower_tiers(tier: Tier) -> tuple[Tier, ...]:
    """The tiers below, the largest first."""
    return TIERS[: TIERS.index(tier)][::-1]


def _from_pixels(width: int, height: int) -> Size:
    ratio = min(RATIOS, key=lambda name: _distance(width / height, _quotient(name)))
    tier = min(TIERS, key=lambda name: _distance(width * height, EDGE[name] ** 2))
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
