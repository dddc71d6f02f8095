"""Routing by how the models do: each decision of routing.py has its sentence here."""

from typing import Any

import pytest

from cavendish.catalog.file import catalog
from cavendish.health.odds import Odds, Way
from cavendish.health.routing import choose, settle, way
from cavendish.ladder.build import build
from cavendish.ladder.history import MAX_EVENTS, events
from cavendish.ladder.plan import Plan, PlannedRoute, Rule
from cavendish.outcome import Billed, Outcome, report
from cavendish.size import Tier
from tests.builders import NOW, PRO, a_request

NANO = "gemini-nano-banana-2.1"
USUAL = Odds(ok=0.95, unknown=0.0, throttled=0.03, mean_s=40, p95_s=60, failure_s=10, known=True, out=False)
SLOW = USUAL._replace(mean_s=70, p95_s=100)
HANGS = SLOW._replace(ok=0.5, unknown=0.3)
DOWN = USUAL._replace(out=True)
NEW = SLOW._replace(known=False)
#: No scout and no probe.
QUIET = 0.99


def planned(size: Tier = "4K", **fields: Any) -> Plan:
    return build(a_request(size=size, **fields), catalog(), deadline_at=NOW + 3600)


def arranged(
    nano: Odds = USUAL, pro: Odds = SLOW, *, chance: float = QUIET, named: bool = False, **fields: Any
) -> Plan:
    plan = planned(**fields)
    known = {way(one.call): nano if one.call.model == NANO else pro for step in plan.steps for one in step.routes}
    return settle(plan, choose(plan, known, chance=chance, named=named))


def first_step(*odds: Odds, **fields: Any) -> tuple[PlannedRoute, ...]:
    return arranged(*odds, **fields).steps[0].routes


def models(*odds: Odds, **fields: Any) -> list[str]:
    return [route.call.model for route in first_step(*odds, **fields)]


def test_a_way_is_a_model_on_a_route_at_a_size() -> None:
    assert way(planned().first) == Way("gemini", NANO, "4K")


def test_the_fastest_model_goes_first_and_comes_once_more_at_the_end() -> None:
    assert models(USUAL, SLOW) == [NANO, PRO, NANO]
    assert models(SLOW, USUAL) == [PRO, NANO, PRO]


def test_a_tie_is_the_policys() -> None:
    assert models(USUAL._replace(mean_s=42), USUAL) == [NANO, PRO, NANO]


def test_failures_make_a_model_slower_as_they_must_be_repeated() -> None:
    assert models(USUAL._replace(ok=0.2), SLOW)[0] == PRO


def test_the_policys_first_stays_first_until_it_is_measured() -> None:
    assert models(NEW._replace(mean_s=99), USUAL) == [NANO, PRO, NANO]
    assert models(NEW._replace(out=True), USUAL)[0] == PRO


def test_a_model_that_the_caller_names_goes_first_however_it_does() -> None:
    assert models(DOWN, USUAL, named=True)[:2] == [NANO, PRO]
    assert models(SLOW, USUAL, named=True, chance=0.0)[:2] == [NANO, PRO]


def test_an_open_circuit_goes_last() -> None:
    assert models(DOWN, SLOW) == [PRO, NANO, PRO]


def test_where_all_circuits_are_open_the_policys_order_stands() -> None:
    assert models(DOWN._replace(mean_s=99), DOWN) == [NANO, PRO, NANO]


def test_one_job_in_sixteen_probes_an_open_circuit() -> None:
    assert models(DOWN, SLOW, chance=0.06)[0] == NANO
    assert models(DOWN, SLOW, chance=0.07)[0] == PRO


@pytest.mark.parametrize(("nano", "chance", "probes"), [(DOWN, 0.06, True), (DOWN, 0.07, False), (USUAL, 0.06, False)])
def test_a_model_that_the_caller_named_goes_first_and_is_a_probe_as_seldom(
    nano: Odds, chance: float, probes: bool
) -> None:
    first, *later = first_step(nano, SLOW, chance=chance, named=True)

    assert (first.call.model, first.anyway) == (NANO, probes)
    assert not any(one.anyway for one in later)


def test_patience_is_for_who_answers_and_never_for_who_hangs() -> None:
    """What is out comes back, but each call that hangs may be paid for."""
    assert models(DOWN, SLOW, chance=0.0) == [NANO, PRO, PRO]
    assert models(DOWN, HANGS) == [PRO, NANO, NANO]


def test_one_job_in_six_begins_with_a_model_that_nobody_has_measured_and_that_may_be_faster() -> None:
    assert models(USUAL._replace(mean_s=60), NEW, chance=0.16)[0] == PRO
    assert models(USUAL._replace(mean_s=60), NEW, chance=0.17)[0] == NANO


