"""What a request will cost: golden figures, and what is told of them."""

import re
from collections.abc import Callable
from random import Random
from typing import Any

import pytest

from cavendish.advice.articles import articles
from cavendish.advice.estimate import Estimate, Rung
from cavendish.catalog.file import catalog
from cavendish.errors import OverBudget
from cavendish.health.doors import ALL_OPEN, Closure, Doors
from cavendish.health.health import Health
from cavendish.health.outlook import AsPlanned, Outlook
from cavendish.health.schedule import Schedule
from cavendish.health.sketch import Sketch
from cavendish.ladder.build import build
from cavendish.ladder.plan import Call
from cavendish.moment import moment
from cavendish.money.budget import Limits
from cavendish.money.price import worst
from cavendish.outcome import Outcome
from cavendish.pipeline.estimate import Estimator, estimate_job
from tests.builders import NOW, PRO, TENANT, a_request, a_sample
from tests.fake_accounts import FakeAccounts
from tests.fakes import FakeMeasurements

NANO = "gemini-nano-banana-2.1"
#: A Friday at 8 h UTC: 16 h in Beijing, when Pro succeeds at 4K in 70 % (S2.07).
FRIDAY = NOW
#: Eight hours later it is past midnight there, and 30 %.
NIGHT = NOW + 8 * 3600


def nothing(_: Call) -> Health:
    return Health()


def no_failure(error: Exception) -> None:
    raise error


def an_estimator(**fields: Any) -> Estimator:
    return Estimator(
        **{
            "catalog": catalog(),
            "articles": articles(),
            "doors": ALL_OPEN,
            "routing": AsPlanned(),
            "schedule": Schedule(catalog(), fields.pop("measurements", None), no_failure),
            "recent": nothing,
            "chance": lambda: Random(3).random,
            "now": FRIDAY,
            **fields,
        }
    )


def estimated(recent: Callable[[Call], Health] = nothing, now: float = FRIDAY, **fields: Any) -> Estimate:
    more = {name: fields.pop(name) for name in ("doors", "routing", "measurements") if name in fields}
    return an_estimator(recent=recent, now=now, **more).estimate(a_request(**fields))


def rung(told: Estimate, model: str, size: str) -> Rung:
    return next(one for one in told.ladder if (one.model, one.size) == (model, size))


def measured(times: float, **outcomes: int) -> Callable[[Call], Health]:
    health = Health(outcomes={Outcome(name): n for name, n in outcomes.items()}, times=Sketch.of([times] * 20))
    return lambda _: health


def test_the_best_is_the_list_price_of_the_first_call() -> None:
    assert estimated(size="4K").cost.best_usd == 0.113
    assert estimated(size="2K", model=PRO).cost.best_usd == 0.134


def test_the_best_is_never_above_the_average() -> None:
    """Of Pro's pictures at 4K half are never made where each is asked for once."""
    cost = estimated(size="4K", model=PRO, policy="once").cost

    assert cost.best_usd == cost.expected_usd < 0.24


def test_where_the_limit_has_no_room_for_the_asked_size_none_is_at_the_asked_size() -> None:
    told = estimated(size="4K", max_cost_usd=0.05)

    assert ({one.size for one in told.ladder}, told.at_asked_size) == ({"1K"}, 0)
    assert told.delivered > 0.5


def test_one_call_by_the_picture_costs_its_price_whenever_it_is_made() -> None:
    """85 % of 0.09, for failures are told and free at 2K (S2.13)."""
    told = estimated(size="2K", route="apiyi", model=PRO, policy="once")

    assert told.cost.expected_usd == pytest.approx(0.85 * 0.09)
    assert (told.cost.per_picture_usd, told.cost.worst_usd, told.delivered) == (0.09, 0.09, 0.85)
    assert told.method == "exact"


def test_what_a_model_thinks_and_says_is_in_the_average_where_it_is_paid_for() -> None:
    told = estimated(size="1K", model=PRO, policy="once")
    # 20 characters in, 281 tokens thought and 170 said, at 2 and 12 USD per million (model-apis 4.2, field 2.6).
    made = 0.134 + (20 / 4 * 2 + (281 + 170) * 12) / 1e6

    assert told.cost.per_picture_usd == pytest.approx(made, abs=1e-6)


def test_the_worst_is_what_the_attempts_will_set_aside() -> None:
    request = a_request(size="1K", model=PRO, policy="s0-speed")
    plan = build(request, catalog(), deadline_at=NOW + 3600)
    price = catalog().model(PRO).price

    assert estimated(size="1K", model=PRO, policy="s0-speed").cost.worst_usd == pytest.approx(
        plan.steps[0].routes[0].tries * worst(price, "1K", request.prompt) / 1e6
    )


def test_s2s_policy_at_4k_by_the_articles_own_odds() -> None:
    """By night 30 % of the calls succeed: 1 - .7^3 at 4K, all but nothing below."""
    told = estimated(size="4K", policy="s2-reliability", now=NIGHT)

    assert told.at_asked_size == pytest.approx(1 - 0.7**3)
    assert rung(told, PRO, "4K").success == 0.3
    assert rung(told, PRO, "4K").source.startswith("S2.07: ")
    assert rung(told, PRO, "2K").source.startswith("S2.13: ")


