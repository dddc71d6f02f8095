"""What is not told by an average, before a plan is walked: many drawn walks of it, each as likely as it is.

The pictures of a job are made beside each other and pay from one account, so where money may run short they are walked
together: what one of them has set aside is not there for another until its call has ended.
"""

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from heapq import heappop, heappush
from itertools import count
from typing import Final, NamedTuple

from cavendish.advice.expectation import Asked, Known
from cavendish.advice.purse import Purse
from cavendish.health.permits import MONEY_WAIT_S, wait_s
from cavendish.ladder.plan import Next, Plan, Position, Rule, follow
from cavendish.ladder.time_left import LEAST_S, MAX_LIMIT_S
from cavendish.money.money import micros
from cavendish.outcome import TABLE, Billed, Outcome, report

#: How many: the 95th percentile is then the 93rd to the 97th in nineteen of twenty cases (1.96 x sqrt(.95 x .05 / n)).
WALKS: Final = 500
#: How many of pictures that are walked together, which may be nine, each with many calls that have no room: then the
#: 92nd to the 98th, and an answer with its savings takes a quarter of a second instead of half of one.
WALKS_TOGETHER: Final = 250
_REPORTS: Final = {outcome: report(outcome) for outcome in Outcome}

Chance = Callable[[], float]


class Group(NamedTuple):
    """Pictures that are made beside each other from one account; without a limit each is as if it were alone."""

    pictures: int = 1
    #: What they may cost together, in millionths of a dollar.
    max_cost: int | None = None
    #: Whether a call that has no room waits for what others of the group hold.
    waits: bool = True


ALONE: Final = Group()


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


class _Drawn(NamedTuple):
    """How an attempt ends, and what was set aside for it, in millionths of a dollar."""

    outcome: Outcome
    seconds: float = 0.0
    held: int = 0


class _Walker:
    """One picture on its ladder. Its ends are drawn."""

    def __init__(self, plan: Plan, known: Known, purse: Purse, *, now: float, chance: Chance) -> None:
        self._plan, self._known, self._purse, self._chance = plan, known, purse, chance
        self._began = self._ended = now
        self._usd, self._doubtful_usd, self._calls = 0.0, 0.0, 0
        self._hurried, self._last = False, (Position(), Rule.FAIL)

    def moments(self) -> Iterator[float]:
        """Walk to the end: each moment is when it wants to go on, so that others can go on before."""
        position: Position | None = Position()
        now = self._began
        turned_away = 0
        while position is not None:
            if (drawn := self._begin(position, now)) is None:
                left_s = self._plan.deadline_at - now
                now += wait_s(turned_away, left_s=left_s, chance=self._chance(), most_s=MONEY_WAIT_S)
                turned_away += 1
                yield now
                continue
            now, turned_away = now + drawn.seconds, 0
            yield now
            step = self._end(position, drawn, now)
            position, now = step.position, now + step.wait_s
            yield now

    def stroll(self) -> Stroll:
        position, rule = self._last
        return Stroll(
            seconds=self._ended - self._began,
            usd=self._usd,
            doubtful_usd=self._doubtful_usd,
            calls=self._calls,
            delivered=rule is Rule.TAKE,
            at_asked_size=rule is Rule.TAKE and position.step == 0,
            hurried=self._hurried,
        )

    def _begin(self, position: Position, now: float) -> _Drawn | None:
        """Like a worker: what is not made any more is expired, what has too little time left is cut, and what has no
        room in the purse is over budget. None: it has, once others have ended."""
        call, left_s = self._plan.at(position).call, self._plan.deadline_at - now
        if left_s < (LEAST_S if position.attempts else 0.0):
            self._hurried = True
            return _Drawn(Outcome.EXPIRED)
        here = self._known[Asked.of(call)]
        held = micros(here.worst_usd)
        if not self._purse.has_set_aside(held):
            return None if self._purse.gets_back(held) else _Drawn(Outcome.OVER_BUDGET)
        self._calls += 1
        limit_s = max(1.0, min(left_s, MAX_LIMIT_S, call.limit_s))
        self._hurried |= limit_s < call.limit_s
        outcome = _drawn(here.shares, self._chance())
        seconds = here.seconds(outcome, self._chance())
        return _Drawn(Outcome.TIMED_OUT, limit_s, held) if seconds > limit_s else _Drawn(outcome, seconds, held)

    def _end(self, position: Position, drawn: _Drawn, now: float) -> Next:
        usd = self._known[Asked.of(self._plan.at(position).call)].usd(drawn.outcome)
        self._purse.settle(drawn.held, micros(usd))
        self._usd += usd
        self._doubtful_usd += usd if TABLE[drawn.outcome].billed is Billed.UNKNOWN else 0.0
        self._ended = now
        self._hurried |= now >= self._plan.deadline_at
        step = follow(self._plan, position, _REPORTS[drawn.outcome], now=now, chance=self._chance())
        self._last = position, step.rule
        return step


def stroll(plan: Plan, known: Known, group: Group = ALONE, *, now: float, chance: Chance) -> list[Stroll]:
    """One walk of each picture, all begun at once and in their order. `chance` gives numbers in [0, 1)."""
    purse, order = Purse(group.max_cost, waits=group.waits), count()
    walkers = [_Walker(plan, known, purse, now=now, chance=chance) for _ in range(group.pictures)]
    # Of two that want to go on at the same moment, the one that said so first does.
    agenda = [(now, next(order), walker.moments()) for walker in walkers]
    while agenda:
        _, _, moments = heappop(agenda)
        if (moment := next(moments, None)) is not None:
            heappush(agenda, (moment, next(order), moments))
    return [walker.stroll() for walker in walkers]


def strolls(
    plan: Plan, known: Known, group: Group = ALONE, *, now: float, chance: Chance, n: int = WALKS
) -> list[Stroll]:
    """So many walks of each picture; those that were walked together follow each other."""
    return [one for _ in range(n) for one in stroll(plan, known, group, now=now, chance=chance)]


def quantile(strolled: Sequence[Stroll], q: float, pictures: int, group: Group = ALONE) -> float:
    """The time in which all pictures of a job have ended in this share of cases: they are made beside each other."""
    together = group.pictures
    firsts = range(0, len(strolled), together)
    times = sorted(max(one.seconds for one in strolled[first : first + together]) for first in firsts)
    return times[min(len(times) - 1, math.floor(math.pow(q, together / pictures) * len(times)))]


def best_usd(plan: Plan, known: Known, group: Group = ALONE) -> float:
    """What it costs if each call that has room brings its picture, in its typical time and long before the deadline:
    at the list price, for nobody knows what a model will say."""
    sure = {
        asked: one._replace(
            shares={Outcome.OK: 1.0},
            times=(min(one.times[len(one.times) // 2], one.limit_s),),
            made_usd=one.list_usd,
        )
        for asked, one in known.items()
    }
    return sum(one.usd for one in stroll(plan, sure, group, now=0.0, chance=lambda: 0.0))


def _drawn(shares: Mapping[Outcome, float], chance: float) -> Outcome:
    """The outcome on which a chance in [0, 1) falls."""
    for outcome, share in shares.items():
        chance -= share
        if chance < 0:
            return outcome
    return outcome
