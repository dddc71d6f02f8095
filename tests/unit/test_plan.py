"""The ladder: what follows an attempt, and how long before it."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cavendish.ladder.history import events
from cavendish.ladder.plan import Next, Plan, Position, Rule, follow
from cavendish.ladder.wait import Wait
from cavendish.outcome import Billed, Outcome, report
from tests.builders import NOW, RULES, a_plan, a_report, a_route, a_step

BOTTOM = Position(step=1, route=1, try_=1)


def ruled(rule: Rule, **fields: object) -> Plan:
    """Two steps of two routes of two tries, where every failure means this."""
    rules = {Outcome.OK: Rule.TAKE, Outcome.OVERLOADED: rule, Outcome.TIMED_OUT: rule}
    return a_plan(*[a_step(*[a_route(rules=rules)] * 2)] * 2, **fields)


def after(plan: Plan, position: Position, outcome: Outcome = Outcome.OVERLOADED, now: float = NOW) -> Next:
    return follow(plan, position, a_report(outcome), now=now, chance=0.5)


def place(step: Next) -> tuple[int, int, int] | None:
    return step.position[:3] if step.position else None


def test_a_picture_ends_the_walk_wherever_it_is_made() -> None:
    assert after(a_plan(), Position(), Outcome.OK) == Next(Rule.TAKE, None)
    assert after(a_plan(max_attempts=1, unknown_retries=0), BOTTOM, Outcome.OK, now=NOW + 9999).rule is Rule.TAKE


@pytest.mark.parametrize(
    ("rule", "position", "expected"),
    [
        (Rule.REPEAT, Position(0, 0, 0), (0, 0, 1)),
        (Rule.REPEAT, Position(0, 0, 1), (0, 1, 0)),
        (Rule.REPEAT, Position(0, 1, 1), (1, 0, 0)),
        (Rule.REPEAT, Position(1, 1, 1), None),
        (Rule.NEXT_ROUTE, Position(0, 0, 0), (0, 1, 0)),
        (Rule.NEXT_ROUTE, Position(0, 1, 0), (1, 0, 0)),
        (Rule.NEXT_ROUTE, Position(1, 1, 0), None),
        (Rule.LOWER, Position(0, 0, 0), (1, 0, 0)),
        (Rule.LOWER, Position(1, 0, 0), None),
        (Rule.FAIL, Position(0, 0, 0), None),
    ],
)
def test_a_rule_that_is_not_possible_any_more_becomes_the_next_one(
    rule: Rule, position: Position, expected: tuple[int, int, int] | None
) -> None:
    assert place(after(ruled(rule), position)) == expected


@pytest.mark.parametrize(
    ("outcome", "tries", "goes_on"),
    [
        (Outcome.THROTTLED, 3, True),
        (Outcome.THROTTLED, 4, False),
        (Outcome.OVERLOADED, 0, True),
        (Outcome.OVERLOADED, 1, False),
    ],
)
def test_a_model_may_be_asked_more_often_while_it_throttles(outcome: Outcome, tries: int, goes_on: bool) -> None:
    rules = {Outcome.THROTTLED: Rule.REPEAT, Outcome.OVERLOADED: Rule.REPEAT}
    patient = a_route(rules=rules).model_copy(update={"throttled_tries": 5})
    step = after(a_plan(a_step(patient, patient)), Position(try_=tries), outcome)

    assert place(step) == ((0, 0, tries + 1) if goes_on else (0, 1, 0))


@pytest.mark.parametrize(
    ("outcome", "billed", "goes_on"),
    [
        (Outcome.GARBLED, Billed.YES, False),
        (Outcome.GARBLED, Billed.UNKNOWN, True),
        (Outcome.OVERLOADED, Billed.NO, True),
        (Outcome.THROTTLED, Billed.YES, True),
    ],
)
def test_a_model_may_be_asked_less_often_that_is_paid_for_no_picture(
    outcome: Outcome, billed: Billed, goes_on: bool
) -> None:
    rules = dict.fromkeys((Outcome.THROTTLED, Outcome.OVERLOADED, Outcome.GARBLED), Rule.REPEAT)
    patient = a_route(tries=9, rules=rules).model_copy(update={"paid_tries": 1})
    plan = a_plan(a_step(patient, patient), unknown_retries=1)
    step = follow(plan, Position(), report(outcome, billed=billed), now=NOW, chance=0)

    assert place(step) == ((0, 0, 1) if goes_on else (0, 1, 0))


def test_the_rule_that_was_followed_is_told_not_the_one_that_was_wished() -> None:
    assert after(ruled(Rule.REPEAT), Position(0, 0, 1)).rule is Rule.NEXT_ROUTE
    assert after(ruled(Rule.NEXT_ROUTE), Position(0, 1, 0)).rule is Rule.LOWER
    assert after(ruled(Rule.LOWER), BOTTOM).rule is Rule.FAIL


def test_an_outcome_without_a_rule_fails() -> None:
    assert Outcome.GARBLED not in RULES
    assert after(a_plan(), Position(), Outcome.GARBLED) == Next(Rule.FAIL, None)


def test_the_last_attempt_that_is_allowed_is_the_last() -> None:
    plan = ruled(Rule.REPEAT, max_attempts=3)

    assert after(plan, Position(attempts=1)).position is not None
    assert after(plan, Position(attempts=2)) == Next(Rule.FAIL, None)


@pytest.mark.parametrize(("allowed", "unknowns", "goes_on"), [(0, 0, False), (1, 0, True), (1, 1, False), (3, 2, True)])
def test_unknown_bills_are_counted_over_all_models(allowed: int, unknowns: int, goes_on: bool) -> None:
    step = after(ruled(Rule.REPEAT, unknown_retries=allowed), Position(1, 0, 0, 4, unknowns), Outcome.TIMED_OUT)

    assert (step.position is not None) is goes_on


def test_an_end_whose_bill_is_known_does_not_count_as_unknown() -> None:
    plan = ruled(Rule.REPEAT, unknown_retries=0)
    known = follow(plan, Position(), a_report(Outcome.TIMED_OUT, billed=Billed.NO), now=NOW, chance=0)

    assert known.position == Position(try_=1, attempts=1, unknowns=0)


def test_what_was_counted_travels_down_the_ladder() -> None:
    step = after(ruled(Rule.NEXT_ROUTE), Position(0, 1, 0, 3, 1), Outcome.TIMED_OUT)

    assert step.position == Position(1, 0, 0, 4, 2)


def test_nothing_follows_at_the_deadline() -> None:
    plan = ruled(Rule.NEXT_ROUTE, deadline_at=NOW)

    assert after(plan, Position(), now=NOW - 0.1).position is not None
    assert after(plan, Position(), now=NOW) == Next(Rule.FAIL, None)


def test_a_repeat_of_the_last_route_that_would_begin_at_the_deadline_is_not_waited_for() -> None:
    rules = {Outcome.OVERLOADED: Rule.REPEAT}
    plan = a_plan(a_step(a_route(wait=Wait(base_s=10), rules=rules)), deadline_at=NOW + 10)

    assert after(plan, Position(), now=NOW - 0.1).wait_s == 10
    assert after(plan, Position(), now=NOW) == Next(Rule.FAIL, None)


def test_a_repeat_for_which_there_is_no_time_becomes_the_next_rule() -> None:
    asked = a_report(Outcome.OVERLOADED, retry_after_s=7200)
    step = follow(ruled(Rule.REPEAT, deadline_at=NOW + 3600), Position(), asked, now=NOW, chance=0)

    assert (step.rule, place(step)) == (Rule.NEXT_ROUTE, (0, 1, 0))


def test_only_a_repeat_waits() -> None:
    asked = a_report(Outcome.OVERLOADED, retry_after_s=30)

    assert follow(ruled(Rule.REPEAT), Position(), asked, now=NOW, chance=0).wait_s == 30
    assert follow(ruled(Rule.NEXT_ROUTE), Position(), asked, now=NOW, chance=0).wait_s == 0


@pytest.mark.parametrize(
    ("wait", "waits"),
    [
        (Wait(base_s=5), [5, 5, 5]),
        (Wait(base_s=60, factor=2), [60, 120, 240]),
        (Wait(base_s=1, factor=2, floor_s=5, cap_s=30), [5, 5, 5, 8, 16, 30, 30]),
        (Wait(base_s=0), [0, 0]),
        (Wait(base_s=1.2), [2]),
    ],
)
def test_waits_grow_by_their_factor_between_floor_and_cap(wait: Wait, waits: list[int]) -> None:
    assert [wait.seconds(n, 0.3, None) for n in range(len(waits))] == waits


@pytest.mark.parametrize(("chance", "seconds"), [(0.0, 2), (0.5, 6), (0.999, 10)])
def test_full_jitter_is_anywhere_between_the_floor_and_the_backoff(chance: float, seconds: int) -> None:
    assert Wait(base_s=10, floor_s=2, jitter="full").seconds(0, chance, None) == seconds


@pytest.mark.parametrize(("asked_s", "seconds"), [(None, 10), (3.0, 10), (10.1, 11), (4000.0, 4000)])
def test_what_the_model_asked_for_counts_if_it_is_longer(asked_s: float | None, seconds: int) -> None:
    assert Wait(base_s=10, cap_s=20).seconds(0, 0.5, asked_s) == seconds


@pytest.mark.parametrize(("asked_s", "seconds"), [(None, 3), (2, 3), (5, 5), (30, 8)])
def test_a_wait_heeds_what_the_model_asks_for_as_far_as_the_plan_says(asked_s: float | None, seconds: int) -> None:
    assert Wait(base_s=3, heeds_s=8).seconds(0, 0.5, asked_s) == seconds


@given(
    st.builds(
        Wait,
        base_s=st.floats(0, 100),
        factor=st.floats(1, 4),
        floor_s=st.floats(0, 10),
        cap_s=st.floats(10, 900),
        jitter=st.sampled_from(["none", "full"]),
    ),
    st.integers(0, 20),
    st.floats(0, 1, exclude_max=True),
)
def test_every_wait_is_whole_seconds_between_floor_and_cap(wait: Wait, try_: int, chance: float) -> None:
    seconds = wait.seconds(try_, chance, None)

    assert isinstance(seconds, int)
    assert wait.floor_s <= seconds <= math.ceil(wait.cap_s)


def test_the_longest_history_is_counted_for_all_images() -> None:
    assert events(a_plan(max_attempts=10), images=1) == 10 * 30 + 10 + 10
    assert events(a_plan(max_attempts=10), images=9) == 9 * (10 * 30 + 10) + 10
