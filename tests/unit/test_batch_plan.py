"""What a batch would take in each mode, and by the articles' own arithmetic."""

import json
from typing import Any

import pytest

from cavendish.advice.articles import articles
from cavendish.advice.walks import Stroll
from cavendish.batch.modes import Modes
from cavendish.batch.plan import BatchPlan, ModePlan, Share, lasts_s
from cavendish.batch.request import parse_plan
from cavendish.catalog.file import catalog
from cavendish.errors import RequestInvalid
from cavendish.pipeline.batch.plan import KINDS_MOST, PlanBatch
from cavendish.webhook.receiver import check_text
from tests.builders import PRO
from tests.unit.test_estimate import an_estimator


def planned(at_once: int = 50, **body: Any) -> BatchPlan:
    estimator = an_estimator()
    use_case = PlanBatch(
        estimator=estimator,
        modes=Modes(catalog(), estimator.seconds),
        catalog=catalog(),
        articles=articles(),
        check=check_text,
        at_once=at_once,
    )
    return use_case.plan(parse_plan(json.dumps(body).encode(), check_text))


def mode(told: BatchPlan, name: str) -> ModePlan:
    return next(one for one in told.modes if one.mode == name)


def walks(*seconds: float) -> list[Stroll]:
    return [Stroll(one, 0.0, 0.0, 1, delivered=True, at_asked_size=True, hurried=False) for one in seconds]


@pytest.mark.parametrize(("size", "calls", "usd"), [("4K", 200, (24.0, 48.0)), ("2K", 118, (14.0, 16.52))])
def test_s2_21_a_hundred_pictures_take_two_hundred_calls_at_4k_and_118_at_2k(
    size: str, calls: int, usd: tuple[float, float]
) -> None:
    for defaults in ({"size": size}, {"size": size, "model": "nano-banana-pro"}):
        told = next(one for one in planned(n=100, defaults=defaults).articles if "S2.21" in one.row)

        assert (told.model, told.size, told.calls, told.total_usd) == (PRO, size, calls, usd)


def test_s2_21_holds_for_items_that_are_sent_too() -> None:
    items = [{"id": f"i{n}", "prompt": f"p {n}"} for n in range(10)]
    told = planned(items=items, defaults={"n": 5, "size": "4K"})

    assert (told.items, told.pictures) == (10, 50)
    assert [one.calls for one in told.articles if "S2.21" in one.row] == [100]


def test_a_batch_costs_as_many_times_what_one_picture_does() -> None:
    one, many = (mode(planned(n=n, defaults={"size": "4K"}), "balanced") for n in (1, 1000))

    assert one.cost
    assert many.cost
    assert many.cost.expected_usd == pytest.approx(1000 * one.cost.expected_usd, abs=0.01)
    assert many.calls == pytest.approx(1000 * (one.calls or 0), rel=0.001)
    assert (one.delivered, one.at_asked_size) == (many.delivered, many.at_asked_size)


def test_economy_asks_first_at_half_the_price_and_takes_a_day_at_most() -> None:
    told = planned(n=100, defaults={"size": "2K", "model": PRO, "policy": "once"})
    balanced, economy = mode(told, "balanced"), mode(told, "economy")

    assert balanced.cost
    assert economy.cost
    assert economy.cost.best_usd == pytest.approx(balanced.cost.best_usd / 2, rel=0.01)
    assert economy.cost.expected_usd == pytest.approx(balanced.cost.expected_usd / 2, rel=0.01)
    assert economy.time
    assert (economy.time.p50_s, economy.time.p95_s, economy.time.at_most_s) == (None, None, 86_400)


def test_what_economy_does_not_bring_is_paid_for_as_in_any_mode() -> None:
    told = planned(n=100, defaults={"size": "4K", "model": PRO})
    balanced, economy = mode(told, "balanced"), mode(told, "economy")

    assert balanced.cost
    assert economy.cost
    assert economy.calls == pytest.approx(balanced.calls, rel=0.05)
    assert 0.5 * balanced.cost.expected_usd < economy.cost.expected_usd < balanced.cost.expected_usd


