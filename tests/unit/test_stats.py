"""What statistics may be asked for, and how sums become an answer."""

from collections.abc import Iterable, Iterator
from itertools import combinations
from typing import Any, NamedTuple, get_args

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cavendish.attempt import Attempt
from cavendish.errors import QueryInvalid
from cavendish.health.health import COARSE_S, window_at
from cavendish.health.sketch import Sketch
from cavendish.outcome import Outcome
from cavendish.stats.stats import Dimension, Group, parse_query, stats
from cavendish.stats.tally import Kind, Sum, Tally, sums_of
from tests.builders import FLASH, NOW, PRO, TENANT, a_call, a_hold, a_result, an_attempt
from tests.fakes import FakeStatistics

HOUR = window_at(NOW, COARSE_S)
COMBINATIONS = [by for n in range(1, 6) for by in combinations(get_args(Dimension), n)]
TAGGED = [by for by in COMBINATIONS if "tag" in by]

#: There is one test for each combination.
few = settings(deadline=None, max_examples=15)


class Ended(NamedTuple):
    """A job that has ended."""

    attempts: list[Attempt]
    tags: list[str]


def an_ended(route: str, model: str, size: str, hours_ago: int, took_s: int | None) -> Attempt:
    """A call; without a time it brought no picture."""
    result = a_result(Outcome.NO_IMAGE, cost_usd=0.02) if took_s is None else a_result(cost_usd=took_s / 100)
    ended_at = HOUR - hours_ago * COARSE_S + 1_000
    times = {"started_at": ended_at - (took_s or 7), "ended_at": ended_at}
    call = a_call(route=route, model=model, size=size)
    return an_attempt(call=call, hold=a_hold(), result=result, **times)


calls = st.builds(
    an_ended,
    st.sampled_from(["gemini", "vertex"]),
    st.sampled_from([PRO, FLASH]),
    st.sampled_from(["1K", "4K"]),
    st.sampled_from([0, 1]),
    st.sampled_from([None, 5, 30, 90]),
)
tags = st.lists(st.sampled_from(["a", "b", '["a"]']), max_size=4)
jobs = st.lists(st.builds(Ended, st.lists(calls, max_size=12), tags), max_size=6)


def a_sum(*, hour: int = HOUR, model: str = PRO, size: str = "1K", **tally: Any) -> Sum:
    return Sum(hour, "way", ("gemini", model, size), Tally(**{"calls": 1, **tally}))


def a_tag(tag: str, hour: int = HOUR, model: str = PRO) -> Sum:
    return Sum(hour, "tag", (tag, "gemini", model, "1K"), Tally(calls=1))


def asked(query: str, *sums: Sum) -> list[Group]:
    statistics = FakeStatistics()
    statistics.add(TENANT, sums)
    parameters = [(name, value) for name, _, value in (one.partition("=") for one in query.split("&") if one)]
    return list(stats(parse_query(parameters), TENANT, statistics, NOW).groups)


def ended(by: tuple[str, ...], found: Iterable[Ended]) -> list[Group]:
    """What is answered after these jobs have ended."""
    return asked(f"by={','.join(by)}", *(one for job in found for one in sums_of(job.attempts, job.tags)))


def named(group: Group, by: tuple[str, ...]) -> tuple[str | None, ...]:
    return tuple(getattr(group, name) for name in by)


def counted(by: tuple[str, ...], found: Iterable[Ended]) -> Iterator[tuple[tuple[str | None, ...], Attempt]]:
    """Each call with the names of its group, one by one: for each tag of its job, if tags are told apart."""
    for job in found:
        for tag in set(job.tags) or {None} if "tag" in by else {None}:
            for one in job.attempts:
                hour = "2027-01-15T08:00:00Z" if (one.ended_at or 0) >= HOUR else "2027-01-15T07:00:00Z"
                call = one.call
                names = {"model": call.model, "size": call.size, "route": call.route, "tag": tag, "hour": hour}
                yield tuple(names[name] for name in by), one


def refused(query: str, *sums: Sum) -> dict[str, str]:
    with pytest.raises(QueryInvalid) as caught:
        asked(query, *sums)
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


def test_tags_are_counted_apart_and_by_all_else() -> None:
    sums = (a_sum(), a_tag("b"), a_tag("a"), a_tag("b", HOUR - COARSE_S), a_tag("b", model=FLASH))

    assert [(one.tag, one.count, one.model) for one in asked("by=tag", *sums)] == [("a", 1, None), ("b", 3, None)]
    assert [(one.tag, one.model, one.count) for one in asked("by=tag,model", *sums)] == [
        ("a", PRO, 1),
        ("b", PRO, 2),
        ("b", FLASH, 1),
    ]
    assert len(asked("by=hour,tag", *sums)) == 3


def test_there_are_31_ways_to_tell_five_things_apart() -> None:
    assert len(set(COMBINATIONS)) == 31


