"""What a prompt's words make of a landscape: water, woods, dunes or peaks. Decides only; scenery.py draws."""

from dataclasses import dataclass
from random import Random

from local.model_server.palette import Palette, choose

WATER = {"sea", "ocean", "lake", "river", "boat", "ship", "beach", "harbour", "harbor", "island", "lighthouse", "whale"}
WOODS = {"forest", "tree", "trees", "wood", "woods", "pine", "fox", "deer", "bear", "owl", "wolf", "cabin"}
DUNES = {"desert", "dune", "dunes", "sand", "camel", "sahara", "meadow", "garden", "grass", "tea"}
PEAKS = {"mountain", "mountains", "snow", "ice", "alps", "himalaya", "canyon", "dragon", "castle"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Scene:
    palette: Palette
    water: bool
    woods: bool
    rough: float  # the share of each octave that the next one keeps: dunes are low, peaks are high
    crescent: bool
    light_at: tuple[float, float]  # in parts of the width and of the height
    light_radius: float  # in parts of the shorter side


def likely(random: Random, share: float) -> bool:
    return random.random() < share


def imagine(words: frozenset[str], random: Random) -> Scene:
    palette = choose(words, random)
    rough = 0.56 if words & PEAKS else 0.18 if words & DUNES else random.choice((0.28, 0.4, 0.5))
    low = not palette.night and likely(random, 0.45)
    place = random.choice((0.3, 0.36, 0.64, 0.7)) + random.uniform(-0.03, 0.03), random.uniform(0.24, 0.33) + 0.13 * low
    radius = random.uniform(0.1, 0.13) if low else random.uniform(0.06, 0.085)
    water = bool(words & WATER) or (not words & (DUNES | WOODS | PEAKS) and likely(random, 0.3))
    woods = bool(words & WOODS) or (not words & (DUNES | WATER) and likely(random, 0.35))
    crescent = likely(random, 0.4)
    return Scene(
        palette=palette, water=water, woods=woods, rough=rough, crescent=crescent, light_at=place, light_radius=radius
    )
