"""What a plan comes to before it is walked: on average, exactly, and at worst. Nothing is simulated here (walks.py is).

Both follow the same choices as the workflow (plan.follow). The average leaves the deadline out; the worst does not.
"""

from collections import defaultdict
from collections.abc import Mapping
from functools import cache, lru_cache
from typing import Final, NamedTuple, Self

from cavendish.advice.chances import Chances
from cavendish.ladder.plan import Call, Plan, Position, Rule, follow
from cavendish.outcome import TABLE, Billed, Outcome, Report, report
from cavendish.size import Tier


class Asked(NamedTuple):
    """What of a call its chances depend on."""

    model: str
    route: str
    size: Tier
    limit_s: int
    economy: bool = False

    @classmethod
    def of(cls, call: Call) -> Self:
        return cls(call.model, call.route, call.size, call.limit_s, call.economy)


Known = Mapping[Asked, Chances]

#: What is less likely than this is not followed any further.
_NEVER: Final = 1e-12
#: What is billed although our table presumes otherwise: a gateway answered with 200, or with what nobody can read, or
#: the picture could not be fetched from where it said that it is.
_MAY_BE_BILLED: Final = (
    Outcome.REFUSED_INPUT,
    Outcome.REFUSED_OUTPUT,
    Outcome.GARBLED,
    Outcome.TIMED_OUT,
    Outcome.CONNECTION_LOST,
)
_REPORTS: Final = {outcome: report(outcome) for outcome in Outcome}
#: All that can be told of an attempt, as far as it matters to what follows and to what it costs.
_ENDS: Final = (*_REPORTS.values(), *(report(one, billed=Billed.YES) for one in _MAY_BE_BILLED))
#: A moment shortly before the deadline, in seconds: no wait fits in any more.
_LATE: Final = 0.5


class Expectation(NamedTuple):
    """Of one picture. Shares are of all walks."""

    usd: float
    calls: float
    delivered: float
    at_asked_size: float
    #: Of the average cost, what may have been billed without a picture.
    possible_duplicate_usd: float


def of(plan: Plan, position: Position, known: Known) -> Chances:
    return known[Asked.of(plan.at(position).call)]


def expect(plan: Plan, known: Known) -> Expectation:
    """The average over all walks, each weighed by its likelihood: position by position, attempt by attempt."""
    usd = calls = delivered = asked = doubtful = 0.0
    layer: dict[Position, float] = {Position(): 1.0}
    while layer:
        after: defaultdict[Position, float] = defaultdict(float)
        for position, weight in layer.items():
            here = of(plan, position, known)
            calls += weight
            for outcome, share in here.shares.items():
                usd += weight * share * here.usd(outcome)
                if TABLE[outcome].billed is Billed.UNKNOWN:
                    doubtful += weight * share * here.usd(outcome)
                step = follow(plan, position, _REPORTS[outcome], now=0.0, chance=0.0)
                if step.rule is Rule.TAKE:
                    delivered += weight * share
                    asked += weight * share * (position.step == 0)
                elif step.position and weight * share > _NEVER:
                    after[step.position] += weight * share
        layer = after
    return Expectation(usd, calls, delivered, asked, doubtful)


def worst_usd(plan: Plan, known: Known) -> float:
    """The most that any walk can cost: every attempt the plan allows, each billed where it may be.

    Once the deadline is near it stays so: no wait fits in any more, and what would be repeated falls back.
    """

    moments = {False: 0.0, True: plan.deadline_at - _LATE}

    @cache
    def most(position: Position, late: bool) -> float:  # noqa: FBT001
        usd = of(plan, position, known).worst_usd
        ends = _ends(tuple(plan.at(position).rules.items()))
        return max((0.0 if end.billed is Billed.NO else usd) + after(position, end, late) for end in ends)

    def after(position: Position, end: Report, late: bool) -> float:  # noqa: FBT001
        # Only a repeat is kept from by a deadline that is near; who has time enough may do all that others may.
        repeats = plan.at(position).rules.get(end.outcome) is Rule.REPEAT
        dearest = 0.0
        for then in (late,) if late or not repeats else (False, True):
            step = follow(plan, position, end, now=moments[then], chance=0.0)
            dearest = max(dearest, most(step.position, then) if step.position else 0.0)
        return dearest

    return most(Position(), late=False)


@lru_cache(maxsize=64)
def _ends(rules: tuple[tuple[Outcome, Rule], ...]) -> tuple[Report, ...]:
    """Of all that lead to the same the one that is surely billed, and one that may be: they are not repeated alike."""
    said = dict(rules)
    kinds = {(said.get(end.outcome, Rule.FAIL), end.billed): end for end in _ENDS}
    # What ends the walk is worth what it costs itself.
    kinds = {(Rule.FAIL if rule is Rule.TAKE else rule, billed): end for (rule, billed), end in kinds.items()}
    sure = {rule for rule, billed in kinds if billed is Billed.YES}
    return tuple(end for (rule, billed), end in kinds.items() if billed is not Billed.NO or rule not in sure)
