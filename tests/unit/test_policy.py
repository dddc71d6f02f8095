"""Each policy written out to the number: the articles' own schedules, and ours."""

from typing import Any

import pytest

from cavendish.catalog.file import catalog
from cavendish.ladder.build import build
from cavendish.ladder.plan import Call, Plan, Rule, Walked, walk
from cavendish.ladder.policy import POLICIES, PRO
from cavendish.outcome import Outcome, Report
from cavendish.request import JobRequest
from tests.builders import FLASH, NOW, a_report, a_request

OVERLOADED, TIMED_OUT, THROTTLED, OK = Outcome.OVERLOADED, Outcome.TIMED_OUT, Outcome.THROTTLED, Outcome.OK
NANO = "gemini-nano-banana-2.1"


def planned(request: JobRequest) -> Plan:
    return build(request, catalog(), deadline_at=NOW + 86_400)


def walked(policy: str, size: str, *ends: Outcome, **fields: Any) -> list[Walked]:
    """A walk whose attempts end so, the last end over and over, each call taking as long as it may."""
    left = list(ends)

    def attempt(call: Call, now: float) -> tuple[Report, float]:
        end = left.pop(0) if len(left) > 1 else left[0]
        return a_report(end), now + call.limit_s

    return walk(planned(a_request(policy=policy, size=size, **fields)), attempt, now=NOW, chance=lambda: 1.0)


def shown(policy: str, size: str, *ends: Outcome, **fields: Any) -> list[tuple[str, str, int, int]]:
    """Model, size, limit and the wait after it, for each attempt."""
    plan = planned(a_request(policy=policy, size=size, **fields))
    calls = [(plan.at(one.position).call, one.next.wait_s) for one in walked(policy, size, *ends, **fields)]
    return [(call.model, call.size, call.limit_s, wait_s) for call, wait_s in calls]


def test_s2_goes_down_after_three_failures_at_4k_and_two_at_2k() -> None:
    assert shown("s2-reliability", "4K", *[OVERLOADED] * 5, OK) == [
        (PRO, "4K", 660, 60),
        (PRO, "4K", 660, 120),
        (PRO, "4K", 660, 0),
        (PRO, "2K", 180, 30),
        (PRO, "2K", 180, 0),
        (PRO, "1K", 60, 0),
    ]


def test_s2_takes_2685_seconds_at_worst() -> None:
    walk = walked("s2-reliability", "4K", TIMED_OUT)
    plan = planned(a_request(policy="s2-reliability", size="4K"))

    assert sum(plan.at(one.position).call.limit_s + one.next.wait_s for one in walk) == 2685
    assert len(walk) == 7


def test_s2_also_goes_down_from_2k_and_never_below_1k() -> None:
    assert [size for _, size, _, _ in shown("s2-reliability", "2K", OVERLOADED)] == ["2K", "2K", "1K", "1K"]
    assert shown("s2-reliability", "1K", OVERLOADED) == [(PRO, "1K", 60, 15), (PRO, "1K", 60, 0)]


def test_s2_stays_at_4k_if_the_caller_forbids_to_go_down() -> None:
    assert len(shown("s2-reliability", "4K", OVERLOADED, allow_downgrade=False)) == 3


@pytest.mark.parametrize(
    ("size", "limit_s", "waits"), [("1K", 45, [5, 5, 0]), ("2K", 90, [10, 10, 0]), ("4K", 180, [15, 15, 15, 0])]
)
def test_s0_speed_repeats_two_two_and_three_times(size: str, limit_s: int, waits: list[int]) -> None:
    assert shown("s0-speed", size, TIMED_OUT) == [(PRO, size, limit_s, wait_s) for wait_s in waits]


@pytest.mark.parametrize("size", ["1K", "2K", "4K"])
def test_s0_tenacity_tries_three_times_with_the_least_wait_between(size: str) -> None:
    assert shown("s0-tenacity", size, OVERLOADED) == [(PRO, size, 90, 5), (PRO, size, 90, 5), (PRO, size, 90, 0)]


@pytest.mark.parametrize("end", [THROTTLED, Outcome.QUOTA_DAY, Outcome.QUOTA_ZERO, TIMED_OUT])
def test_s1_goes_to_the_other_model_at_once_when_throttled_or_timed_out(end: Outcome) -> None:
    assert shown("s1-dual", "2K", end, OK) == [(FLASH, "2K", 90, 0), (PRO, "2K", 90, 0)]


