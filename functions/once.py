"""Built at first use, and once: the messages of a batch are worked on at the same time, and boto3 is not safe then."""

import threading
from collections.abc import Callable
from functools import cache, wraps
from typing import Final, ParamSpec, TypeVar

_P = ParamSpec("_P")
_R = TypeVar("_R")
_building: Final = threading.RLock()


def once(make: Callable[_P, _R]) -> Callable[_P, _R]:
    """Keep what a function makes, for each of its arguments, and let nobody else make it meanwhile."""
    kept = cache(make)

    @wraps(kept)
    def build(*args: _P.args, **kwargs: _P.kwargs) -> _R:
        with _building:
            return kept(*args, **kwargs)  # type: ignore[arg-type]  # settings go by their names, all else has none

    return build