def test_pictures_multiply_money_and_calls_and_take_longer_together() -> None:
    one, nine = estimated(size="2K"), estimated(size="2K", n=9)

    assert nine.cost.expected_usd == pytest.approx(9 * one.cost.expected_usd, abs=1e-5)
    assert nine.cost.worst_usd == pytest.approx(9 * one.cost.worst_usd, abs=1e-5)
    assert nine.calls == pytest.approx(9 * one.calls, abs=1e-2)
    assert nine.time.p50_s > one.time.p50_s


def test_what_was_measured_takes_the_place_of_what_articles_say() -> None:
    told = estimated(measured(5.0, ok=90, overloaded=10), size="2K", model=PRO, policy="once")

    assert rung(told, PRO, "2K").basis == "measured"
    assert rung(told, PRO, "2K").source == "100 calls of this deployment"
    # 90 of 100, and four more as S2.13 has it.
    assert told.delivered == pytest.approx((90 + 4 * 0.85) / 104, abs=1e-6)
    assert told.time.p50_s == pytest.approx(5, rel=0.06)


def test_a_failure_that_is_billed_costs_what_was_measured_of_it() -> None:
    told = estimated(measured(5.0, ok=50, wrong_size=50), size="2K", model=PRO, route="apiyi", policy="once")

    assert told.cost.expected_usd == pytest.approx(0.09 * (50 + 50 + 4 * 0.85) / 104, abs=1e-6)


def test_too_few_calls_are_no_measurement() -> None:
    told = estimated(lambda _: Health(outcomes={Outcome.OK: 3}), size="2K", model=PRO)

    assert rung(told, PRO, "2K").basis == "articles"


def test_thinking_takes_longer_until_it_is_measured() -> None:
    asked: dict[str, Any] = {"size": "2K", "model": NANO, "policy": "once"}
    low, high = (rung(estimated(**asked, thinking=level), NANO, "2K") for level in ("low", "high"))

    assert high.typical_s - low.typical_s == pytest.approx(20)
    assert rung(estimated(measured(5, ok=20), **asked, thinking="high"), NANO, "2K").typical_s == pytest.approx(
        5, rel=0.06
    )


def test_the_time_of_a_first_call_is_the_articles_own() -> None:
    told = estimated(size="4K", model=PRO, route="apiyi", policy="once")

    assert rung(told, PRO, "4K").typical_s == pytest.approx(60, rel=0.11)
    assert told.time.p95_s == pytest.approx(180, rel=0.01)  # 15 % never answer, and are waited for


def test_a_picture_that_would_come_after_the_limit_is_a_call_that_times_out() -> None:
    """S1.15 gives Pro 90 s at 4K, by when 95 % of its pictures have come (S0.02)."""
    told = rung(estimated(size="4K", model=PRO, policy="s1-dual", thinking=None), PRO, "4K")
    patient = rung(estimated(size="4K", model=PRO, policy="s2-reliability"), PRO, "4K")

    assert (told.limit_s, patient.limit_s) == (90, 660)
    assert told.success == pytest.approx(0.95 * patient.success, abs=0.03)
    assert told.success < patient.success


def test_a_job_is_never_said_to_cost_more_than_it_may() -> None:
    told = estimated(size="4K", n=9, max_cost_usd=0.5)

    assert told.cost.worst_usd == 0.5
    assert told.cost.best_usd <= 0.5
    assert told.cost.expected_usd <= 0.5


def test_a_deadline_that_cuts_walks_short_makes_the_average_that_of_the_walks() -> None:
    hurried, calm = estimated(size="4K", deadline_s=30), estimated(size="4K")

    assert (hurried.method, calm.method) == ("walks", "exact")
    assert hurried.time.p95_s <= 30
    assert hurried.delivered < 0.9 < calm.delivered


def test_the_same_question_has_the_same_answer() -> None:
    assert estimated(size="4K", n=2) == estimated(size="4K", n=2)


def test_the_ladder_is_the_one_that_routing_makes_of_it() -> None:
    windows = FakeMeasurements()
    for n in range(20):
        for model, took_s in ((NANO, 300.0), (PRO, 3.0)):
            windows.record(a_sample(model=model, size="2K", at=FRIDAY - n, took_s=took_s))
    routing = Outlook(windows, catalog(), lambda: 0.999, failed=lambda error: None)

    told = estimated(size="2K", routing=routing)
    plan = build(a_request(size="2K"), catalog(), deadline_at=FRIDAY + 3600)
    routed = routing.route(plan, FRIDAY, named=False)

    assert (
        [one.model for one in told.ladder][:2] == [PRO, NANO] != [one.model for one in estimated(size="2K").ladder][:2]
    )
    assert [(one.model, one.tries, one.limit_s) for one in told.ladder] == [
        (route.call.model, route.tries, route.call.limit_s) for step in routed.steps for route in step.routes
    ]


