"""How hard a model may be asked to think: the callers' four levels, and what a model makes of one that it lacks."""

from collections.abc import Iterable
from typing import Final, Literal, get_args

Level = Literal["minimal", "low", "medium", "high"]
LEVELS: Final[tuple[Level, ...]] = get_args(Level)


def nearest(level: Level, own: Iterable[Level]) -> Level | None:
    """Of a model's own levels the one nearest to this, of two the lower one. None: the model has none to choose."""
    return min(own, key=lambda one: (abs(LEVELS.index(one) - LEVELS.index(level)), LEVELS.index(one)), default=None)
