"""A walk of a plan with ends that somebody chose: who is asked when, what that costs, and what follows."""

from collections.abc import Sequence
from typing import Final

from cavendish.catalog.catalog import Catalog
from cavendish.health.prior import FAILURE_S
from cavendish.ladder.plan import Call, Next, Plan, Rule, Walked, walk
from cavendish.money.price import cost
from cavendish.outcome import TABLE, Billed, Outcome, Report, report
from cavendish.size import Tier
from cavendish.value import Value

#: What takes as long as it may.
_UNANSWERED: Final = (Outcome.TIMED_OUT, Outcome.LOST_WORKER)


class Scene(Value):
    """One attempt. Times in seconds since the first one began, money in USD."""

    at_s: float
    took_s: float
    model: str
    route: str
    size: Tier
    outcome: Outcome
    billed: Billed
    usd: float
    wait_s: int
    next: str


def rehearse(
    plan: Plan, ends: Sequence[Outcome], *, catalog: Catalog, now: float = 0.0, chance: float = 0.5
) -> list[Scene]:
    """The walk whose attempts end so, the last end over and over. `chance` says where in its range each wait lies.

    An answer takes what the catalogue calls typical, at most the call's limit; what is not answered takes that limit.
    """
    calls: list[tuple[Call, float, float]] = []

    def attempt(call: Call, at: float) -> tuple[Report, float]:
        end = ends[min(len(calls), len(ends) - 1)]
        took_s = _took(call, end, catalog)
        calls.append((call, at, took_s))
        return report(end), at + took_s

    walked = walk(plan, attempt, now=now, chance=lambda: chance)
    made = zip(walked, calls, strict=True)
    return [_scene(one, plan, call, catalog, at_s=at - now, took_s=took_s) for one, (call, at, took_s) in made]


def _scene(one: Walked, plan: Plan, call: Call, catalog: Catalog, *, at_s: float, took_s: float) -> Scene:
    return Scene(
        at_s=at_s,
        took_s=took_s,
        model=call.model,
        route=call.route,
        size=call.size,
        outcome=one.report.outcome,
        billed=one.report.billed,
        usd=_usd(call, one.report, catalog),
        wait_s=one.next.wait_s,
        next=_words(one.next, plan),
    )


def _took(call: Call, end: Outcome, catalog: Catalog) -> float:
    if end in _UNANSWERED:
        return call.limit_s
    made = TABLE[end].billed is Billed.YES
    return min(call.limit_s, catalog.model(call.model).times[call.size].typical_s if made else FAILURE_S)


def _usd(call: Call, said: Report, catalog: Catalog) -> float:
    if said.billed is Billed.NO:
        return 0.0
    return cost(catalog.price(call), call.size, None)


def _words(step: Next, plan: Plan) -> str:
    if step.position is None:
        return "done" if step.rule is Rule.TAKE else "end: nothing is left to try"
    call = plan.at(step.position).call
    if step.rule is Rule.REPEAT:
        return f"again after {step.wait_s} s"
    return f"fall back to {call.model}" if step.rule is Rule.NEXT_ROUTE else f"lower to {call.size}"
