"""What a request may cost, against what may be spent on it: before it is planned, and before anything is written."""

from typing import NamedTuple

from cavendish.ladder.lineup import Choice, Lineup
from cavendish.ladder.plan import Skipped
from cavendish.money.money import shown
from cavendish.money.price import worst
from cavendish.request import JobRequest
from cavendish.size import Tier

Rung = tuple[Tier, Lineup]


class Call(NamedTuple):
    """A call that could be made, and the most that it can cost, in millionths of a dollar."""

    amount: int
    model: str
    route: str
    size: Tier

    def __str__(self) -> str:
        return f"{self.model} on the route {self.route} at {self.size} may cost up to USD {shown(self.amount)}"


def affordable(request: JobRequest, rungs: list[Rung]) -> list[Rung]:
    """The rungs without what the job's limit has no room for even once; where nothing is left, all of them.

    Tries are not cut: most of those that fail cost nothing, and each is weighed again before its call.
    """
    if request.max_cost is None or cheapest(request, rungs).amount > request.max_cost:
        return rungs
    return [(size, _cut(request, size, lineup, request.max_cost)) for size, lineup in rungs]


def cheapest(request: JobRequest, rungs: list[Rung]) -> Call:
    """The call that costs least of all that could be made."""
    return min(_call(request, size, choice) for size, lineup in rungs for choice in lineup.choices)


def _cut(request: JobRequest, size: Tier, lineup: Lineup, limit: int) -> Lineup:
    calls = [(choice, _call(request, size, choice)) for choice in lineup.choices]
    dear = [
        Skipped(model=call.model, size=size, reason=f"a call may cost USD {shown(call.amount)}, more than max_cost_usd")
        for _, call in calls
        if call.amount > limit
    ]
    return Lineup([choice for choice, call in calls if call.amount <= limit], [*lineup.skipped, *dear])


def _call(request: JobRequest, size: Tier, choice: Choice) -> Call:
    return Call(worst(choice.offer.price, size, request.prompt), choice.model.id, choice.route, size)