def test_s1_waits_two_seconds_after_any_other_failure_and_tries_again() -> None:
    assert shown("s1-dual", "1K", OVERLOADED) == [
        (FLASH, "1K", 90, 2),
        (FLASH, "1K", 90, 0),
        (PRO, "1K", 90, 2),
        (PRO, "1K", 90, 0),
    ]


@pytest.mark.parametrize("policy", ["s0-speed", "s0-tenacity", "s1-dual", "s2-reliability"])
def test_the_articles_schedules_know_no_chance_and_repeat_time_outs_like_any_failure(policy: str) -> None:
    plan = planned(a_request(policy=policy, size="4K"))

    assert {route.wait.jitter for step in plan.steps for route in step.routes} == {"none"}
    assert plan.unknown_retries >= plan.max_attempts


def test_cavendish_has_both_families_at_every_step() -> None:
    plan = planned(a_request(size="4K"))

    assert [(step.size, [route.call.model for route in step.routes]) for step in plan.steps] == [
        ("4K", [NANO, PRO]),
        ("2K", [NANO, PRO]),
        ("1K", [NANO, PRO]),
    ]


def test_cavendish_limits_each_call_by_family_and_size() -> None:
    limits = [[route.call.limit_s for route in step.routes] for step in planned(a_request(size="4K")).steps]

    assert limits == [[120, 180], [80, 100], [80, 50]]


FALLS_BACK = "throttled quota_day model_gone timed_out connection_lost no_image wrong_size wrong_model"


@pytest.mark.parametrize("outcome", FALLS_BACK.split())
def test_cavendish_falls_back_at_once_where_the_same_model_would_hardly_help(outcome: str) -> None:
    first, second = walked("cavendish", "2K", Outcome(outcome), OK)

    assert (first.next.rule, first.next.wait_s) == (Rule.NEXT_ROUTE, 0)
    assert second.position[:3] == (0, 1, 0)


@pytest.mark.parametrize("outcome", [THROTTLED, TIMED_OUT, Outcome.CONNECTION_LOST])
def test_cavendish_repeats_on_the_last_model_where_there_is_none_to_go_to(outcome: Outcome) -> None:
    walk = walked("cavendish", "2K", outcome, outcome, OK, unknown_retries=10)

    assert [one.position[:3] for one in walk] == [(0, 0, 0), (0, 1, 0), (0, 1, 1)]


def test_cavendish_tries_a_model_that_is_alone_four_times() -> None:
    alone = shown("cavendish", "1K", OVERLOADED, allow_fallback=False)

    assert [(model, size) for model, size, _, _ in alone] == [(NANO, "1K")] * 4


def test_cavendish_waits_between_one_and_two_to_the_try_seconds() -> None:
    waits = [step.next.wait_s for step in walked("cavendish", "1K", OVERLOADED, allow_fallback=False)]

    assert waits == [2, 4, 8, 0]


def test_cavendish_makes_at_most_one_more_call_after_an_unknown_bill() -> None:
    assert len(walked("cavendish", "4K", TIMED_OUT)) == 2
    assert len(walked("cavendish", "4K", TIMED_OUT, unknown_retries=0)) == 1


def test_cavendish_makes_twelve_attempts_at_most() -> None:
    assert len(walked("cavendish", "4K", OVERLOADED)) == 12


@pytest.mark.parametrize("end", [one for one in Outcome if one is not OK])
def test_once_makes_one_call_whatever_comes_of_it(end: Outcome) -> None:
    (only,) = walked("once", "4K", end, unknown_retries=10, on_refusal="fallback")

    assert only.next.position is None


def test_once_can_be_asked_of_every_model_at_all_that_it_makes() -> None:
    for model in catalog().models.values():
        for size in model.sizes:
            plan = planned(a_request(policy="once", model=model.id, size=size))
            (step,) = plan.steps
            assert [(route.call.model, route.tries) for route in step.routes] == [(model.id, 1)]
            assert plan.max_attempts == 1


@pytest.mark.parametrize("name", POLICIES)
def test_every_policy_names_its_source_and_models_of_the_catalogue(name: str) -> None:
    policy = POLICIES[name]

    assert policy.name == name
    assert policy.source
    assert all(catalog().model(model).id == model for model in policy.models)
