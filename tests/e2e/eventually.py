"""The one place where a test waits."""

import time
from collections.abc import Callable
from typing import TypeVar

LOOK_EVERY_S = 0.05

T = TypeVar("T")


def eventually(condition: Callable[[], T | None], within_s: float, every_s: float = LOOK_EVERY_S) -> T:
    """Ask until the answer is true, and give it. Fails with the last answer when the time is over."""
    deadline = time.monotonic() + within_s
    while not (answer := condition()):
        assert time.monotonic() < deadline, f"not within {within_s} s; the last answer was {answer!r}"
        time.sleep(every_s)
    return answer
