"""The product's default policy with its learning, by the product's own code; its table is a dictionary here."""

from bisect import bisect_right
from functools import lru_cache
from random import Random
from typing import Final

from cavendish.catalog.file import catalog
from cavendish.health.health import (
    FINE_S,
    OUTAGE_CALLS,
    RECENT_S,
    TELLING,
    UNANSWERED,
    Health,
    Sample,
    Window,
    window_at,
)
from cavendish.health.odds import Way
from cavendish.health.outlook import Outlook
from cavendish.health.routing import Places, settle, way
from cavendish.health.sketch import Sketch, bucket_of
from cavendish.ladder.plan import Plan, Position
from cavendish.outcome import Outcome, Report, report
from cavendish.size import Tier
from tests.bench.policy.along import along
from tests.bench.policy.constants import kind
from tests.bench.policy.contenders import planned
from tests.bench.policy.run import Ask, Walk

_KEPT: Final = RECENT_S // FINE_S
_SPARED: Final = report(Outcome.CIRCUIT_OPEN)


class _Windows:
    """The windows of one way; the last one is made of its counts when it is read, and kept until they change."""

    def __init__(self) -> None:
        self._closed: list[Window] = []
        self._read: list[Window] | None = []
        self._begins_at = 0
        self._outcomes: dict[Outcome, int] = {}
        self._times: dict[int, int] = {}
        self._failures: dict[int, int] = {}
        self._streak = self._overcome = 0

    def add(self, outcome: Outcome, took_s: float, at: float) -> None:
        if (begins_at := window_at(at, FINE_S)) != self._begins_at:
            self._closed = self.read()[-_KEPT:]
            self._begins_at, self._outcomes, self._times, self._failures = begins_at, {}, {}, {}
            self._streak = self._overcome = 0
        self._read = None
        self._outcomes[outcome] = self._outcomes.get(outcome, 0) + 1
        if outcome is Outcome.OK:
            _add(self._times, took_s)
            self._overcome += self._streak if self._streak >= OUTAGE_CALLS else 0
            self._streak = 0
        elif outcome in TELLING:
            self._streak += 1
            if outcome not in UNANSWERED:
                _add(self._failures, took_s)

    def read(self) -> list[Window]:
        if self._read is None:
            times, failures = Sketch(counts=self._times), Sketch(counts=self._failures)
            health = Health(outcomes=self._outcomes, times=times, failures=failures)
            named = {"begins_at": self._begins_at, "length_s": FINE_S, "health": health}
            self._read = [*self._closed, Window(**named, streak=self._streak, overcome=self._overcome)]
        return self._read


class Table:
    """The port Measurements for one run, in fine windows alone."""

    def __init__(self) -> None:
        self._ways: dict[Way, _Windows] = {}

    def record(self, sample: Sample) -> None:
        self.count(Way(sample.route, sample.model, sample.size), sample.outcome, sample.took_s, sample.at)

    def count(self, one: Way, outcome: Outcome, took_s: float, at: float) -> None:
        """The same without a sample, whose checks would take longer than all the rest."""
        self._ways.setdefault(one, _Windows()).add(outcome, took_s, at)

    def read(self, route: str, model: str, size: Tier, since: float, until: float) -> list[Window]:
        own = self._ways.get(Way(route, model, size))
        if own is None:
            return []
        windows = own.read()
        first, end = (bisect_right(windows, at, key=_begins_at) for at in (since, until))
        return windows[first:end]


class Cavendish:
    """Plans each job by what the jobs before it have met, as dispatch does; equal plans are made once."""

    name = "cavendish"

    def __init__(self, size: Tier) -> None:
        self._plan = planned("cavendish", size)
        calls = [route.call for step in self._plan.steps for route in step.routes]
        self._ways = {(kind(call.model), call.size): way(call) for call in calls}
        self._table, self._random = Table(), Random(self.name)
        self._outlook = Outlook(self._table, catalog(), self._random.random, _raise)
        self._settle = lru_cache(maxsize=4096)(self._settled)

    def walk(self, job: int, size: Tier, now: float) -> Walk:
        chosen = self._outlook.choose(self._plan, now)
        return along(self._settle(chosen), now, self._random.random, self._gate)

    def _gate(self, plan: Plan, position: Position, now: float) -> Report | None:
        return _SPARED if self._outlook.spares(plan, position, now) else None

    def _settled(self, chosen: tuple[Places, ...]) -> Plan:
        return settle(self._plan, chosen) if chosen else self._plan

    def heard(self, ask: Ask, outcome: Outcome, took_s: float, at: float) -> None:
        self._table.count(self._ways[ask.kind, ask.size], outcome, took_s, at)


def _add(counts: dict[int, int], took_s: float) -> None:
    bucket = bucket_of(took_s)
    counts[bucket] = counts.get(bucket, 0) + 1


def _begins_at(window: Window) -> int:
    return window.begins_at


def _raise(error: Exception) -> None:
    raise error
