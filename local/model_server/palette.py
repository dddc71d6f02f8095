"""The colours a picture may have: each palette is one light in one place, and words of the prompt choose among them."""

import tomllib
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import Any

Colour = tuple[int, int, int]
PAPER: Colour = (251, 243, 230)  # the colour of all lettering


@dataclass(frozen=True, slots=True, kw_only=True)
class Palette:
    sky: tuple[Colour, ...]
    light: Colour
    far: Colour
    near: Colour
    words: frozenset[str]
    night: bool


def mix(one: Colour, other: Colour, share: float) -> Colour:
    red, green, blue = (round(a + (b - a) * share) for a, b in zip(one, other, strict=True))
    return red, green, blue


def choose(words: frozenset[str], random: Random) -> Palette:
    fitting = (palette for palette in PALETTES if palette.words & words)
    return next(fitting, None) or random.choice(PALETTES)


def _rgb(code: str) -> Colour:
    return int(code[0:2], 16), int(code[2:4], 16), int(code[4:6], 16)


def _palette(row: dict[str, Any]) -> Palette:
    light, far, near = (_rgb(row[name]) for name in ("light", "far", "near"))
    sky, words = tuple(_rgb(code) for code in row["sky"]), frozenset(row["words"].split())
    return Palette(sky=sky, light=light, far=far, near=near, words=words, night=row.get("night", False))


_ROWS = tomllib.loads(Path(__file__).with_name("palettes.toml").read_text())
PALETTES = tuple(_palette(row) for row in _ROWS.values())