def test_who_is_left_out_is_told_with_the_reason() -> None:
    closed = Doors(closures=(Closure(route="gemini", model=NANO, until=NOW + 9, reason="its quota is used up"),))
    told = estimated(size="2K", doors=closed, route="gemini")

    assert [(one.model, one.reason) for one in told.skipped if one.size == "2K"] == [(NANO, "its quota is used up")]
    assert told.ladder[0].model == PRO


def test_the_ladder_is_told_in_words() -> None:
    assert estimated(size="4K", model=PRO, policy="s2-reliability").ladder[0].words == (
        f"{PRO} on the route gemini at 4K, up to 3 times, 660 s each at most; a picture costs USD 0.24"
    )


def test_a_smaller_size_saves_what_the_articles_say_beside_what_it_really_saves() -> None:
    told = estimated(size="4K", policy="s0-speed", route="apiyi", now=NIGHT, model=PRO)
    (half,) = [one for one in told.savings if one.change == {"size": "2K"}]

    assert [claim[:5] for claim in half.articles] == ["S0.06", "S2.17"]
    assert half.saves_cost_share > 0.3
    assert half.saves_time_share > 0.42


def test_what_the_articles_say_of_pro_is_not_said_of_another_model() -> None:
    assert all(one.articles == () for one in estimated(size="4K").savings)


def test_what_costs_less_and_takes_as_long_says_so() -> None:
    (small,) = [one for one in estimated(size="2K").savings if one.change == {"size": "1K"}]

    assert re.fullmatch(r"1K: USD 0\.\d+ less \(\d+%\), as fast", small.words)


def test_what_saves_nothing_is_not_told() -> None:
    told = estimated(size="1K", model="gemini-3.1-flash-lite-image", policy="cavendish", allow_fallback=False)

    assert [one.change for one in told.savings] == []


def test_nobody_is_sent_to_a_model_that_is_about_to_be_shut_down() -> None:
    named = {one.change["model"] for one in estimated(size="2K").savings if "model" in one.change}
    sizes = {one.change["size"] for one in estimated(size="4K").savings if "size" in one.change}

    assert "gemini-3.1-flash-image" not in named
    assert sizes == {"2K", "1K"}


def test_a_saving_is_what_an_estimate_of_the_changed_request_says() -> None:
    told = estimated(size="4K", model=PRO)
    for one in told.savings:
        fields: dict[str, Any] = {"size": "4K", "model": PRO, **one.change}
        changed = estimated(**fields)

        assert changed.cost.expected_usd == pytest.approx(one.expected_usd, abs=1e-6)
        assert one.saves_usd == pytest.approx(told.cost.expected_usd - changed.cost.expected_usd, abs=2e-6)
        assert changed.time.p50_s == one.p50_s


@pytest.mark.parametrize("limits", [Limits(per_day=1000), Limits(per_month=1000)])
def test_what_a_submit_could_not_pay_is_refused_alike(limits: Limits) -> None:
    accounts = FakeAccounts()
    accounts.limit(TENANT, limits)

    with pytest.raises(OverBudget):
        estimate_job(a_request(), tenant=TENANT, budgets=accounts, catalog=catalog(), now=NOW, estimator=an_estimator())


def test_what_may_wait_is_told_of_the_hour_at_which_it_would_start() -> None:
    """Pro at 4K, asked past midnight in Beijing, 30 %, waits for 8 h UTC, when it is 70 % again (S2.07)."""
    asked = {"size": "4K", "model": PRO, "lane": "bulk", "now": NIGHT}
    at_once, later = estimated(**asked), estimated(**asked, schedule="off_peak")
    assert (at_once.starts_at, later.starts_at) == (None, moment(FRIDAY + 86_400))
    assert (rung(at_once, PRO, "4K").success, rung(later, PRO, "4K").success) == (0.3, 0.7)
    assert later.time.p50_s < at_once.time.p50_s


def test_at_the_best_hour_it_starts_now() -> None:
    asked = {"size": "4K", "model": PRO, "lane": "bulk"}
    later = estimated(**asked, schedule="off_peak")
    assert later.starts_at == moment(FRIDAY)
    assert later.cost == estimated(**asked).cost


def test_an_hour_to_come_is_told_as_it_was_measured_at_that_hour() -> None:
    """Whatever was measured in the last hour."""
    usually = FakeMeasurements()
    for _ in range(40):
        usually.record(a_sample(model=PRO, size="4K", at=FRIDAY - 3600, outcome=Outcome.OK, took_s=20))
        usually.record(a_sample(model=PRO, size="4K", at=NIGHT - 1800, outcome=Outcome.OVERLOADED, took_s=2))
    asked = {"size": "4K", "model": PRO, "lane": "bulk", "now": NIGHT, "schedule": "off_peak"}
    later = estimated(measured(200, ok=20), measurements=usually, **asked)
    assert later.starts_at == moment(FRIDAY - 3600 + 86_400)
    assert rung(later, PRO, "4K").typical_s == pytest.approx(20, rel=0.05)
    assert rung(later, PRO, "4K").basis == "measured"
