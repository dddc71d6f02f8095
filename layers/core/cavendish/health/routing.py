"""Fits a plan to how the models do now: in which order they are tried, how often, and how long each call may take.

Each decision has a sentence, beside its code. What was decided is a value of its own, so that it can be told.
"""

from collections.abc import Mapping, Sequence
from typing import Final, NamedTuple

from cavendish.health.breaker import PROBES
from cavendish.health.health import UNANSWERED
from cavendish.health.odds import Odds, Way
from cavendish.ladder.plan import Call, Plan, PlannedRoute, Rule, Step
from cavendish.ladder.time_left import MAX_LIMIT_S
from cavendish.ladder.wait import Wait
from cavendish.outcome import Outcome

#: Another model goes before the policy's first if it takes less than this share of its time: a tie is the policy's.
_FASTER: Final = 0.9
#: A model whose times nobody knows is worth a look if it would be the fastest at this share of what is believed.
_WORTH_A_LOOK: Final = 0.6
#: One job in so many begins with such a model, until enough is known.
_SCOUTS: Final = 6
#: A call may take so many times the 95th percentile, that hardly one is cut that would have brought a picture; and not
#: less than the policy gives it: what is cut is not measured, and a model that got slower would be cut for ever.
_LIMIT: Final = 3.0
#: Where calls hang it is fewer: each of those takes all that it may.
_LIMIT_HANGING: Final = 1.5
#: What fewer calls than this share meet is a hiccup: the same model is asked once more, and soon.
_HICCUP: Final = 1 / 3
_HICCUPS: Final = (Outcome.THROTTLED, Outcome.NO_IMAGE, Outcome.WRONG_SIZE)
_SOON: Final = Wait(base_s=1, factor=2, cap_s=30, jitter="full", heeds_s=1)
#: A model is tried twice; where the next one takes so many times as long, once more.
_TRIES: Final = 2
_MUCH_SLOWER: Final = 1.5
#: The last place of a step outlives most outages: so many tries, with waits that double up to two minutes. Below it
#: are smaller sizes; the last place of all has nothing below it, and tries on.
_PATIENCE: Final = 20
_PATIENCE_AT_LAST: Final = 40
_PATIENTLY: Final = Wait(base_s=2, factor=2, floor_s=1, cap_s=120, jitter="full")
#: As many as fit into the history of nine pictures (history.py).
_MAX_ATTEMPTS: Final = 70
#: What the places of this module decide; all other rules are as the plan has them.
_DECIDED: Final = (*_HICCUPS, *UNANSWERED)
_GO_ON: Final = (Rule.REPEAT, Rule.NEXT_ROUTE)


class Place(NamedTuple):
    """A place on a step: which of the step's models, and on which terms."""

    model: int
    limit_s: int
    #: After what the same model is asked again; after other failures of that kind the next place comes.
    again: tuple[Outcome, ...]
    tries: int
    patient: bool = False
    #: Whether it is a probe: the call is made although the model is out.
    anyway: bool = False


Places = tuple[Place, ...]


class _Runner(NamedTuple):
    """A model of a step, by its number there, with what it promises."""

    model: int
    odds: Odds
    limit_s: int
    #: Until a picture.
    seconds: float


def way(call: Call) -> Way:
    return Way(call.route, call.model, call.size)


def choose(plan: Plan, known: Mapping[Way, Odds], *, chance: float, named: bool) -> tuple[Places, ...]:
    """Which places the plan's steps have, if it is best walked now. `chance` is in [0, 1), another one for each job.

    `named`: the caller has named a model, so that the order is the caller's.
    """
    last = plan.steps[-1]
    return tuple(places(step, known, chance=chance, at_last=step is last, named=named) for step in plan.steps)


def places(step: Step, known: Mapping[Way, Odds], *, chance: float, at_last: bool, named: bool = False) -> Places:
    """Each model once, in the order of promise; then the best of those that do not hang, with patience."""
    field = [_runner(n, route, known[way(route.call)]) for n, route in enumerate(step.routes)]
    order = field if named else _order(field, chance)
    # What is out comes back, but each call that hangs may be paid for.
    last = min(order, key=lambda one: (one.odds.hangs, one.odds.out))
    after = [*order[1:], last]
    once = [_place(one, then) for one, then in zip(order, after, strict=True)]
    once[0] = once[0]._replace(anyway=order[0].odds.out and chance < 1 / PROBES)
    patience = _PATIENCE_AT_LAST if at_last else _PATIENCE
    return (*once, Place(last.model, last.limit_s, (Outcome.THROTTLED, *UNANSWERED), patience, patient=True))


