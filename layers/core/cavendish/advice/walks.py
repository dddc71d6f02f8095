"""How long a plan takes before it is walked: many walks of plan.walk, each as likely as it is, and their times."""

import math
from collections.abc import Callable, Mapping, Sequence
from typing import Final, NamedTuple

from cavendish.advice.expectation import Asked, Known, of
from cavendish.ladder.plan import Call, Plan, Position, Rule, walk
from cavendish.ladder.time_left import LEAST_S, MAX_LIMIT_S
from cavendish.outcome import TABLE, Billed, Outcome, Report, report

#: How many: the 95th percentile is then the 93rd to the 97th in nineteen of twenty cases (1.96 x sqrt(.95 x .05 / n)).
WALKS: Final = 500
_REPORTS: Final = {outcome: report(outcome) for outcome in Outcome}

Chance = Callable[[], float]


class Stroll(NamedTuple):
    """One walk: how long it took, what it cost, in how many calls, and whether the deadline had a say in it."""

    seconds: float
    usd: float
    #: Of that, what may have been billed without a picture.
    doubtful_usd: float
    calls: int
    delivered: bool
    at_asked_size: bool
    hurried: bool


class _Walker:
    """Draws how each attempt of one walk ends."""

    def __init__(self, plan: Plan, known: Known, chance: Chance) -> None:
        self._plan, self._known, self._chance = plan, known, chance
        self.usd, self.doubtful_usd, self.calls = 0.0, 0.0, 0
        self.ended_at, self.hurried = 0.0, False

    def attempt(self, call: Call, now: float) -> tuple[Report, float]:
        """Like a worker's: what is not made any more is expired, and what has too little time left is cut."""
        left_s = self._plan.deadline_at - now
        here = self._known[Asked.of(call)]
        if self.calls and left_s < LEAST_S:
            return self._end(Outcome.EXPIRED, 0.0, now, late=True)
        limit_s = max(1.0, min(left_s, MAX_LIMIT_S, call.limit_s))
        outcome = _drawn(here.shares, self._chance())
        seconds = here.seconds(outcome, self._chance())
        if seconds > limit_s:
            outcome, seconds = Outcome.TIMED_OUT, limit_s
        self.usd += here.usd(outcome)
        self.doubtful_usd += here.usd(outcome) if TABLE[outcome].billed is Billed.UNKNOWN else 0.0
        self.calls += 1
        return self._end(outcome, seconds, now, late=limit_s < call.limit_s)

    def _end(self, outcome: Outcome, seconds: float, now: float, *, late: bool) -> tuple[Report, float]:
        self.ended_at = now + seconds
        self.hurried |= late or self.ended_at >= self._plan.deadline_at
        return _REPORTS[outcome], self.ended_at


def stroll(plan: Plan, known: Known, *, now: float, chance: Chance) -> Stroll:
    """One walk. `chance` gives numbers in [0, 1)."""
    walker = _Walker(plan, known, chance)
    last = walk(plan, walker.attempt, now=now, chance=chance)[-1]
    made = last.next.rule is Rule.TAKE
    return Stroll(
        seconds=walker.ended_at - now,
        usd=walker.usd,
        doubtful_usd=walker.doubtful_usd,
        calls=walker.calls,
        delivered=made,
        at_asked_size=made and last.position.step == 0,
        hurried=walker.hurried,
    )


def strolls(plan: Plan, known: Known, *, now: float, chance: Chance, n: int = WALKS) -> list[Stroll]:
    return [stroll(plan, known, now=now, chance=chance) for _ in range(n)]


def quantile(strolled: Sequence[Stroll], q: float, pictures: int) -> float:
    """The time in which all pictures of a job have ended in this share of cases: they are made beside each other."""
    times = sorted(one.seconds for one in strolled)
    return times[min(len(times) - 1, math.floor(math.pow(q, 1 / pictures) * len(times)))]


def best_usd(plan: Plan, known: Known) -> float:
    """What it costs if the first call brings the picture: the list price, for nobody knows what a model will say."""
    return of(plan, Position(), known).list_usd


def _drawn(shares: Mapping[Outcome, float], chance: float) -> Outcome:
    """The outcome on which a chance in [0, 1) falls."""
    for outcome, share in shares.items():
        chance -= share
        if chance < 0:
            return outcome
    return outcome
