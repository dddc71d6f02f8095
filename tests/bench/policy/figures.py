"""What is reported of a run, and over the seeds."""

import math
from collections.abc import Sequence
from statistics import mean
from typing import NamedTuple

from cavendish.size import Tier
from tests.bench.policy.run import Job


class Figures(NamedTuple):
    """Of one policy in one world; shares are of 1, and what was not delivered took until its deadline."""

    delivered: float
    at_asked_size: float
    p50_s: float
    p95_s: float
    p99_s: float
    usd_per_delivered: float
    calls_per_image: float
    possible_duplicates_per_1000: float


class Spread(NamedTuple):
    """The same over the seeds."""

    mean: Figures
    least: Figures
    most: Figures


class Row(NamedTuple):
    """What became of one policy in one climate, at one size."""

    climate: str
    size: Tier
    policy: str
    spread: Spread

    @property
    def mean(self) -> Figures:
        return self.spread.mean


def figures(jobs: Sequence[Job], asked: Tier) -> Figures:
    times = sorted(job.seconds for job in jobs)
    delivered = sum(job.size is not None for job in jobs)
    return Figures(
        delivered=delivered / len(jobs),
        at_asked_size=sum(job.size == asked for job in jobs) / len(jobs),
        p50_s=_quantile(times, 0.5),
        p95_s=_quantile(times, 0.95),
        p99_s=_quantile(times, 0.99),
        usd_per_delivered=sum(job.usd for job in jobs) / max(1, delivered),
        calls_per_image=sum(job.calls for job in jobs) / len(jobs),
        possible_duplicates_per_1000=1000 * sum(job.unknowns for job in jobs) / len(jobs),
    )


def spread(seeds: Sequence[Figures]) -> Spread:
    columns = list(zip(*seeds, strict=True))
    return Spread(*(Figures(*(how(column) for column in columns)) for how in (mean, min, max)))


def _quantile(times: Sequence[float], q: float) -> float:
    """The value that the share `q` does not exceed."""
    return times[max(0, math.ceil(q * len(times)) - 1)]