@pytest.mark.parametrize("by", COMBINATIONS, ids=",".join)
@few
@given(found=jobs)
def test_a_group_has_the_figures_of_its_calls_and_each_call_once(by: tuple[str, ...], found: list[Ended]) -> None:
    expected: dict[tuple[str | None, ...], list[Attempt]] = {}
    for names, one in counted(by, found):
        expected.setdefault(names, []).append(one)

    groups = {named(one, by): one for one in ended(by, found)}

    assert groups.keys() == expected.keys()
    for names, group in groups.items():
        made = [one for one in expected[names] if one.made]
        costs = [one.result.cost_usd for one in expected[names] if one.result]
        times = Sketch.of((one.ended_at or 0) - one.started_at for one in made)
        told = (group.p50_s, group.p95_s, group.p99_s)
        assert (group.count, group.successes) == (len(expected[names]), len(made))
        assert group.success == pytest.approx(len(made) / group.count, abs=1e-4)
        assert group.attempts_per_success == (round(group.count / len(made), 3) if made else None)
        assert group.cost_usd == pytest.approx(sum(costs))
        assert told == tuple(round(times.quantile(q) or 0, 2) if made else None for q in (0.5, 0.95, 0.99))


@pytest.mark.parametrize("by", COMBINATIONS, ids=",".join)
@few
@given(found=jobs)
def test_all_groups_together_are_the_whole(by: tuple[str, ...], found: list[Ended]) -> None:
    tagged = "tag" in by
    whole = [one for job in found for one in job.attempts for _ in range(max(1, len(set(job.tags))) if tagged else 1)]

    groups = ended(by, found)

    assert sum(one.count for one in groups) == len(whole)
    assert sum(one.successes for one in groups) == sum(one.made for one in whole)
    assert sum(one.cost_usd for one in groups) == pytest.approx(sum(one.result.cost_usd for one in whole if one.result))


@pytest.mark.parametrize("by", [by for by in TAGGED if len(by) > 1], ids=",".join)
@few
@given(found=jobs)
def test_the_groups_of_a_tag_are_those_of_its_jobs_alone(by: tuple[str, ...], found: list[Ended]) -> None:
    others = tuple(name for name in by if name != "tag")
    groups = ended(by, found)

    for tag in {None, *(tag for job in found for tag in job.tags)}:
        of_tag = [one.model_copy(update={"tag": None}) for one in groups if one.tag == tag]
        assert of_tag == ended(others, [job for job in found if (tag in job.tags if tag else not job.tags)])


@pytest.mark.parametrize("by", [by for by in TAGGED if "model" in by], ids=",".join)
@few
@given(found=jobs)
def test_the_groups_of_a_model_are_those_of_its_calls_alone(by: tuple[str, ...], found: list[Ended]) -> None:
    of_pro = [Ended([one for one in job.attempts if one.call.model == PRO], job.tags) for job in found]

    assert [one for one in ended(by, found) if one.model == PRO] == ended(by, of_pro)


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


def test_times_are_told_from_the_first_picture_on_and_no_picture_has_no_calls_for_each() -> None:
    (one,) = asked("", a_sum(calls=20, made=1, times=Sketch.of([9])))
    assert one.p50_s == one.p95_s == one.p99_s == pytest.approx(9, rel=0.05)

    (none,) = asked("", a_sum(calls=20))
    assert (none.success, none.attempts_per_success) == (0.0, None)
    assert (none.p50_s, none.p95_s, none.p99_s) == (None, None, None)


def test_of_pictures_whose_times_nobody_knows_none_is_told() -> None:
    (one,) = asked("", a_sum(calls=3, made=3))

    assert (one.successes, one.p50_s, one.p95_s, one.p99_s) == (3, None, None, None)


def test_the_calls_of_jobs_without_tags_are_a_group_whose_tag_is_null() -> None:
    groups = ended(("tag", "model"), [Ended([an_ended("gemini", PRO, "1K", 0, 5)], []), Ended([], ["a"])])

    assert [(one.tag, one.model, one.count) for one in groups] == [(None, PRO, 1)]


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


@pytest.mark.parametrize("by", ["model", "tag", "tag,model"])
def test_too_much_to_read_is_told_and_not_cut(by: str) -> None:
    with pytest.raises(QueryInvalid) as caught:
        stats(parse_query([("by", by)]), TENANT, Endless(), NOW)

    assert [(one.pointer, one.detail) for one in caught.value.faults] == [
        ("/since", "there is too much in this span; ask for a shorter one")
    ]


def test_too_much_to_answer_is_told_and_not_cut() -> None:
    sums = [a_tag(str(n), model=model) for n in range(5_001) for model in (PRO, FLASH)]

    assert set(refused("by=tag,model", *sums)) == {"/since"}
    assert len(asked("by=tag", *sums)) == 5_001


def test_a_size_that_only_a_newer_version_knows_is_told_as_it_is() -> None:
    assert [one.size for one in asked("by=size", a_sum(size="8K"))] == ["8K"]
