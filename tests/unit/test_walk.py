"""Laws of every walk, whatever the plan and whatever the models do."""

from collections.abc import Iterator
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cavendish.ladder.plan import Call, Plan, Rule, Walked, walk
from cavendish.ladder.wait import Wait
from cavendish.outcome import Billed, Outcome, Report
from tests.builders import NOW, a_plan, a_report, a_route, a_step

WAITS = st.builds(Wait, base_s=st.floats(0, 100), factor=st.floats(1, 3), jitter=st.sampled_from(["none", "full"]))
RULES = st.dictionaries(st.sampled_from(list(Outcome)), st.sampled_from(list(Rule)), min_size=5)
ROUTES = st.builds(
    lambda tries, wait, rules: a_route(tries=tries, wait=wait, rules=rules), st.integers(1, 4), WAITS, RULES
)
STEPS = st.lists(ROUTES, min_size=1, max_size=3).map(lambda routes: a_step(*routes))
PLANS = st.builds(
    lambda steps, most, unknowns, left: a_plan(
        *steps, max_attempts=most, unknown_retries=unknowns, deadline_at=NOW + left
    ),
    st.lists(STEPS, min_size=1, max_size=3),
    st.integers(1, 30),
    st.integers(0, 5),
    st.integers(10, 5000),
)
moderate = settings(max_examples=60)
ENDS = st.lists(st.tuples(st.sampled_from(list(Outcome)), st.none() | st.floats(0, 100)), min_size=1)


def walked(plan: Plan, ends: list[tuple[Outcome, float | None]], takes_s: float = 5) -> list[Walked]:
    """The walk where the attempts end so, over and over."""

    def reports() -> Iterator[Report]:
        while True:
            yield from (a_report(outcome, retry_after_s=asked) for outcome, asked in ends)

    source = reports()

    def attempt(call: Call, now: float) -> tuple[Report, float]:
        return next(source), now + takes_s

    return walk(plan, attempt, now=NOW, chance=lambda: 0.5)


@moderate
@given(PLANS, ENDS)
def test_every_walk_ends_and_makes_no_more_attempts_than_allowed(plan: Plan, ends: list[tuple[Outcome, float]]) -> None:
    walk = walked(plan, ends)

    assert 1 <= len(walk) <= plan.max_attempts
    assert walk[-1].next.rule in (Rule.TAKE, Rule.FAIL)


@moderate
@given(PLANS, ENDS)
def test_unknown_bills_are_at_most_one_more_than_may_be_repeated(plan: Plan, ends: list[tuple[Outcome, float]]) -> None:
    unknowns = sum(one.report.billed is Billed.UNKNOWN for one in walked(plan, ends))

    assert unknowns <= plan.unknown_retries + 1


@moderate
@given(PLANS, ENDS)
def test_a_walk_never_goes_back_up_nor_stands_twice_in_one_place(plan: Plan, ends: list[tuple[Outcome, float]]) -> None:
    places = [one.position[:3] for one in walked(plan, ends)]

    assert places == sorted(set(places))
    assert places[0] == (0, 0, 0)


@moderate
@given(PLANS, ENDS)
def test_a_walk_counts_its_own_attempts_and_unknown_bills(plan: Plan, ends: list[tuple[Outcome, float]]) -> None:
    walk = walked(plan, ends)

    assert [one.position.attempts for one in walk] == list(range(len(walk)))
    for one, after in pairwise(walk):
        assert after.position.unknowns - one.position.unknowns == (one.report.billed is Billed.UNKNOWN)


@moderate
@given(PLANS, ENDS)
def test_a_route_is_tried_no_more_often_than_its_tries(plan: Plan, ends: list[tuple[Outcome, float]]) -> None:
    for one in walked(plan, ends):
        assert one.position.try_ < plan.at(one.position).tries


@moderate
@given(PLANS, ENDS)
def test_no_attempt_but_the_first_begins_at_or_after_the_deadline(
    plan: Plan, ends: list[tuple[Outcome, float]]
) -> None:
    began, now = [], NOW
    for one in walked(plan, ends, takes_s=40):
        began.append(now)
        now += 40 + one.next.wait_s

    assert all(moment < plan.deadline_at for moment in began)


@pytest.mark.parametrize(("told", "attempts"), [((NOW + 8,), 2), ((NOW + 30, None), 6), ((None,), 20)])
def test_the_deadline_of_which_a_report_tells_holds_from_then_on(told: tuple[float | None, ...], attempts: int) -> None:
    """Each attempt takes five seconds; what comes after the last report that tells of a deadline tells of none."""
    plan = a_plan(a_step(a_route(tries=20, wait=Wait(base_s=0))), deadline_at=NOW + 10**6)
    reports = iter([*told, *[None] * 20])

    def attempt(call: Call, now: float) -> tuple[Report, float]:
        said = a_report(Outcome.OVERLOADED).model_copy(update={"deadline_at": next(reports)})
        return said, now + 5

    assert len(walk(plan, attempt, now=NOW, chance=lambda: 0.5)) == attempts


@moderate
@given(PLANS, ENDS)
def test_a_picture_is_always_the_end_if_the_plan_takes_it(plan: Plan, ends: list[tuple[Outcome, float]]) -> None:
    for one in walked(plan, ends)[:-1]:
        assert plan.at(one.position).rules.get(one.report.outcome) not in (Rule.TAKE, Rule.FAIL, None)
