"""Pictures that pay from one account: what is walked together, and what an estimate makes of it."""

import time
from random import Random
from typing import Any, get_args

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from cavendish.advice.expectation import Known, expect, worst_usd
from cavendish.advice.walks import ALONE, Group, Stroll, best_usd, quantile, stroll, strolls
from cavendish.catalog.file import catalog
from cavendish.contract.misfits import misfits
from cavendish.health.permits import MONEY_WAIT_S
from cavendish.ladder.plan import Plan, Rule, Step
from cavendish.ladder.policy import POLICIES
from cavendish.ladder.wait import Wait
from cavendish.money.money import micros
from cavendish.outcome import Outcome
from cavendish.size import TIERS
from cavendish.wishes import QUALITIES, UseCase
from tests.builders import NOW, PRO, a_plan, a_request, a_route, a_step
from tests.unit.test_estimate import NIGHT, an_estimator, estimated
from tests.unit.test_expectation import CHANCES, FAILURES, PRICES, a_ladder, chances_of, knows, near

MILLIONTHS = 1_000_000
#: A call sets 0.15 aside, and its picture costs 0.11.
CALL = chances_of(0.1)
ON = {Outcome.OK: Rule.TAKE, Outcome.OVER_BUDGET: Rule.NEXT_ROUTE}
moderate = settings(max_examples=25, deadline=None)

#: Each preset by its name: a policy, a use case, a quality, or only one model at one size.
PRESETS = st.one_of(
    st.sampled_from(sorted(POLICIES)).map(lambda name: {"policy": name}),
    st.sampled_from(get_args(UseCase)).map(lambda name: {"use_case": name}),
    st.sampled_from(sorted(QUALITIES)).map(lambda name: {"quality": name}),
    st.just({"allow_downgrade": False, "allow_fallback": False}),
)


def together(plan: Plan, known: Known, pictures: int, usd: float) -> list[Stroll]:
    return stroll(plan, known, Group(pictures, micros(usd)), now=NOW, chance=Random(7).random)


def routes(*waits: float, rules: dict[Outcome, Rule]) -> Plan:
    """One step of so many routes of one model, each tried twice after its wait."""
    return a_plan(a_step(*[a_route(wait=Wait(base_s=wait), rules=rules) for wait in waits]))


def knows_all(plan: Plan) -> Known:
    return knows(plan, **{route.call.model: CALL for step in plan.steps for route in step.routes})


def test_of_pictures_that_begin_at_once_only_those_have_room_whose_worst_cases_do() -> None:
    plan = routes(1, rules=ON)
    walked = together(plan, knows_all(plan), pictures=3, usd=0.36)  # 2 x 0.15, but not 0.11 + 0.11 + 0.15

    assert [(one.delivered, one.calls) for one in walked] == [(True, 1), (True, 1), (False, 0)]
    assert [one.usd for one in walked] == pytest.approx([0.11, 0.11, 0])
    assert [one.seconds for one in walked[:2]] == pytest.approx([10, 10])
    assert 10 <= walked[2].seconds <= 10 + MONEY_WAIT_S, "it is known then that nothing is left"


def test_what_a_call_did_not_cost_is_there_for_who_waits_for_it() -> None:
    plan = routes(1, rules=ON)
    least = together(plan, knows_all(plan), pictures=2, usd=0.26)
    less = together(plan, knows_all(plan), pictures=2, usd=0.259999)

    assert [one.delivered for one in least] == [True, True]
    assert 20 <= least[1].seconds <= 20 + MONEY_WAIT_S  # what is set aside is held until the call has ended
    assert [one.delivered for one in less] == [True, False]


def test_a_picture_that_has_no_room_goes_on_to_what_is_cheaper() -> None:
    plan = a_ladder("one", "two", tries=1, rules=ON)
    walked = together(plan, knows(plan, one=CALL, two=chances_of(0.05)), pictures=3, usd=0.3)

    assert [(one.delivered, one.at_asked_size) for one in walked] == [(True, True), (True, True), (True, False)]
    walked = together(plan, knows(plan, one=CALL, two=chances_of(0.05)), pictures=3, usd=0.25)
    assert [(one.delivered, one.at_asked_size) for one in walked] == [(True, True), (True, False), (True, False)]


def test_who_asked_first_is_served_first() -> None:
    plan = routes(1, rules=ON)
    for pictures in (2, 5, 9):
        walked = together(plan, knows_all(plan), pictures=pictures, usd=0.15)
        assert [one.delivered for one in walked] == [True] + [False] * (pictures - 1)