def settle(plan: Plan, chosen: Sequence[Places]) -> Plan:
    """The plan with these places on its steps."""
    steps = zip(plan.steps, chosen, strict=True)
    arranged = tuple(_step(step, one) for step, one in steps)
    return plan.model_copy(update={"steps": arranged, "max_attempts": _MAX_ATTEMPTS})


def _runner(n: int, route: PlannedRoute, odds: Odds) -> _Runner:
    limit_s = time_limit(route.call.limit_s, odds)
    return _Runner(n, odds, limit_s, odds.seconds(limit_s))


def time_limit(planned_s: int, odds: Odds) -> int:
    """How long a call may take, in seconds, that the policy would give so many."""
    if not odds.known:
        return planned_s
    wanted = odds.p95_s * _LIMIT_HANGING if odds.hangs else max(planned_s, odds.p95_s * _LIMIT)
    return int(min(MAX_LIMIT_S, wanted))


def _order(field: Sequence[_Runner], chance: float) -> list[_Runner]:
    """The fastest first. An open circuit goes last, unless all are open, or this job is to see whether it still is."""
    if all(one.odds.out for one in field):
        return list(field)
    if chance < 1 / PROBES and field[0].odds.out:
        return [field[0], *sorted(field[1:], key=lambda one: (one.odds.out, _rank(one)))]
    ranked = sorted(field, key=lambda one: (one.odds.out, _rank(one)))
    scout = _scout(field, ranked[0]) if chance < 1 / _SCOUTS else None
    return [scout, *(one for one in ranked if one is not scout)] if scout else ranked


def _rank(one: _Runner) -> float:
    """The policy's first stays first until it is measured: what is believed of it is no reason to leave it."""
    if one.model == 0:
        return one.seconds * _FASTER if one.odds.known else 0.0
    return one.seconds


def _scout(field: Sequence[_Runner], best: _Runner) -> _Runner | None:
    """The model that was not measured lately and might be the fastest."""
    unknown = [one for one in field if not one.odds.known and not one.odds.out and one is not best]
    hopeful = [one for one in unknown if one.seconds * _WORTH_A_LOOK < best.seconds]
    return min(hopeful, key=lambda one: one.seconds, default=None)


def _place(one: _Runner, then: _Runner) -> Place:
    much_slower = then.seconds > one.seconds * _MUCH_SLOWER
    return Place(one.model, one.limit_s, _again(one, then), _TRIES + much_slower)


def _again(one: _Runner, then: _Runner) -> tuple[Outcome, ...]:
    """A hiccup is repeated; so is a call without an answer where the next model hangs: that could be the second
    unknown bill, which ends the job. A model that hangs itself is never asked twice."""
    if one.odds.hangs:
        return ()
    hiccups = _HICCUPS if one.odds.throttled < _HICCUP else ()
    return (*hiccups, *UNANSWERED) if then.odds.hangs else hiccups


def _step(step: Step, chosen: Places) -> Step:
    return step.model_copy(update={"routes": tuple(_route(step.routes[one.model], one) for one in chosen)})


def _route(route: PlannedRoute, place: Place) -> PlannedRoute:
    decided = {one: Rule.REPEAT if one in place.again else Rule.NEXT_ROUTE for one in _DECIDED}
    allowed = {one: rule for one, rule in decided.items() if route.rules.get(one) in _GO_ON}
    changed = {
        "call": route.call.model_copy(update={"limit_s": place.limit_s}),
        "tries": place.tries,
        "throttled_tries": None,
        # What is paid for without a picture is not repeated with patience.
        "paid_tries": 1 if place.patient else None,
        "wait": _PATIENTLY if place.patient else _SOON,
        "rules": {**route.rules, **allowed},
        "anyway": place.anyway,
    }
    return route.model_copy(update=changed)
