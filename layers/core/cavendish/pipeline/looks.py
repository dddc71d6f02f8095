"""Optimistic writes: who was overtaken looks again at what there is now, and decides anew."""

from collections.abc import Callable
from typing import Final, TypeVar

from cavendish.errors import CallRefused, JobConflict, Overtaken

#: How often; each time somebody else has moved the job or the attempt on, and there is not much further to go.
LOOKS: Final = 5

_R = TypeVar("_R")


def look_again(act: Callable[[], _R]) -> _R:
    """Do it until nobody came between. Raises JobConflict, CallRefused or Overtaken if somebody always does."""
    for _ in range(LOOKS - 1):
        try:
            return act()
        except (CallRefused, JobConflict, Overtaken):
            continue
    return act()
