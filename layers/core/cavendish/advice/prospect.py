"""What the pictures of a plan come to: exactly where that can be, else by many drawn walks of it."""

import math
from collections.abc import Callable
from typing import NamedTuple

from cavendish.advice.expectation import Expectation, Known, expect, worst_usd
from cavendish.advice.walks import ALONE, WALKS, WALKS_TOGETHER, Group, Stroll, best_usd, quantile, strolls
from cavendish.ladder.plan import Plan
from cavendish.money.money import dollars
from cavendish.request import JobRequest


class Prospect(NamedTuple):
    """What a plan comes to: one picture on average, with walks from which times are read, and all pictures' money."""

    average: Expectation
    walks: list[Stroll]
    #: Who walked together; ALONE: each picture for itself, for there is money enough for all.
    group: Group
    exact: bool
    #: Of all pictures.
    best_usd: float
    worst_usd: float


def prospect(
    request: JobRequest, plan: Plan, known: Known, *, now: float, chance: Callable[[], float], room: int | None = None
) -> Prospect:
    """`chance` gives numbers in [0, 1). `room` is what is left of the tenant's budgets, in millionths of a dollar;
    None: it has none."""
    of_all = _group(request, room)
    most = request.n * worst_usd(plan, known)
    limit = math.inf if of_all.max_cost is None else dollars(of_all.max_cost)
    short = most > limit
    walked, n = (of_all, WALKS_TOGETHER) if short else (ALONE, WALKS)
    walks = strolls(plan, known, walked, now=now, chance=chance, n=n)
    exact = not short and not any(one.hurried for one in walks)
    average = expect(plan, known) if exact else _mean(walks)
    if plan.steps[0].size != request.asked.tier:  # the limit has no room for what was asked for
        average = average._replace(at_asked_size=0.0)
    best = min(best_usd(plan, known, of_all), request.n * average.usd)
    return Prospect(average, walks, walked, exact, best, min(most, limit))


def _group(request: JobRequest, room: int | None) -> Group:
    """The pictures of a job, with what they may cost together. They wait for what others of their job hold, and for
    nobody else's money."""
    mine, left = request.max_cost, room
    if left is not None and (mine is None or left < mine):
        return Group(request.n, left, waits=False)
    return Group(request.n, mine)


def seconds(seen: Prospect, q: float, pictures: int) -> float:
    return round(quantile(seen.walks, q, pictures, seen.group), 1)


def _mean(walks: list[Stroll]) -> Expectation:
    n = len(walks)
    return Expectation(
        usd=sum(one.usd for one in walks) / n,
        calls=sum(one.calls for one in walks) / n,
        delivered=sum(one.delivered for one in walks) / n,
        at_asked_size=sum(one.at_asked_size for one in walks) / n,
        possible_duplicate_usd=sum(one.doubtful_usd for one in walks) / n,
    )
