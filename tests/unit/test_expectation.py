"""What a plan comes to, against the walks themselves: the mean of many, and the dearest that anybody can think of."""

import math
import time
from random import Random
from statistics import mean, pstdev
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cavendish.advice.articles import articles
from cavendish.advice.chances import Chances, chances
from cavendish.advice.expectation import Asked, Known, expect, worst_usd
from cavendish.advice.walks import best_usd, stroll, strolls
from cavendish.catalog.file import catalog
from cavendish.health.health import Health
from cavendish.ladder.build import build
from cavendish.ladder.plan import Call, Plan, Rule, Step, walk
from cavendish.ladder.policy import POLICIES
from cavendish.ladder.wait import Wait
from cavendish.outcome import TABLE, Billed, Outcome, Report
from tests.builders import NOW, a_call, a_plan, a_report, a_request, a_route, a_step

SEED = 7
PRICES = st.floats(0.01, 0.5)
MODELS = ("one", "two", "three")
#: What a gateway may bill against our table's word.
PICTURES = {Outcome.WRONG_SIZE, Outcome.WRONG_MODEL}
DOUBTFUL = {Outcome.REFUSED_INPUT, Outcome.REFUSED_OUTPUT, Outcome.GARBLED}


def chances_of(list_usd: float, **shares: float) -> Chances:
    """A call whose pictures come in ten seconds; words add a tenth to its price, its worst case a half."""
    rest = {Outcome(name): share for name, share in shares.items()}
    return Chances(
        shares={Outcome.OK: 1 - sum(rest.values()), **rest},
        times=(10.0,),
        limit_s=60,
        failure_s=10,
        list_usd=list_usd,
        made_usd=list_usd * 1.1,
        worst_usd=list_usd * 1.5,
        basis="articles",
        source="a test",
    )


def a_ladder(*models: str, tries: int = 2, rules: dict[Outcome, Rule] | None = None, **fields: object) -> Plan:
    """One step a model, with one route each."""
    made = [a_route(tries=tries, wait=Wait(base_s=3), rules=rules) for _ in models]
    named = [
        one.model_copy(update={"call": one.call.model_copy(update={"model": m})})
        for one, m in zip(made, models, strict=True)
    ]
    return a_plan(*[Step(size="1K", routes=(one,)) for one in named], **fields)


def knows(plan: Plan, **of: Chances) -> Known:
    return {Asked.of(route.call): of[route.call.model] for step in plan.steps for route in step.routes}


RULES = st.fixed_dictionaries(
    {Outcome.OK: st.just(Rule.TAKE)},
    # Only what comes with a picture can be taken.
    optional={
        one: st.sampled_from([rule for rule in Rule if rule is not Rule.TAKE or one in PICTURES])
        for one in Outcome
        if one is not Outcome.OK
    },
)
FAILURES = st.dictionaries(
    st.sampled_from([one.value for one in Outcome if one is not Outcome.OK]), st.floats(0.01, 0.3), max_size=3
)
CHANCES = st.builds(lambda usd, shares: chances_of(usd, **shares), PRICES, FAILURES)
PLANS = st.builds(
    lambda n, tries, rules, most, unknowns, left: a_ladder(
        *MODELS[:n], tries=tries, rules=rules, max_attempts=most, unknown_retries=unknowns, deadline_at=NOW + left
    ),
    st.integers(1, 3),
    st.integers(1, 4),
    RULES,
    st.integers(1, 8),
    st.integers(0, 3),
    st.integers(10, 5000),
)
KNOWN = st.tuples(CHANCES, CHANCES, CHANCES)
moderate = settings(max_examples=60, deadline=None)


def near(expected: float, drawn: list[float], rare: float) -> Any:
    """Six standard errors of the mean, and what walks may add that are too rare to be drawn."""
    return pytest.approx(expected, abs=6 * pstdev(drawn) / math.sqrt(len(drawn)) + rare)


def test_a_call_that_always_succeeds_costs_what_it_costs() -> None:
    plan = a_ladder("one")
    known = knows(plan, one=chances_of(0.1))

    assert expect(plan, known) == pytest.approx((0.11, 1, 1, 1, 0))
    assert best_usd(plan, known) == 0.1


def test_free_failures_cost_time_and_no_money() -> None:
    plan = a_ladder("one")
    average = expect(plan, knows(plan, one=chances_of(0.1, overloaded=0.5)))

    assert average == pytest.approx((0.75 * 0.11, 1.5, 0.75, 0.75, 0))


