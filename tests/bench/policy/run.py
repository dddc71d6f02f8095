"""A week of jobs through one world: the calendar of what begins and ends, and what became of each job."""

import heapq
from collections.abc import Generator, Iterator
from functools import cached_property
from itertools import count
from random import Random
from typing import NamedTuple, Protocol

from cavendish.outcome import Billed, Outcome, Report
from cavendish.size import Tier
from tests.bench.policy.constants import BEGINS_AT, DEADLINE_S, HOUR_S, PRICE, WORK, Kind
from tests.bench.policy.fate import Fate, Purse, fate, throttled
from tests.bench.policy.weather import MOST_IN_FLIGHT, Weather


class Ask(NamedTuple):
    """A call that a job makes now."""

    kind: Kind
    size: Tier
    limit_s: float


class Answer(NamedTuple):
    """How a call ended, and when."""

    report: Report
    at: float


#: A job: it gives the calls that it makes and is sent their answers; or gives a moment, and is woken then. It returns
#: whether it took the last answer's picture.
Walk = Generator[Ask | float, Answer | None, bool]


class Contender(Protocol):
    """A policy in the race."""

    name: str

    def walk(self, job: int, size: Tier, now: float) -> Walk: ...

    def heard(self, ask: Ask, outcome: Outcome, took_s: float, at: float) -> None:
        """A call of any job has ended."""


class World:
    """One climate, size and seed: the same for every contender."""

    def __init__(self, climate: str, size: Tier, seed: int, hours: int = WORK["days"] * 24) -> None:
        self.climate, self.size, self.seed, self.hours = climate, size, seed, hours
        self.weather = Weather(climate, seed)
        self.purse = Purse(seed)

    @cached_property
    def arrivals(self) -> list[float]:
        return list(self._arrivals())

    def _arrivals(self) -> Iterator[float]:
        random, at = Random(f"{self.seed}/arrivals/{self.size}"), BEGINS_AT
        while (at := at + random.expovariate(WORK["jobs_per_hour"] / HOUR_S)) < BEGINS_AT + self.hours * HOUR_S:
            yield at


class Job:
    """What became of one job so far."""

    __slots__ = ("calls", "made", "number", "seconds", "size", "unknowns", "usd", "walk")

    def __init__(self, number: int, walk: Walk) -> None:
        self.number, self.walk = number, walk
        self.calls, self.unknowns, self.usd, self.seconds = 0, 0, 0.0, DEADLINE_S
        self.made: dict[Kind, int] = {"pro": 0, "flash": 0}
        self.size: Tier | None = None


class _Running(NamedTuple):
    ask: Ask
    fate: Fate
    since: float


def race(world: World, contender: Contender) -> list[Job]:
    """Run all the world's jobs under one policy."""
    return _Race(world, contender).run()


class _Race:
    def __init__(self, world: World, contender: Contender) -> None:
        self._world, self._contender = world, contender
        self._calendar: list[tuple[float, int, Job, _Running | None]] = []
        self._serial = count()
        self._in_flight: dict[Kind, int] = {"pro": 0, "flash": 0}

    def run(self) -> list[Job]:
        size, jobs = self._world.size, []
        for number, at in enumerate(self._world.arrivals):
            self._until(at)
            job = Job(number, self._contender.walk(number, size, at))
            jobs.append(job)
            self._go_on(job, None, at)
        self._until(float("inf"))
        return jobs

    def _until(self, at: float) -> None:
        calendar = self._calendar
        while calendar and calendar[0][0] < at:
            now, _, job, running = heapq.heappop(calendar)
            self._go_on(job, self._ended(job, running, now) if running else None, now)

    def _ended(self, job: Job, running: _Running, now: float) -> Answer:
        ask, met, _ = running
        self._in_flight[ask.kind] -= 1
        job.size = met.size
        job.usd += PRICE[ask.kind][ask.size] if met.paid else 0.0
        job.unknowns += met.report.billed is Billed.UNKNOWN
        self._contender.heard(ask, met.report.outcome, met.took_s, now)
        return Answer(met.report, now)

    def _go_on(self, job: Job, answer: Answer | None, now: float) -> None:
        try:
            wish = job.walk.send(answer)
        except StopIteration as end:
            job.seconds = now - self._world.arrivals[job.number] if end.value else DEADLINE_S
            job.size = job.size if end.value else None
            return
        running = self._begun(job, wish, now) if isinstance(wish, Ask) else None
        at = now + running.fate.took_s if running else float(wish)  # type: ignore[arg-type]
        heapq.heappush(self._calendar, (at, next(self._serial), job, running))

    def _begun(self, job: Job, ask: Ask, now: float) -> _Running:
        kind, world = ask.kind, self._world
        coins = world.purse.coins(job.number, kind, job.made[kind])
        if self._in_flight[kind] >= MOST_IN_FLIGHT:
            met = throttled(coins)
        else:
            met = fate(kind, ask.size, world.weather.sky(kind, ask.size, now), coins, ask.limit_s)
        self._in_flight[kind] += 1
        job.made[kind] += 1
        job.calls += 1
        return _Running(ask, met, now)