@pytest.mark.parametrize("pro", [SLOW, NEW._replace(mean_s=99), NEW._replace(out=True)])
def test_no_job_is_spent_on_a_model_that_is_known_or_too_slow_or_out(pro: Odds) -> None:
    assert models(USUAL, pro, chance=0.0)[0] == NANO


def test_a_model_that_hangs_has_one_place_for_its_second_unknown_bill_would_be_the_end() -> None:
    assert models(SLOW, HANGS) == [NANO, PRO, NANO]
    assert models(USUAL._replace(mean_s=400), HANGS) == [PRO, NANO, NANO]


def test_a_call_may_take_three_times_the_95th_percentile() -> None:
    assert first_step(USUAL, SLOW)[0].call.limit_s == 180


def test_a_call_that_may_hang_may_take_half_as_much_again_as_the_95th_percentile() -> None:
    assert first_step(USUAL, HANGS)[1].call.limit_s == 150


def test_no_limit_is_below_the_policys_where_nothing_hangs_nor_above_what_a_worker_has() -> None:
    assert first_step(USUAL._replace(p95_s=5))[0].call.limit_s == 120
    assert first_step(USUAL._replace(p95_s=400))[0].call.limit_s == 660


def test_where_nothing_is_measured_the_policys_limits_stand() -> None:
    assert [route.call.limit_s for route in first_step(NEW, NEW)] == [120, 180, 120]


@pytest.mark.parametrize("outcome", [Outcome.THROTTLED, Outcome.WRONG_SIZE, Outcome.NO_IMAGE])
def test_a_hiccup_is_tried_again_on_the_same_model(outcome: Outcome) -> None:
    assert first_step(USUAL)[0].rules[outcome] is Rule.REPEAT


def test_after_a_hiccup_the_wait_is_short_whatever_the_model_asks_for() -> None:
    assert first_step(USUAL)[0].wait.seconds(0, 0.99, asked_s=30) == 1


def test_a_model_that_throttles_every_third_call_is_left_and_at_the_end_waited_for_as_it_asks() -> None:
    routes = first_step(USUAL._replace(throttled=0.4))

    assert [route.rules[Outcome.THROTTLED] for route in routes] == [Rule.NEXT_ROUTE, Rule.REPEAT, Rule.REPEAT]
    assert routes[-1].wait.seconds(0, 0.99, asked_s=30) == 30


def test_a_call_without_an_answer_is_not_followed_by_a_model_that_hangs() -> None:
    assert first_step(USUAL, HANGS)[0].rules[Outcome.TIMED_OUT] is Rule.REPEAT
    assert first_step(USUAL, SLOW)[0].rules[Outcome.TIMED_OUT] is Rule.NEXT_ROUTE
    assert first_step(USUAL, HANGS)[1].rules[Outcome.TIMED_OUT] is Rule.NEXT_ROUTE


def test_a_model_gets_a_third_try_where_the_next_one_is_much_slower() -> None:
    assert first_step(USUAL, SLOW)[0].tries == 3
    assert first_step(USUAL, USUAL)[0].tries == 2


def test_the_last_place_is_patient_and_the_last_of_all_the_most() -> None:
    assert [step.routes[-1].tries for step in arranged().steps] == [20, 20, 40]


def test_what_is_paid_for_without_a_picture_is_not_repeated_with_patience() -> None:
    *before, last = first_step()
    paid = report(Outcome.GARBLED, billed=Billed.YES)

    assert (last.rules[Outcome.GARBLED], last.tries_after(paid), last.tries_after(report(Outcome.OVERLOADED))) == (
        Rule.REPEAT,
        1,
        20,
    )
    assert [one.paid_tries for one in before] == [None, None]


def test_a_model_without_another_is_tried_and_then_tried_with_patience() -> None:
    assert models(USUAL, allow_fallback=False) == [NANO, NANO]


def test_what_the_caller_decided_stays_as_it_is() -> None:
    accepted = first_step(accept=["wrong_size"])
    strict, lenient = first_step(), first_step(on_refusal="fallback")

    assert {route.rules[Outcome.WRONG_SIZE] for route in accepted} == {Rule.TAKE}
    assert {route.rules[Outcome.REFUSED_OUTPUT] for route in strict} == {Rule.FAIL}
    assert {route.rules[Outcome.REFUSED_OUTPUT] for route in lenient} == {Rule.NEXT_ROUTE}


def test_sizes_deadline_and_unknown_retries_stay_as_planned() -> None:
    before, after = planned(), arranged()

    assert [step.size for step in after.steps] == [step.size for step in before.steps]
    assert (after.deadline_at, after.unknown_retries) == (before.deadline_at, before.unknown_retries)


def test_nine_pictures_fit_into_the_history_of_an_execution() -> None:
    assert events(arranged(), 9) <= MAX_EVENTS
