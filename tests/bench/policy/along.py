"""A job that walks the product's ladder, by the product's own code."""

from collections.abc import Callable
from typing import Final

from cavendish.attempt import AttemptKey
from cavendish.ladder.plan import Call, Plan, Position, Rule, follow
from cavendish.ladder.time_left import in_time, limit
from cavendish.outcome import Outcome, Report, report
from tests.bench.policy.constants import kind
from tests.bench.policy.run import Ask, Walk

#: A worker has 15 minutes.
_WORKER_S: Final = 900.0
_EXPIRED: Final = report(Outcome.EXPIRED)

#: What an attempt comes to without a call; None: the call is made.
Gate = Callable[[Plan, Position, float], Report | None]


def along(plan: Plan, now: float, chance: Callable[[], float], gate: Gate | None = None) -> Walk:
    """Walk the plan, whose deadline counts from now, as the workflow and its workers do."""
    position: Position | None = Position()
    begun, now = now, 0.0
    rule = Rule.FAIL
    while position is not None:
        said = _late(plan, position, now) or (gate(plan, position, begun + now) if gate else None)
        if said is None:
            answer = yield _ask(plan, plan.at(position).call, now)
            assert answer is not None, "a call has an answer"
            said, now = answer.report, answer.at - begun
        rule, position, wait_s = follow(plan, position, said, now=now, chance=chance())
        if wait_s:
            now += wait_s
            yield begun + now
    return rule is Rule.TAKE


def _late(plan: Plan, position: Position, now: float) -> Report | None:
    key = AttemptKey("", 0, position.step, position.route, position.try_)
    return None if in_time(key, deadline_at=plan.deadline_at, now=now) else _EXPIRED


def _ask(plan: Plan, call: Call, now: float) -> Ask:
    limit_s = limit(call, deadline_at=plan.deadline_at, worker_until=now + _WORKER_S, now=now)
    return Ask(kind(call.model), call.size, limit_s)