def test_of_two_that_go_on_at_the_same_moment_the_one_that_said_so_first_does() -> None:
    plan = routes(10, rules={**ON, Outcome.OVER_BUDGET: Rule.REPEAT})

    # Two calls end when the third picture asks again, and leave 0.15 of the 0.37.
    assert [one.delivered for one in together(plan, knows_all(plan), pictures=3, usd=0.37)] == [True] * 3


def test_the_best_is_what_the_calls_cost_that_have_room() -> None:
    plan = routes(1, rules=ON)

    assert best_usd(plan, knows_all(plan), Group(9, 440_000)) == pytest.approx(0.3)
    assert best_usd(plan, knows_all(plan), Group(9)) == pytest.approx(0.9)
    never = {asked: chances_of(0.1, overloaded=1.0) for asked in knows_all(plan)}
    assert best_usd(plan, never, Group(9)) == pytest.approx(0.9)


def test_a_job_has_ended_when_its_last_picture_has() -> None:
    walks = [Stroll(seconds, 0, 0, 0, False, False, False) for seconds in (1.0, 40.0, 30.0, 2.0, 3.0, 20.0)]

    assert [quantile(walks, q, 2, Group(2, 1)) for q in (0.1, 0.5, 0.9)] == [20, 30, 40]
    assert quantile(walks, 0.5, 1, ALONE) == 20


@moderate
@given(st.integers(1, 9), st.floats(0.01, 5), st.tuples(CHANCES, CHANCES), st.integers(0, 2**32))
def test_no_group_spends_more_than_it_may(pictures: int, usd: float, of: tuple[Any, Any], seed: int) -> None:
    plan = a_ladder("one", "two", rules=dict.fromkeys(Outcome, Rule.REPEAT) | {Outcome.OK: Rule.TAKE})
    known = knows(plan, one=of[0], two=of[1])
    walked = stroll(plan, known, Group(pictures, micros(usd)), now=NOW, chance=Random(seed).random)

    assert len(walked) == pictures
    assert sum(one.usd for one in walked) <= usd + 1e-4  # each of them is rounded to a millionth
    assert all(one.calls >= one.delivered for one in walked)


