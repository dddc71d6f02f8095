"""The plan of a job, and the ladder that is walked along it.

The state machine walks the same ladder (workflow.asl.yaml); a test drives both with the same outcomes.
"""

from collections.abc import Callable
from enum import StrEnum
from typing import Final, NamedTuple, Self

from pydantic import Field

from cavendish.ladder.wait import Wait
from cavendish.outcome import Billed, Outcome, Report
from cavendish.size import Tier
from cavendish.value import Value

#: The version of plans and attempt messages; consumers accept this one and the one before.
VERSION: Final = 1


class Rule(StrEnum):
    """What a policy says about an outcome. What is not possible any more becomes the next rule in this order."""

    TAKE = "take"
    REPEAT = "repeat"
    NEXT_ROUTE = "next_route"
    LOWER = "lower"
    FAIL = "fail"


class Call(Value):
    """What an attempt asks of a model; it travels in the attempt's message."""

    route: str
    model: str
    size: Tier
    aspect_ratio: str
    #: One of the model's own levels.
    thinking: str | None = None
    #: What is taken all the same, of what comes with a picture.
    accept: tuple[Outcome, ...] = ()
    limit_s: int
    #: Asked together with others through the provider's batch API, at its price (route.py).
    economy: bool = False


class PlannedRoute(Value):
    """One model on one route at one resolution: how often, how long, and what each outcome leads to."""

    call: Call
    tries: int = Field(ge=1)
    #: How often the model is asked while it throttles, which is free and passes; None: no more often than else.
    throttled_tries: int | None = Field(default=None, ge=1)
    #: How often where a call was surely billed and brought no picture; None: no less often than else.
    paid_tries: int | None = Field(default=None, ge=1)
    wait: Wait
    rules: dict[Outcome, Rule]
    #: Whether the call is made also while the model's last calls all failed, to see whether it is back.
    anyway: bool = False

    def tries_after(self, said: Report) -> int:
        """How often the model is asked where a call ended so."""
        if said.outcome is Outcome.THROTTLED:
            return self.throttled_tries or self.tries
        return self.paid_tries or self.tries if said.billed is Billed.YES else self.tries


class Step(Value):
    """One resolution, with its routes in order."""

    size: Tier
    routes: tuple[PlannedRoute, ...] = Field(min_length=1)


class Skipped(Value):
    """A model that would have been tried, and why it is not."""

    model: str
    size: Tier
    reason: str


class Plan(Value):
    """The ladder of a job: the input of its workflow."""

    v: int = VERSION
    policy: str
    steps: tuple[Step, ...] = Field(min_length=1)
    max_attempts: int = Field(ge=1)
    unknown_retries: int = Field(ge=0)
    #: Seconds since the epoch.
    deadline_at: float
    skipped: tuple[Skipped, ...] = ()

    @property
    def first(self) -> Call:
        """The call that everything begins with."""
        return self.steps[0].routes[0].call

    def at(self, position: "Position") -> PlannedRoute:
        return self.steps[position.step].routes[position.route]

    def until(self, deadline_at: float) -> Self:
        """The same plan with another deadline."""
        return self.model_copy(update={"deadline_at": deadline_at})


class Position(NamedTuple):
    """Where an image stands on its ladder."""

    step: int = 0
    route: int = 0
    try_: int = 0
    #: Attempts made before this one, and how many of those may have been billed without our knowing.
    attempts: int = 0
    unknowns: int = 0

    def repeat(self) -> Self:
        return self._replace(try_=self.try_ + 1)

    def next_route(self) -> Self:
        return self._replace(route=self.route + 1, try_=0)

    def lower(self) -> Self:
        return self._replace(step=self.step + 1, route=0, try_=0)


class Next(NamedTuple):
    """What follows an attempt: `position` is None when the ladder ends here."""

    rule: Rule
    position: Position | None
    wait_s: int = 0


def follow(plan: Plan, position: Position, report: Report, *, now: float, chance: float) -> Next:
    """Decide what follows an attempt that ended with this report: the workflow's choices, in their order."""
    here = plan.at(position)
    rule = here.rules.get(report.outcome, Rule.FAIL)
    weighed = position._replace(
        attempts=position.attempts + 1, unknowns=position.unknowns + (report.billed is Billed.UNKNOWN)
    )
    if rule is Rule.TAKE:
        return Next(Rule.TAKE, None)
    if rule is Rule.FAIL or _spent(plan, weighed) or now >= plan.deadline_at:
        return Next(Rule.FAIL, None)
    tries, wait_s = here.tries_after(report), here.wait.seconds(position.try_, chance, report.retry_after_s)
    if rule is Rule.REPEAT and position.try_ + 1 < tries and now + wait_s < plan.deadline_at:
        return Next(Rule.REPEAT, weighed.repeat(), wait_s)
    if rule is not Rule.LOWER and position.route + 1 < len(plan.steps[position.step].routes):
        return Next(Rule.NEXT_ROUTE, weighed.next_route())
    if position.step + 1 < len(plan.steps):
        return Next(Rule.LOWER, weighed.lower())
    return Next(Rule.FAIL, None)


class Walked(NamedTuple):
    """One attempt of a walk: where it stood, how it ended and what followed."""

    position: Position
    report: Report
    next: Next


def walk(
    plan: Plan, attempt: Callable[[Call, float], tuple[Report, float]], *, now: float, chance: Callable[[], float]
) -> list[Walked]:
    """Walk the whole ladder of one image. `attempt` gets a call and the time, and gives the report and when it came.

    A report may tell of another deadline: that of a bulk job counts from its first attempt.
    """
    walked: list[Walked] = []
    position: Position | None = Position()
    while position is not None:
        report, now = attempt(plan.at(position).call, now)
        plan = plan if report.deadline_at is None else plan.until(report.deadline_at)
        step = follow(plan, position, report, now=now, chance=chance())
        walked.append(Walked(position, report, step))
        position, now = step.position, now + step.wait_s
    return walked


def _spent(plan: Plan, weighed: Position) -> bool:
    return weighed.attempts >= plan.max_attempts or weighed.unknowns > plan.unknown_retries