def test_a_call_that_may_be_billed_is_counted_and_told_apart() -> None:
    plan = a_ladder("one")
    average = expect(plan, knows(plan, one=chances_of(0.1, timed_out=0.5)))

    assert average.possible_duplicate_usd == pytest.approx(0.5 * 0.1 + 0.25 * 0.1)
    assert average.usd == pytest.approx(0.75 * 0.11 + average.possible_duplicate_usd)


def test_what_a_lower_step_makes_is_delivered_and_not_at_the_asked_size() -> None:
    plan = a_ladder("one", "two", tries=1)
    average = expect(plan, knows(plan, one=chances_of(0.1, overloaded=0.5), two=chances_of(0.05, overloaded=0.5)))

    assert (average.delivered, average.at_asked_size) == pytest.approx((0.75, 0.5))


def test_a_call_with_another_limit_has_chances_of_its_own() -> None:
    assert Asked.of(a_call(limit_s=60)) != Asked.of(a_call(limit_s=90))


def test_at_worst_every_attempt_that_is_allowed_is_billed() -> None:
    truncated = {Outcome.OK: Rule.TAKE, Outcome.TRUNCATED: Rule.REPEAT}
    plan = a_ladder("one", "two", tries=3, rules=truncated)
    known = knows(plan, one=chances_of(0.1), two=chances_of(0.2))

    assert worst_usd(plan, known) == pytest.approx(3 * 0.15 + 3 * 0.3)
    assert worst_usd(plan.model_copy(update={"max_attempts": 4}), known) == pytest.approx(3 * 0.15 + 0.3)


def test_at_worst_no_more_unknown_bills_are_counted_than_may_be_repeated() -> None:
    vanishes = {Outcome.OK: Rule.FAIL, Outcome.LOST_WORKER: Rule.REPEAT}
    plan = a_ladder("one", tries=6, rules=vanishes, unknown_retries=2)

    assert worst_usd(plan, knows(plan, one=chances_of(0.1))) == pytest.approx(3 * 0.15)


def test_at_worst_a_gateway_bills_refusals_too() -> None:
    plan = a_ladder("one", rules={Outcome.OK: Rule.TAKE, Outcome.REFUSED_OUTPUT: Rule.REPEAT})

    assert worst_usd(plan, knows(plan, one=chances_of(0.1))) == pytest.approx(2 * 0.15)


def test_at_worst_a_place_with_patience_is_paid_for_once_and_for_what_may_be_billed() -> None:
    rules = {Outcome.OK: Rule.TAKE, Outcome.GARBLED: Rule.REPEAT}
    patient = a_route(tries=40, rules=rules).model_copy(update={"paid_tries": 1})
    plan = a_plan(a_step(patient), max_attempts=70, unknown_retries=1)

    # Two that may be billed, of which the second ends the walk; or one of them and one that surely is.
    assert worst_usd(plan, {Asked.of(a_call()): chances_of(0.1)}) == pytest.approx(2 * 0.15)


def test_at_worst_the_deadline_sends_the_walk_to_what_is_dearer() -> None:
    free = {Outcome.OK: Rule.TAKE, Outcome.OVERLOADED: Rule.REPEAT}
    plan = a_ladder("one", "two", tries=8, rules=free, max_attempts=3)
    known = knows(plan, one=chances_of(0.1), two=chances_of(0.9))

    # A wait that does not fit in before the deadline is a fallback, which comes sooner than by the tries alone.
    assert worst_usd(plan, known) == pytest.approx(0.9 * 1.5)


@moderate
@given(PLANS, KNOWN, st.lists(st.tuples(st.sampled_from(list(Outcome)), st.booleans(), st.floats(0, 400)), min_size=1))
def test_no_walk_whatever_happens_costs_more_than_the_worst(
    plan: Plan, of: tuple[Chances, ...], ends: list[tuple[Outcome, bool, float]]
) -> None:
    known = knows(plan, **dict(zip(MODELS, of, strict=True)))
    spent, made = [0.0], iter(ends * 8)

    def attempt(call: Call, now: float) -> tuple[Report, float]:
        outcome, doubted, seconds = next(made)
        billed = Billed.YES if doubted and outcome in DOUBTFUL else TABLE[outcome].billed
        spent[0] += 0.0 if billed is Billed.NO else known[Asked.of(call)].worst_usd
        return a_report(outcome, billed=billed), now + seconds

    walk(plan, attempt, now=NOW, chance=lambda: 0.5)

    assert spent[0] <= worst_usd(plan, known) + 1e-9


