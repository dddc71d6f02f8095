"""Sizes as callers write them ("4K", "2048x2048") and as models know them (a tier and a ratio)."""

import re
from typing import Final, Literal, NamedTuple, get_args

Tier = Literal["512", "1K", "2K", "4K"]
TIERS: Final[tuple[Tier, ...]] = get_args(Tier)
RATIOS: Final = ("1:1", "1:4", "4:1", "1:8", "8:1", "2:3", "3:2", "3:4", "4:3", "4:5", "5:4", "9:16", "16:9", "21:9")

#: The edge of a square picture of each tier, in pixels (Gemini's image documentation, 2026-07-16).
EDGE: Final[dict[Tier, int]] = {"512": 512, "1K": 1024, "2K": 2048, "4K": 4096}

#: How far, in area and in ratio, pixels may lie from a size and still mean it (architecture rule 7).
TOLERANCE: Final = 0.03

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
    # Models round to multiples of 8 or 16: 1376x768 is their 16:9, 0.8 % off; at 512 they are up to 5 % off.
    if _distance(width / height, _quotient(ratio)) > 2 * TOLERANCE or _distance(width * height, EDGE[tier] ** 2) > 0.1:
        raise ValueError(
            f"no model makes {width}x{height}; the nearest is {tier} at {ratio}: name size and aspect_ratio instead"
        )
    return Size(tier, ratio)


def _quotient(ratio: str) -> float:
    width, height = ratio.split(":")
    return int(width) / int(height)


def _distance(one: float, other: float) -> float:
    return max(one, other) / min(one, other) - 1
