"""What is counted of a call, how counts are added up, and what becomes of counts that are none."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cavendish.attempt import Attempt
from cavendish.catalog.file import catalog
from cavendish.health.health import (
    COARSE_S,
    ENOUGH,
    FINE_S,
    FINE_SPAN_S,
    KEPT_S,
    STREAK,
    TELLING,
    Health,
    Sample,
    Window,
    expected,
    window_at,
    window_length,
)
from cavendish.health.sketch import LAST_BUCKET, LONGEST_S, Sketch
from cavendish.outcome import Outcome
from tests.builders import NOW, PRO, a_call, a_result, a_sample, an_attempt, an_ended_attempt

MADE = [one for one in Outcome if one not in {"lost_worker", "undeliverable", "expired", "cancelled", "over_budget"}]
samples = st.builds(a_sample, outcome=st.sampled_from(MADE), at=st.floats(0, 4e9), took_s=st.floats(0, LONGEST_S))


def called(outcome: Outcome = Outcome.OK, **fields: Any) -> Attempt:
    """An attempt whose call was made, and ended ten seconds after it began."""
    return an_ended_attempt(outcome, result=a_result(outcome, timings={"upstream": 9.0}), **fields)


def health(*times: float) -> Health:
    return Health.of([Window.of(a_sample(took_s=one), FINE_S) for one in times])


@pytest.mark.parametrize("outcome", MADE)
def test_a_call_that_was_made_is_a_sample(outcome: Outcome) -> None:
    call = a_call(size="4K")

    assert Sample.of(called(outcome, call=call)) == Sample(
        route="gemini", model=PRO, size="4K", at=NOW + 10, outcome=outcome, took_s=10
    )


@pytest.mark.parametrize("outcome", [*sorted(set(Outcome) - set(MADE)), Outcome.BAD_KEY])
def test_what_made_no_call_is_none(outcome: Outcome) -> None:
    assert Sample.of(an_ended_attempt(outcome)) is None


def test_an_attempt_that_has_not_ended_is_none() -> None:
    assert Sample.of(an_attempt()) is None


@pytest.mark.parametrize("took_s", [-0.001, -86_400, LONGEST_S + 1, 1e12, float("nan"), float("inf")])
def test_a_time_that_cannot_be_is_none(took_s: float) -> None:
    assert Sample.of(called(ended_at=NOW + took_s)) is None


def test_a_clock_before_all_time_is_none() -> None:
    assert Sample.of(called(started_at=-5.0, ended_at=3.0)) is None


@pytest.mark.parametrize("length_s", KEPT_S)
def test_a_window_holds_the_moment_and_begins_where_all_of_its_length_begin(length_s: int) -> None:
    window = Window.of(a_sample(at=NOW + 12.5), length_s)

    assert window.begins_at <= NOW + 12.5 < window.begins_at + length_s
    assert window.begins_at % length_s == 0
    assert window.expires_at == window.begins_at + length_s + KEPT_S[length_s]
    assert window.begins_at == window_at(NOW + 12.5, length_s)


def test_only_the_times_of_pictures_that_were_asked_for_are_kept() -> None:
    windows = [Window.of(a_sample(outcome=one, took_s=5), FINE_S) for one in MADE]
    whole = Health.of(windows)

    assert whole.calls == len(MADE)
    assert whole.outcomes == dict.fromkeys(MADE, 1)
    assert whole.times == Sketch.of([5])


def test_the_times_of_failures_are_those_of_calls_that_said_that_they_failed() -> None:
    untold = {Outcome.OK, Outcome.TIMED_OUT, Outcome.CONNECTION_LOST}
    failed = [one for one in MADE if one in TELLING - untold]
    whole = Health.of(Window.of(a_sample(outcome=one, took_s=5), FINE_S) for one in MADE)

    assert whole.failures == Sketch.of([5] * len(failed))


@given(samples, st.sampled_from(sorted(KEPT_S)))
def test_a_window_is_read_as_it_was_written(sample: Sample, length_s: int) -> None:
    window = Window.of(sample, length_s)

    assert Window.read(window.begins_at, length_s, {**window.counters, STREAK: window.streak}) == window


@given(st.lists(samples, max_size=20), st.randoms(use_true_random=False))
def test_the_health_of_a_span_is_the_same_in_any_order(calls: list[Sample], chance: Any) -> None:
    windows = [Window.of(sample, FINE_S) for sample in calls]
    shuffled = chance.sample(windows, len(windows))

    assert Health.of(windows) == Health.of(shuffled)
    assert Health.of(windows).calls == len(calls)
    assert Health.of(windows).times == Sketch.of(one.took_s for one in calls if one.outcome is Outcome.OK)


@pytest.mark.parametrize(
    "absurd",
    [
        {"n_ok": "many"},
        {"n_ok": "-3"},
        {"n_ok": "1.5"},
        {"n_ok": "0"},
        {"n_ok": "1e3"},
        {"n_ok": None},
        {"n_ok": []},
        {"n_melted": "3"},
        {"t_-1": "3"},
        {f"t_{LAST_BUCKET + 1}": "3"},
        {"t_": "3"},
        {"t_٣": "3"},
        {"t_07": "3"},
        {"t_x": "3"},
        {"f_x": "3"},
        {f"f_{LAST_BUCKET + 1}": "3"},
        {"colour": "3"},
        {"": "3"},
    ],
)
def test_what_is_no_count_is_as_if_it_were_not_there(absurd: dict[str, object]) -> None:
    good = {"n_throttled": "2", "t_7": "1"}

    assert Window.read(0, FINE_S, {**good, **absurd}) == Window.read(0, FINE_S, good)
    assert Window.read(0, FINE_S, good).health.outcomes == {Outcome.THROTTLED: 2}


@given(st.dictionaries(st.text(max_size=8).map(lambda name: f"t_{name}"), st.text(max_size=8) | st.integers()))
def test_no_counters_crash_a_reader(counters: dict[str, object]) -> None:
    Window.read(0, FINE_S, counters)


def test_a_span_of_hours_is_read_in_fine_windows_and_a_longer_one_in_coarse_ones() -> None:
    assert [window_length(NOW, NOW + span) for span in (0, FINE_SPAN_S, FINE_SPAN_S + 1)] == [FINE_S, FINE_S, COARSE_S]


def test_the_catalogues_times_count_until_enough_is_measured() -> None:
    prior = catalog().model(PRO).times["4K"].sketch
    measured = [2.0] * ENOUGH

    assert expected(health(), catalog(), PRO, "4K") == prior
    assert expected(health(*measured[1:]), catalog(), PRO, "4K") == prior
    assert expected(health(*measured), catalog(), PRO, "4K") == Sketch.of(measured)


def test_of_what_the_catalogue_has_lost_nobody_knows_how_long_it_takes() -> None:
    assert expected(Health(), catalog(), "gone", "4K") == Sketch()
    assert expected(Health(), catalog(), PRO, "512") == Sketch()
