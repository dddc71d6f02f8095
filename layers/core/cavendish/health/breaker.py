"""The circuit breaker of a way to a model: open while all calls fail. It has no state but the windows of health.py."""

import math
from collections.abc import Iterable
from typing import Final, NamedTuple

from cavendish.health.health import OUTAGE_CALLS, TELLING, Window
from cavendish.outcome import Outcome

#: What is older than this does not tell whether a model is out now, in seconds; then a call finds out.
_TELLS_S: Final = 900
#: It opens when so many failures in a row would come by chance in this share of cases, and never before the third.
_BY_CHANCE: Final = 0.01
#: While it is open, one job in so many tries the model all the same, so that its return is noticed.
PROBES: Final = 16


class Count(NamedTuple):
    """Of the calls that tell something: how many there were, and how many brought a picture."""

    calls: int
    ok: int


def count(window: Window) -> Count:
    outcomes = window.health.outcomes
    return Count(sum(n for outcome, n in outcomes.items() if outcome in TELLING), outcomes.get(Outcome.OK, 0))


def is_open(newest_first: Iterable[Window], ok: float, now: float) -> bool:
    """Whether the last calls failed, so many that chance can hardly have done it where this share of calls succeeds."""
    enough, failed = failures_in_a_row(ok), 0
    for window in newest_first:
        if window.begins_at + window.length_s < now - _TELLS_S:
            break
        counted = count(window)
        failed += window.streak if counted.ok else counted.calls
        if failed >= enough:
            return True
        if counted.ok:
            return False
    return False


def failures_in_a_row(ok: float) -> int:
    """How many failures in a row open the circuit of a model of whose calls this share succeeds."""
    return max(OUTAGE_CALLS, math.ceil(math.log(_BY_CHANCE) / math.log(1 - min(max(ok, 0.05), 0.99))))