@moderate
@given(PLANS, KNOWN)
def test_the_average_is_never_above_the_worst_and_a_picture_never_below_the_cheapest(
    plan: Plan, of: tuple[Chances, ...]
) -> None:
    known = knows(plan, **dict(zip(MODELS, of, strict=True)))
    average = expect(plan, known)
    cheapest = min(one.list_usd for one in known.values())

    assert 0 <= average.usd <= worst_usd(plan, known) + 1e-9
    assert best_usd(plan, known) <= worst_usd(plan, known) + 1e-9
    assert 0 <= average.at_asked_size <= average.delivered + 1e-9 <= 1 + 2e-9
    assert average.usd >= cheapest * average.delivered - 1e-9


@moderate
@given(PLANS, KNOWN)
def test_where_nothing_is_cheaper_than_the_first_call_the_best_is_the_least_a_picture_costs(
    plan: Plan, of: tuple[Chances, ...]
) -> None:
    dearer = tuple(sorted(of, key=lambda one: one.list_usd))
    known = knows(plan, **dict(zip(MODELS, dearer, strict=True)))
    average = expect(plan, known)

    assert best_usd(plan, known) * average.delivered <= average.usd + 1e-9


@settings(max_examples=12, deadline=None)
@given(PLANS, KNOWN)
def test_the_average_is_the_mean_of_many_walks(plan: Plan, of: tuple[Chances, ...]) -> None:
    far = plan.model_copy(update={"deadline_at": NOW + 1e6})
    known = knows(far, **dict(zip(MODELS, of, strict=True)))
    walks = strolls(far, known, now=NOW, chance=Random(SEED).random, n=4000)
    average = expect(far, known)

    assert mean([one.usd for one in walks]) == near(average.usd, [one.usd for one in walks], rare=0.005)
    assert mean([one.calls for one in walks]) == near(average.calls, [one.calls for one in walks], rare=0.02)
    delivered = [float(one.delivered) for one in walks]
    assert mean(delivered) == near(average.delivered, delivered, rare=0.01)
    assert not any(one.hurried for one in walks)


def test_a_call_for_which_next_to_no_time_is_left_is_not_made() -> None:
    plan = a_ladder("one", deadline_at=NOW + 15)
    (cut,) = stroll(plan, knows(plan, one=chances_of(0.1, overloaded=1.0)), now=NOW, chance=Random(SEED).random)

    # Ten seconds until the failure, three of waiting: two are left, and a call needs five.
    assert (cut.seconds, cut.calls, cut.hurried) == (13, 1, True)


def test_a_walk_that_the_deadline_cuts_short_says_so() -> None:
    plan = a_ladder("one", deadline_at=NOW + 5)
    (cut,) = stroll(plan, knows(plan, one=chances_of(0.1)), now=NOW, chance=Random(SEED).random)

    assert (cut.seconds, cut.delivered, cut.hurried) == (5, False, True)
    assert cut.usd == cut.doubtful_usd == 0.1


@pytest.mark.parametrize("policy", POLICIES)
def test_the_average_of_each_policy_at_4k_is_the_mean_of_its_walks(policy: str) -> None:
    request = a_request(size="4K", policy=policy, unknown_retries=2)
    plan = build(request, catalog(), deadline_at=NOW + 1e6)
    calls = [route.call for step in plan.steps for route in step.routes]
    known = {
        Asked.of(one): chances(one, "p", Health(), catalog=catalog(), articles=articles(), now=NOW) for one in calls
    }
    usd = [one.usd for one in strolls(plan, known, now=NOW, chance=Random(SEED).random, n=4000)]

    assert sum(usd) / len(usd) == pytest.approx(expect(plan, known).usd, rel=0.03)
    assert max(usd) <= worst_usd(plan, known)


def test_the_worst_of_the_longest_plan_that_routing_makes_is_found_at_once() -> None:
    """Seventy attempts in six places, of which one has forty tries: a caller waits for it."""
    steps = [a_step(*[a_route(tries=tries) for tries in (2, 20, 40)]) for _ in range(2)]
    plan = a_plan(*steps, max_attempts=70, unknown_retries=1)
    known = {Asked.of(a_call()): chances_of(0.1, timed_out=0.1, overloaded=0.5)}

    begun = time.process_time()
    worst_usd(plan, known), expect(plan, known)

    assert time.process_time() - begun < 5  # on a machine that has more to do
