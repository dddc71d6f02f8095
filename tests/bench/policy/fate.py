"""What becomes of one call: the coins that were tossed for it, read in the weather that it meets.

Coins belong to a job, a model and how often the job has called it, so that every policy tosses the same.
"""

import math
from random import Random
from typing import Final, NamedTuple

from cavendish.outcome import Billed, Outcome, Report, report
from cavendish.size import Tier
from tests.bench.policy.constants import BOTH, FLASH, OUTAGES, PRO, Kind
from tests.bench.policy.weather import Sky

_REPORTS: Final = {outcome: report(outcome) for outcome in Outcome}
_LONGEST_DELAY_S: Final = math.ceil(FLASH["retry_delay"][1])
_THROTTLED: Final = {s: report(Outcome.THROTTLED, retry_after_s=s) for s in range(_LONGEST_DELAY_S + 1)}
#: What ends at the server's own limit is a failure that it tells, and free.
_SERVER_LIMIT_S: Final[float] = PRO["hang"]
_DELIVERS: Final[Tier] = "1K"


class Coins(NamedTuple):
    """Chances in [0, 1): for failing, the latency, the kind of a failure, its time, and the delay that it names."""

    fails: float
    latency: float
    kind: float
    after: float
    retry: float


class Fate(NamedTuple):
    """How a call ends, after how long, whether it is paid, and which size was delivered."""

    report: Report
    took_s: float
    paid: bool = False
    size: Tier | None = None


class Purse:
    """The coins of all jobs of one run, tossed when they are first needed and kept for the next policy."""

    def __init__(self, seed: int) -> None:
        self._seed = seed
        self._random = Random()
        self._tossed: dict[tuple[int, Kind, int], Coins] = {}

    def coins(self, job: int, kind: Kind, call: int) -> Coins:
        key = (job, kind, call)
        if (known := self._tossed.get(key)) is None:
            self._random.seed(((self._seed << 32 | job) << 8 | call) << 1 | (kind == "pro"))
            toss = self._random.random
            known = self._tossed[key] = Coins(toss(), toss(), toss(), toss(), toss())
        return known


def fate(kind: Kind, size: Tier, sky: Sky, coins: Coins, limit_s: float) -> Fate:
    """What the caller sees, who waits no longer than its limit."""
    if sky.out:
        return Fate(_REPORTS[Outcome.OVERLOADED], _between(OUTAGES["answers_after"], coins.after))
    if coins.fails < sky.fails:
        return _failure(kind, sky, coins, limit_s)
    took_s = sky.latency.at(coins.latency or 0.5)
    if took_s > limit_s:
        return _cut(limit_s)
    shrinks = kind == "flash" and size != _DELIVERS and coins.kind < FLASH["shrunk_share"]
    if shrinks:
        return Fate(_REPORTS[Outcome.WRONG_SIZE], took_s, paid=True, size=_DELIVERS)
    return Fate(_REPORTS[Outcome.OK], took_s, paid=True, size=size)


def throttled(coins: Coins) -> Fate:
    """What a call meets that is one too many."""
    retry_s = math.ceil(_between(FLASH["retry_delay"], coins.retry))
    return Fate(_THROTTLED[retry_s], _between(FLASH["throttled_after"], coins.after))


def _failure(kind: Kind, sky: Sky, coins: Coins, limit_s: float) -> Fate:
    if kind == "pro":
        return _hang(limit_s) if coins.kind < sky.hangs else _overloaded(coins, limit_s)
    if coins.kind < FLASH["throttled_share"]:
        return throttled(coins)
    if coins.kind >= FLASH["throttled_share"] + FLASH["refused_share"]:
        return _overloaded(coins, limit_s)
    took_s = FLASH["refused_at"] * sky.latency.at(coins.latency or 0.5)
    return Fate(_REPORTS[Outcome.REFUSED_OUTPUT], took_s) if took_s <= limit_s else _cut(limit_s)


def _overloaded(coins: Coins, limit_s: float) -> Fate:
    took_s = _between(BOTH["overloaded_after"], coins.after)
    return Fate(_REPORTS[Outcome.OVERLOADED], took_s) if took_s <= limit_s else _cut(limit_s)


def _hang(limit_s: float) -> Fate:
    if limit_s <= _SERVER_LIMIT_S:
        return _cut(limit_s)
    return Fate(_REPORTS[Outcome.OVERLOADED], _SERVER_LIMIT_S)


def _cut(limit_s: float) -> Fate:
    """Nobody knows whether it is paid; in this world it is."""
    cut = _REPORTS[Outcome.TIMED_OUT]
    return Fate(cut, limit_s, paid=cut.billed is Billed.UNKNOWN)


def _between(bounds: tuple[float, float], chance: float) -> float:
    return bounds[0] + chance * (bounds[1] - bounds[0])