def test_economy_says_why_it_is_not_possible() -> None:
    told = mode(planned(n=2, defaults={"model": "gpt-image-2"}), "economy")
    waiting = mode(planned(n=2, defaults={"lane": "interactive"}), "economy")

    assert (told.possible, told.cost, told.time, told.calls) == (False, None, None, None)
    assert "gpt-image-2 has no batch API on the route openai" in str(told.why_not)
    assert "items of the lane interactive cannot wait" in str(waiting.why_not)


def test_items_without_a_batch_api_are_made_as_in_balanced() -> None:
    told = mode(planned(items=[{"prompt": "p"}, {"prompt": "p", "model": "gpt-image-2"}]), "economy")

    assert told.possible
    assert "gpt-image-2 has no batch API" in str(told.why_not)


def test_fast_is_never_slower_than_balanced() -> None:
    told = planned(n=40, defaults={"size": "1K"})
    fast, balanced = mode(told, "fast"), mode(told, "balanced")

    assert fast.time
    assert balanced.time
    assert fast.models != balanced.models
    assert (fast.time.p50_s or 0) <= (balanced.time.p50_s or 0)


def test_items_that_cannot_become_jobs_are_told_and_not_counted() -> None:
    told = planned(items=[{"prompt": "p"}, {"size": "2K"}, {"prompt": "p", "size": "8K"}])

    assert (told.items, told.unreadable, told.pictures) == (3, 2, 1)
    assert [one.index for one in told.faults] == [1, 2]
    assert "8K" in told.faults[1].detail


def test_a_field_that_only_a_job_by_itself_may_have_is_planned_as_it_would_be_read() -> None:
    told = planned(items=[{"prompt": "p"}, {"prompt": "q", "dedupe_window_s": 60}])

    assert [(one.index, one.detail) for one in told.faults] == [
        (1, "dedupe_window_s: it is for jobs that are submitted one by one; take it out")
    ]


def test_where_no_item_can_become_a_job_no_mode_is_possible() -> None:
    told = planned(n=3, defaults={"prompt": "p", "model": "no-such"})

    assert (told.unreadable, [one.possible for one in told.modes]) == (3, [False] * 3)


def test_no_more_is_spent_than_the_items_may() -> None:
    free, capped = (mode(planned(n=10, defaults=more), "balanced").cost for more in ({}, {"max_cost_usd": 0.2}))

    assert free
    assert capped
    assert capped.worst_usd == pytest.approx(2.0)
    assert free.worst_usd > 2.0


def test_the_best_of_items_with_a_limit_is_what_their_pictures_can_cost_together() -> None:
    """One at 4K and one at 1K: 2K has no room any more."""
    told = mode(planned(n=10, defaults={"size": "4K", "n": 9, "max_cost_usd": 0.2}), "balanced").cost

    assert told
    assert told.best_usd == pytest.approx(10 * (0.113 + 0.0504))


def test_too_many_kinds_of_items_are_refused() -> None:
    items = [{"prompt": "p", "max_cost_usd": 1 + n} for n in range(KINDS_MOST + 1)]

    with pytest.raises(RequestInvalid, match="/items: there are 21 kinds"):
        planned(items=items)


def test_pictures_that_are_all_made_at_once_take_as_long_as_the_slowest() -> None:
    one = walks(10, 20, 30, 40)

    assert lasts_s([Share(1, one)], 0.5, at_once=8) == 30
    assert lasts_s([Share(4, one)], 0.95, at_once=8) == 40
    assert lasts_s([Share(2, walks(10)), Share(2, walks(90))], 0.5, at_once=8) == 90


def test_more_pictures_than_can_be_made_at_once_wait_for_each_other() -> None:
    assert lasts_s([Share(100, walks(10))], 0.5, at_once=10) == 100
    assert lasts_s([Share(50, walks(10)), Share(50, walks(30))], 0.5, at_once=10) == 9 * 20 + 30


def test_twice_as_many_at_once_take_about_half_the_time() -> None:
    few, many = (mode(planned(at_once, n=1000), "balanced").time for at_once in (50, 100))

    assert few
    assert many
    assert (few.p50_s or 0) > 1.5 * (many.p50_s or 0)
