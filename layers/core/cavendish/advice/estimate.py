"""What a request will cost and how long it will take, before anything is spent on it.

The average is exact: every walk of the plan weighed by its likelihood (expectation.py). Times are those of many drawn
walks (walks.py). Where the deadline is so near that it cuts walks short, or the job may not spend what its dearest
walks cost, the average is that of the drawn walks too.
"""

from typing import Literal

from pydantic import Field

from cavendish.advice.chances import Basis
from cavendish.advice.expectation import Known, of
from cavendish.advice.prospect import Prospect, seconds
from cavendish.ladder.plan import Plan, PlannedRoute, Position, Skipped
from cavendish.moment import Moment, moment
from cavendish.request import JobRequest
from cavendish.size import Tier
from cavendish.value import Value


class Money(Value):
    """What all pictures cost together, in USD."""

    best_usd: float = Field(
        description="Each call that has room brings its picture, at the list price; or the average, where that is "
        "less: what follows the first model is cheaper, or many pictures are never made."
    )
    expected_usd: float = Field(description="On average, by how often models succeed.")
    per_picture_usd: float | None = Field(
        description="The average for each picture that is really made; null: none can be expected."
    )
    worst_usd: float = Field(
        description="Every call that the plan allows is made, and billed where it may be: at most `max_cost_usd`, and "
        "at most what is left of your budgets."
    )
    possible_duplicate_usd: float = Field(description="Of the average, what may be billed without a picture.")


class Duration(Value):
    """From the start until all pictures have ended, in seconds: beside each other, without a queue before them."""

    p50_s: float
    p95_s: float


class Rung(Value):
    """A model on a route at a size, and on which terms it is tried."""

    model: str
    route: str
    size: Tier
    tries: int
    limit_s: int
    price_usd: float = Field(description="The list price of one picture.")
    success: float = Field(description="The share of its calls that bring a picture.")
    typical_s: float
    basis: Basis = Field(description="Whether that was measured by this deployment, or is what articles say.")
    source: str
    words: str


class Saving(Value):
    """What another request would cost and take. Negative: it costs or takes more."""

    change: dict[str, str] = Field(description="The fields to send instead.")
    expected_usd: float
    p50_s: float
    saves_usd: float
    saves_s: float
    saves_cost_share: float
    saves_time_share: float
    words: str
    articles: tuple[str, ...] = Field(description="What articles claim of it, each with its row.")


class Estimate(Value):
    """What a job would cost and how long it would take. Nothing was written, queued or called for it."""

    n: int
    policy: str
    starts_at: Moment | None = Field(
        description="When a job would start whose `schedule` is `off_peak`: at the hour of the next day at which its "
        "first model usually does best. All else here is told of that hour. null: at once."
    )
    cost: Money
    time: Duration
    calls: float = Field(description="How many calls all pictures take on average.")
    delivered: float = Field(description="The share of pictures that can be expected to be made.")
    at_asked_size: float = Field(description="... and at the size that was asked for.")
    method: Literal["exact", "walks"] = Field(
        description="How the average was found: `exact` over all walks of the ladder, or as the mean of drawn `walks`, "
        "where the deadline cuts some of them short, or where `max_cost_usd` or your budgets may have no room for all "
        "of their calls."
    )
    ladder: tuple[Rung, ...] = Field(description="Who is tried, in order.")
    skipped: tuple[Skipped, ...] = Field(description="Models that would have been tried, and why they are not.")
    savings: tuple[Saving, ...] = Field(description="What a smaller size or another model would save, best first.")


def estimate(
    request: JobRequest,
    plan: Plan,
    known: Known,
    seen: Prospect,
    *,
    starts_at: float | None = None,
    savings: tuple[Saving, ...] = (),
) -> Estimate:
    """All that is told of a request with this plan."""
    average = seen.average
    return Estimate(
        n=request.n,
        policy=plan.policy,
        starts_at=None if starts_at is None else moment(starts_at),
        cost=_money(request.n, seen),
        time=Duration(p50_s=seconds(seen, 0.5, request.n), p95_s=seconds(seen, 0.95, request.n)),
        calls=round(request.n * average.calls, 3),
        delivered=round(average.delivered, 6),
        at_asked_size=round(average.at_asked_size, 6),
        method="exact" if seen.exact else "walks",
        ladder=tuple(ladder(plan, known)),
        skipped=plan.skipped,
        savings=savings,
    )


def ladder(plan: Plan, known: Known) -> list[Rung]:
    """The ladder in words, rung by rung."""
    places = [(n, m, route) for n, step in enumerate(plan.steps) for m, route in enumerate(step.routes)]
    return [_rung(plan, known, Position(step, place), route) for step, place, route in places]


def _rung(plan: Plan, known: Known, position: Position, route: PlannedRoute) -> Rung:
    call, here = route.call, of(plan, position, known)
    tries = "once" if route.tries == 1 else f"up to {route.tries} times"
    words = f"{call.model} on the route {call.route} at {call.size}, {tries}, {call.limit_s} s each at most"
    return Rung(
        model=call.model,
        route=call.route,
        size=call.size,
        tries=route.tries,
        limit_s=call.limit_s,
        price_usd=here.list_usd,
        success=round(here.success, 4),
        typical_s=round(here.times[len(here.times) // 2], 1),
        basis=here.basis,
        source=here.source,
        words=f"{words}; a picture costs USD {here.list_usd:g}",
    )


def _money(n: int, seen: Prospect) -> Money:
    """For all pictures; never more than the job may spend, for each call is weighed before it is made."""
    average = seen.average
    return Money(
        best_usd=round(seen.best_usd, 6),
        expected_usd=round(n * average.usd, 6),
        per_picture_usd=round(average.usd / average.delivered, 6) if average.delivered else None,
        worst_usd=round(seen.worst_usd, 6),
        possible_duplicate_usd=round(n * average.possible_duplicate_usd, 6),
    )
