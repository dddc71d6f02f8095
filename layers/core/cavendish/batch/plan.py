"""What a batch would take in each mode: calls, money and time, before anything is spent on it."""

import math
from collections.abc import Sequence
from typing import Final, NamedTuple

from pydantic import Field

from cavendish.advice.forecast import Forecast
from cavendish.advice.walks import Stroll
from cavendish.batch.batch import Mode
from cavendish.catalog.catalog import Catalog
from cavendish.ladder.plan import Plan
from cavendish.value import Value

#: A provider's batch API may take so long, in seconds.
ECONOMY_S: Final = 86_400


class ModeMoney(Value):
    """What all pictures cost together, in USD."""

    expected_usd: float = Field(description="On average, by how often models succeed.")
    best_usd: float = Field(
        description="Each first call brings its picture, at the list price; or the average, where that is less."
    )
    worst_usd: float = Field(description="Every call that the plan allows is made, and billed where it may be.")


class ModeTime(Value):
    """Until the last picture has ended, in seconds, with as many calls at once as the deployment makes in bulk."""

    p50_s: float | None = Field(description="null: nobody knows; the provider decides.")
    p95_s: float | None
    at_most_s: int | None = Field(
        description="How long the provider's batch API takes at most, before what it did not bring is asked for as in "
        "`balanced`."
    )


class ModePlan(Value):
    """A mode, and what all items would take in it. What is null is not known, as the mode is not possible."""

    mode: Mode
    possible: bool
    why_not: str | None = Field(
        description="Why items cannot be made in this mode; if it is possible, some of them: they are made as in "
        "`balanced`."
    )
    models: tuple[str, ...] = Field(description="Who is asked first, by most items.")
    calls: float | None = Field(description="How many calls on average, by the ladder, with what follows failures.")
    delivered: float | None = Field(description="The share of pictures that can be expected to be made.")
    at_asked_size: float | None = Field(description="... and at the size that was asked for.")
    cost: ModeMoney | None
    time: ModeTime | None


class PlanFault(Value):
    """An item that cannot become a job."""

    index: int
    detail: str


class BatchPlan(Value):
    """What a batch would take. Nothing was written, queued or called for it."""

    items: int
    unreadable: int = Field(description="How many of the items cannot become jobs.")
    faults: tuple[PlanFault, ...] = Field(description="The first of those, and why.")
    pictures: int = Field(description="Of the items that can.")
    calls_at_once: int = Field(description="How many calls of the lane `bulk` are made at once.")
    modes: tuple[ModePlan, ...]
    articles: tuple[Forecast, ...] = Field(
        description="The same by the articles' own arithmetic, each with its row: S2.21 repeats a call until it "
        "succeeds, so 100 pictures of Pro take 200 calls at 4K and 118 at 2K."
    )


class Share(NamedTuple):
    """Some pictures of a batch that are alike, and walks that any of them may take."""

    pictures: int
    walks: Sequence[Stroll]


def economical(plan: Plan, catalog: Catalog) -> Plan | None:
    """The plan whose first call is asked of the provider's batch API; what it does not bring goes on as in any mode.

    None: the first call's route has no batch API.
    """
    step, *lower = plan.steps
    first, *others = step.routes
    if catalog.routes[first.call.route].economy is None:
        return None
    cheap = first.model_copy(update={"call": first.call.model_copy(update={"economy": True}), "tries": 1})
    again = [first.model_copy(update={"tries": first.tries - 1})] if first.tries > 1 else []
    routes = (cheap, *again, *others)
    return plan.model_copy(update={"steps": (step.model_copy(update={"routes": routes}), *lower)})


def lasts_s(shares: Sequence[Share], q: float, at_once: int) -> float:
    """In how many seconds all of them have ended in this share of cases, so many being made at once.

    They go to whoever is free. So the last ones begin when all others' time has been worked off, spread over those who
    work; from then on it takes as long as the slowest of so many. A wait between two calls holds nobody up; that it is
    counted as work makes the figure a cautious one.
    """
    pictures = sum(one.pictures for one in shares)
    together = min(pictures, at_once)
    before = (pictures / together - 1) * _mean(shares, pictures)
    return round(before + _slowest(shares, pictures, q ** (1 / together)), 1)


def _mean(shares: Sequence[Share], pictures: int) -> float:
    return sum(one.pictures * sum(walk.seconds for walk in one.walks) / len(one.walks) for one in shares) / pictures


def _slowest(shares: Sequence[Share], pictures: int, q: float) -> float:
    """How long a picture takes, whichever it is, in this share of cases."""
    weighed = sorted((walk.seconds, one.pictures / len(one.walks)) for one in shares for walk in one.walks)
    left = math.floor(q * pictures * 1e6) / 1e6
    for seconds, weight in weighed:
        left -= weight
        if left < 0:
            return seconds
    return weighed[-1][0]