@settings(max_examples=10, deadline=None)
@given(st.tuples(CHANCES, CHANCES), st.integers(2, 5))
def test_where_the_money_suffices_it_is_as_if_each_picture_were_alone(of: tuple[Any, Any], pictures: int) -> None:
    plan = a_ladder("one", "two", deadline_at=NOW + 1e6)
    known = knows(plan, one=of[0], two=of[1])
    limit = micros(pictures * worst_usd(plan, known))
    usd = [
        one.usd
        for one in strolls(plan, known, Group(pictures, limit), now=NOW, chance=Random(3).random, n=3000 // pictures)
    ]

    assert sum(usd) / len(usd) == near(expect(plan, known).usd, usd, rare=0.005)


@moderate
@given(st.integers(2, 9), PRICES, FAILURES, st.floats(0.01, 3), st.floats(1, 3))
def test_where_all_calls_cost_the_same_more_money_never_makes_fewer_pictures(
    pictures: int, price: float, failures: dict[str, float], usd: float, more: float
) -> None:
    """Where they do not, it may: a dear call that has room now takes what two cheap ones would have cost."""
    plan = a_plan(Step(size="1K", routes=(a_route(tries=3),)))
    known = {asked: chances_of(price, **failures) for asked in knows_all(plan)}
    made = [
        sum(
            one.delivered
            for one in strolls(plan, known, Group(pictures, micros(limit)), now=NOW, chance=Random(3).random, n=100)
        )
        for limit in (usd, usd * more)
    ]

    assert made[1] >= made[0] - 0.1 * 100 * pictures  # by chance


@pytest.mark.parametrize(
    ("fields", "pictures", "usd"),
    [
        ({"n": 9}, 2, 0.1701),
        ({"n": 3, "allow_downgrade": False, "allow_fallback": False}, 1, 0.1164),
        ({"n": 9, "max_cost_usd": 0.7}, 7, 0.6745),
        ({"n": 9, "max_cost_usd": 0.12}, 2, 0.0915),
        ({"n": 9, "max_cost_usd": 0.15}, 1, 0.1157),
    ],
)
def test_a_limit_leaves_as_many_pictures_as_it_left_of_real_jobs(
    fields: dict[str, Any], pictures: int, usd: float
) -> None:
    """What two or three jobs made and cost on average, on this machine."""
    told = estimated(**{"size": "4K", "max_cost_usd": 0.2, **fields})

    assert told.method == "walks"
    assert told.delivered * told.n == pytest.approx(pictures, abs=0.01)
    assert told.cost.expected_usd == pytest.approx(usd, rel=0.05)


def test_a_picture_costs_what_is_spent_for_each_that_is_made() -> None:
    told = estimated(size="4K", n=9, max_cost_usd=0.2)

    assert told.cost.per_picture_usd == pytest.approx(told.cost.expected_usd / (told.n * told.delivered), abs=1e-5)
    assert told.cost.best_usd == pytest.approx(0.113 + 0.0504)  # one at 4K, one at 1K: 2K has no room any more


def test_a_limit_that_cannot_bind_changes_nothing() -> None:
    free = estimated(size="4K", n=2)
    enough = estimated(size="4K", n=2, max_cost_usd=free.cost.worst_usd)
    short = estimated(size="4K", n=2, max_cost_usd=free.cost.worst_usd - 1e-6)

    assert enough == free
    assert (enough.method, short.method) == ("exact", "walks")
    assert short.cost.worst_usd == pytest.approx(free.cost.worst_usd - 1e-6)


@moderate
@given(PRESETS, st.sampled_from(TIERS), st.integers(1, 9), st.none() | st.floats(0.03, 6), st.sampled_from([30, 3600]))
def test_what_is_told_of_money_fits_together(
    preset: dict[str, Any], size: str, n: int, limit: float | None, deadline_s: int
) -> None:
    fields = {"n": n, "deadline_s": deadline_s, "max_cost_usd": limit, **preset}
    fields |= {} if "use_case" in preset else {"size": size}
    assume(not misfits(a_request(**fields), catalog()))
    told = estimated(now=NIGHT, **fields)
    cost = told.cost

    assert 0 <= cost.possible_duplicate_usd <= cost.expected_usd <= cost.worst_usd
    assert cost.best_usd <= cost.expected_usd
    assert cost.best_usd <= cost.worst_usd <= (limit or cost.worst_usd) + 1e-6  # as it is rounded
    assert 0 <= told.at_asked_size <= told.delivered <= 1
    assert told.calls >= told.delivered * n - 1e-3  # as both are rounded
    assert told.delivered == 0 or cost.expected_usd > 0
    for one in told.savings:
        assert one.saves_usd <= cost.expected_usd
        assert 0 <= one.expected_usd <= (limit or one.expected_usd) + 1e-6


def test_a_saving_of_a_job_with_a_limit_is_what_an_estimate_of_the_changed_request_says() -> None:
    asked: dict[str, Any] = {"size": "4K", "n": 9, "max_cost_usd": 0.7}
    told = estimated(**asked)

    assert {"size": "1K"} in [one.change for one in told.savings]
    for one in told.savings:
        changed = estimated(**{**asked, **one.change})
        assert changed.cost.expected_usd == pytest.approx(one.expected_usd, abs=1e-6)
        assert one.saves_usd == pytest.approx(told.cost.expected_usd - changed.cost.expected_usd, abs=2e-6)
        assert (changed.time.p50_s, one.saves_s) == (one.p50_s, round(told.time.p50_s - one.p50_s, 1))


def test_a_model_that_has_no_room_for_one_call_saves_nothing() -> None:
    told = estimated(size="4K", n=3, max_cost_usd=0.2, allow_downgrade=False, allow_fallback=False)

    assert {"model": PRO} not in [one.change for one in told.savings]


def test_how_fast_a_model_is_does_not_depend_on_what_may_be_spent() -> None:
    poor = an_estimator().seconds(a_request(size="4K", model=PRO, n=9, max_cost_usd=0.01))

    assert poor == an_estimator().seconds(a_request(size="4K", model=PRO))


def test_nine_pictures_are_walked_together_while_a_caller_waits() -> None:
    begun = time.process_time()
    estimated(size="4K", n=9, max_cost_usd=0.2)

    assert time.process_time() - begun < 2  # on a machine that has more to do


def test_where_only_one_picture_has_room_the_job_takes_as_long_as_one() -> None:
    asked: dict[str, Any] = {"size": "4K", "allow_downgrade": False, "allow_fallback": False}
    one, nine = estimated(**asked), estimated(**asked, n=9, max_cost_usd=0.15)

    assert one.time.p50_s <= nine.time.p50_s <= one.time.p50_s + 2 * MONEY_WAIT_S
