"""What statistics may be asked for, and how sums become an answer."""

from typing import Any

import pytest

from cavendish.errors import QueryInvalid
from cavendish.health.health import COARSE_S, ENOUGH, window_at
from cavendish.health.sketch import Sketch
from cavendish.stats.stats import Group, parse_query, stats
from cavendish.stats.tally import Kind, Sum, Tally
from tests.builders import FLASH, NOW, PRO, TENANT
from tests.fakes import FakeStatistics

HOUR = window_at(NOW, COARSE_S)


def a_sum(*, hour: int = HOUR, model: str = PRO, size: str = "1K", **tally: Any) -> Sum:
    return Sum(hour, "way", ("gemini", model, size), Tally(**{"calls": 1, **tally}))


def a_tag(tag: str, hour: int = HOUR) -> Sum:
    return Sum(hour, "tag", (tag,), Tally(calls=1))


def asked(query: str, *sums: Sum) -> list[Group]:
    statistics = FakeStatistics()
    statistics.add(TENANT, sums)
    parameters = [(name, value) for name, _, value in (one.partition("=") for one in query.split("&") if one)]
    return list(stats(parse_query(parameters), TENANT, statistics, NOW).groups)


def refused(query: str) -> dict[str, str]:
    with pytest.raises(QueryInvalid) as caught:
        asked(query)
    return {fault.pointer: fault.detail for fault in caught.value.faults}


def test_sums_are_added_up_by_what_is_asked_for() -> None:
    sums = (a_sum(), a_sum(size="4K", calls=2), a_sum(model=FLASH), a_sum(hour=HOUR - COARSE_S, calls=5))

    assert [(one.model, one.count) for one in asked("", *sums)] == [(PRO, 8), (FLASH, 1)]
    assert [(one.model, one.size, one.count) for one in asked("by=size,model", *sums)] == [
        (PRO, "1K", 6),
        (FLASH, "1K", 1),
        (PRO, "4K", 2),
    ]
    assert [(one.hour, one.count) for one in asked("by=hour", *sums)] == [
        ("2027-01-15T07:00:00Z", 5),
        ("2027-01-15T08:00:00Z", 4),
    ]


def test_tags_are_counted_apart_and_by_hour() -> None:
    sums = (a_sum(), a_tag("b"), a_tag("a"), a_tag("b", HOUR - COARSE_S))

    assert [(one.tag, one.count, one.model) for one in asked("by=tag", *sums)] == [("a", 1, None), ("b", 2, None)]
    assert len(asked("by=hour,tag", *sums)) == 3


def test_a_group_tells_success_times_cost_and_calls_for_each_picture() -> None:
    times = Sketch.of([10] * 6 + [50] * 2)
    (one,) = asked("", a_sum(calls=12, made=8, spent=1_072_000, times=times))

    assert (one.count, one.successes, one.success, one.cost_usd, one.attempts_per_success) == (
        12,
        8,
        0.6667,
        1.072,
        1.5,
    )
    assert one.p50_s == pytest.approx(10, rel=0.05)
    assert one.p95_s == one.p99_s == pytest.approx(50, rel=0.05)


def test_too_few_times_tell_nothing_and_no_picture_has_no_calls_for_each() -> None:
    (one,) = asked("", a_sum(calls=20, made=ENOUGH - 1, times=Sketch.of([9] * (ENOUGH - 1))))
    assert (one.p50_s, one.p95_s, one.p99_s) == (None, None, None)

    (none,) = asked("", a_sum(calls=20))
    assert (none.success, none.attempts_per_success) == (0.0, None)


def test_a_span_is_a_day_if_nothing_else_is_said_and_whole_hours_always() -> None:
    answer = stats(parse_query([]), TENANT, FakeStatistics(), NOW)
    assert (answer.since, answer.until) == ("2027-01-14T08:00:00Z", "2027-01-15T09:00:00Z")

    sums = [a_sum(hour=HOUR - n * COARSE_S) for n in range(48)]
    assert asked("", *sums)[0].count == 25
    assert (
        asked("since=2027-01-15T07:59:59Z&until=2027-01-15T08:00:00%2B00:00".replace("%2B", "+"), *sums)[0].count == 2
    )


def test_every_fault_is_told() -> None:
    faults = refused("by=colour,model&since=yesterday&until=1800000000&limit=5")

    assert set(faults) == {"/by", "/since", "/until", "/limit"}
    assert "write 2026-11-20T12:00:00Z" in faults["/since"] == faults["/until"]


@pytest.mark.parametrize("query", ["by=", "by=model,", "by=model&by=size"])
def test_what_to_tell_apart_is_named(query: str) -> None:
    assert set(refused(query)) == {"/by"}


def test_of_a_tag_no_sums_are_kept_by_model() -> None:
    assert refused("by=tag,hour,model,size")["/by"] == "a tag is counted by hour alone, and not by model, size"


def test_a_moment_without_its_zone_is_none() -> None:
    assert set(refused("since=2027-01-15T07:00:00")) == {"/since"}


def test_a_span_that_ends_before_it_begins_is_refused() -> None:
    assert refused("since=2027-01-15T09:00:00Z&until=2027-01-15T08:00:00Z") == {
        "/until": "the span ends before it begins"
    }


@pytest.mark.parametrize(
    "span", ["since=0001-01-01T00:00:00Z", "until=0001-01-01T00:00:00%2B05:00", "until=9999-12-31T23:59:59-23:00"]
)
def test_the_ends_of_time_are_spans_like_others(span: str) -> None:
    assert asked(span.replace("%2B", "+")) == []


class Endless(FakeStatistics):
    """More than anybody may read."""

    def read(self, tenant: str, kind: Kind, since: float, until: float, most: int) -> list[Sum] | None:
        return None


def test_too_much_to_read_and_too_much_to_answer_is_told_and_not_cut() -> None:
    with pytest.raises(QueryInvalid):
        stats(parse_query([]), TENANT, Endless(), NOW)
    with pytest.raises(QueryInvalid):
        asked("by=tag", *(a_tag(str(n)) for n in range(10_001)))


def test_a_size_that_only_a_newer_version_knows_is_told_as_it_is() -> None:
    assert [one.size for one in asked("by=size", a_sum(size="8K"))] == ["8K"]
