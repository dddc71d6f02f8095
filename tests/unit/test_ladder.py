"""Fitting a policy to a request: which models, in which order, at which sizes."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cavendish.catalog.file import catalog
from cavendish.contract.fit import parse
from cavendish.errors import RequestInvalid
from cavendish.ladder.build import build
from cavendish.ladder.lineup import lineup
from cavendish.ladder.plan import Plan, Rule
from cavendish.ladder.policy import POLICIES, PRO
from cavendish.ladder.wait import Wait
from cavendish.outcome import Outcome
from cavendish.size import RATIOS
from cavendish.thinking import LEVELS
from tests.builders import FLASH, NOW, a_request

NANO, LITE, FIRST = "gemini-nano-banana-2.1", "gemini-3.1-flash-lite-image", "gemini-2.5-flash-image"


def models(**fields: Any) -> list[str]:
    return [one.model.id for one in lineup(a_request(**fields), catalog()).choices]


def planned(**fields: Any) -> Plan:
    return build(a_request(**fields), catalog(), deadline_at=NOW + 3600)


def test_without_a_name_the_policys_models_are_tried_in_its_order() -> None:
    assert models() == [NANO, PRO]
    assert models(policy="s1-dual") == [FLASH, PRO]
    assert models(policy="s0-speed") == [PRO]


@pytest.mark.parametrize(
    ("name", "expected"),
    [("nano-banana-pro", [PRO, NANO]), (NANO, [NANO, PRO]), ("nano-banana-2", [FLASH, PRO]), (LITE, [LITE, PRO])],
)
def test_a_named_model_goes_first_and_the_other_family_follows(name: str, expected: list[str]) -> None:
    assert models(model=name, size="1K") == expected


def test_a_named_model_makes_the_list_no_longer_than_the_policys() -> None:
    assert models(model=FLASH, policy="s0-speed") == [FLASH]
    assert len(models(model=FLASH)) == 2


def test_without_fallback_there_is_one_model() -> None:
    assert models(allow_fallback=False) == [NANO]
    assert models(allow_fallback=False, model=PRO) == [PRO]


def test_a_pinned_route_keeps_only_its_own_models() -> None:
    assert models(route="gemini") == [NANO, PRO]
    assert models(route="elsewhere") == []


def test_512_falls_to_the_models_that_can_where_the_policys_cannot() -> None:
    assert models(size="512") == [FLASH]
    assert models(size="512", policy="s0-speed") == []


def test_an_extreme_ratio_falls_to_the_models_that_can() -> None:
    assert models(aspect_ratio="1:8", size="4K") == [FLASH]
    assert models(aspect_ratio="1:8", size="1K") == [LITE, FLASH]


def test_only_models_that_can_think_so_are_asked_to_think() -> None:
    assert models(thinking="high") == [NANO]
    assert models(thinking="high", policy="s1-dual") == [FLASH]
    assert models(thinking="low", policy="s0-speed") == []


def test_without_downgrade_there_is_one_step() -> None:
    assert [step.size for step in planned(size="4K", allow_downgrade=False).steps] == ["4K"]
    assert [step.size for step in planned(size="4K").steps] == ["4K", "2K", "1K"]
    assert [step.size for step in planned(size="1K").steps] == ["1K"]


def test_a_step_leaves_out_models_that_cannot_make_its_size() -> None:
    models = [[route.call.model for route in step.routes] for step in planned(size="2K", model=FLASH).steps]

    assert models == [[FLASH, PRO], [FLASH, PRO]]
    assert [route.call.model for route in planned(size="1K", model=FIRST).steps[0].routes] == [FIRST, PRO]


def test_calls_carry_what_was_asked() -> None:
    calls = [route.call for step in planned(size="5504x3072", thinking="high").steps for route in step.routes]

    assert {(call.aspect_ratio, call.thinking, call.route) for call in calls} == {("16:9", "high", "gemini")}
    assert [call.size for call in calls] == ["4K", "2K", "1K"]


def test_the_callers_word_on_unknown_bills_replaces_the_policys() -> None:
    assert planned().unknown_retries == 1
    assert planned(unknown_retries=0).unknown_retries == 0
    assert planned(unknown_retries=7, policy="s0-speed").unknown_retries == 7


def levels(**fields: Any) -> dict[str, str | None]:
    """What each model of the plan is asked to think."""
    return {call.model: call.thinking for step in planned(**fields).steps for call in [r.call for r in step.routes]}


def test_each_model_is_asked_for_its_own_level_nearest_to_the_wish() -> None:
    assert levels(thinking="low") == {NANO: "minimal"}
    assert levels(thinking="medium") == {NANO: "medium"}
    assert levels(thinking="medium", model=FLASH, policy="s1-dual") == {FLASH: "high"}


def test_a_quality_is_a_wish_that_models_without_levels_ignore() -> None:
    assert levels(quality="premium") == {NANO: "high", PRO: None}
    assert levels(quality="fast", thinking="high") == {NANO: "high"}


def rules(outcome: Outcome, **fields: Any) -> set[Rule]:
    return {route.rules[outcome] for step in planned(**fields).steps for route in step.routes}


def test_what_the_caller_accepts_is_taken_wherever_it_comes() -> None:
    assert rules(Outcome.WRONG_SIZE, accept=["wrong_size"], size="4K") == {Rule.TAKE}
    assert rules(Outcome.WRONG_MODEL, accept=["wrong_size"]) == rules(Outcome.WRONG_MODEL) == {Rule.NEXT_ROUTE}
    assert rules(Outcome.WRONG_SIZE) == {Rule.NEXT_ROUTE}


def test_a_call_carries_what_is_accepted_once() -> None:
    calls = [route.call for route in planned(accept=["wrong_model", "wrong_model"]).steps[0].routes]

    assert [call.accept for call in calls] == [(Outcome.WRONG_MODEL,)] * 2
    assert planned().first.accept == ()


@pytest.mark.parametrize(("on_refusal", "rule"), [("fail", Rule.FAIL), ("fallback", Rule.NEXT_ROUTE)])
def test_refusals_end_the_job_unless_the_caller_wants_another_model_asked(on_refusal: str, rule: Rule) -> None:
    routes = [route for step in planned(on_refusal=on_refusal).steps for route in step.routes]

    assert {route.rules[Outcome.REFUSED_INPUT] for route in routes} == {rule}
    assert {route.rules[Outcome.REFUSED_OUTPUT] for route in routes} == {rule}


def test_the_last_model_of_a_step_repeats_what_others_pass_on() -> None:
    first, last = planned().steps[0].routes

    assert (first.rules[Outcome.THROTTLED], last.rules[Outcome.THROTTLED]) == (Rule.NEXT_ROUTE, Rule.REPEAT)


def test_a_plan_made_twice_is_the_same_and_survives_being_json() -> None:
    assert planned(size="4K") == planned(size="4K") == Plan.model_validate_json(planned(size="4K").model_dump_json())
    assert planned().steps[0].routes[0].wait == Wait(base_s=2, factor=2, floor_s=1, cap_s=30, jitter="full")


CHOICES = st.fixed_dictionaries(
    {"prompt": st.just("p"), "policy": st.sampled_from(list(POLICIES)), "aspect_ratio": st.sampled_from(RATIOS)},
    optional={
        "size": st.sampled_from(["512", "1K", "2K", "4K"]),
        "model": st.sampled_from([model.id for model in catalog().models.values()]),
        "thinking": st.sampled_from(LEVELS),
        "quality": st.sampled_from(["fast", "balanced", "premium"]),
        "use_case": st.sampled_from(["preview", "print_design", "production"]),
        "accept": st.lists(st.sampled_from(["wrong_size", "wrong_model"]), max_size=3),
        "route": st.just("gemini"),
        "n": st.integers(1, 9),
        "allow_fallback": st.booleans(),
    },
)


def begins_as_asked(fields: dict[str, Any]) -> bool:
    """Whether the plan begins with what was asked; true also if the request is refused at the door."""
    try:
        request = parse(json.dumps(fields).encode(), catalog())
    except RequestInvalid:
        return True
    call = build(request, catalog(), deadline_at=NOW).first
    return (call.size, call.model) == (request.asked.tier, lineup(request, catalog()).choices[0].model.id)


@given(CHOICES)
def test_every_request_that_is_accepted_has_a_plan_that_begins_with_what_was_asked(fields: dict[str, Any]) -> None:
    assert begins_as_asked(fields)


@pytest.mark.parametrize("policy", POLICIES)
@pytest.mark.parametrize("model", [None, FLASH])
def test_every_request_at_512_that_is_accepted_has_a_plan(policy: str, model: str | None) -> None:
    named = {"model": model} if model else {}

    assert begins_as_asked({"prompt": "p", "policy": policy, "size": "512", **named})
