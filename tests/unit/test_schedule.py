"""At which hour a job is best started: as the articles have it, and as it was measured."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cavendish.catalog.file import catalog
from cavendish.health.health import Sample, Window
from cavendish.health.schedule import REMEMBERED_S, Schedule, best_start
from cavendish.ladder.plan import Call
from cavendish.outcome import Outcome
from cavendish.size import Tier
from tests.builders import FLASH, PRO, a_call, a_sample
from tests.fakes import FakeMeasurements

HOUR, DAY = 3600, 86_400
#: Midnight UTC.
MIDNIGHT = DAY * 20_000.0
PRO_4K = a_call(model=PRO, size="4K", limit_s=180)
FLASH_4K = a_call(model=FLASH, size="4K", limit_s=120)


def believed(call: Call, now: float) -> float:
    return best_start(call, catalog().model(call.model), [], now)


@pytest.mark.parametrize(("utc", "starts"), [(0, 8), (7.9, 8), (8, 8), (12.5, 12.5), (15.9, 15.9), (16, 32), (23, 32)])
def test_pro_at_4k_starts_when_it_is_evening_in_beijing(utc: float, starts: float) -> None:
    assert believed(PRO_4K, MIDNIGHT + utc * HOUR) == MIDNIGHT + starts * HOUR


@pytest.mark.parametrize(("utc", "starts"), [(9.5, 9.5), (10, 14), (13.9, 14), (14, 14), (20, 20)])
def test_flash_starts_outside_its_peak(utc: float, starts: float) -> None:
    assert believed(FLASH_4K, MIDNIGHT + utc * HOUR) == MIDNIGHT + starts * HOUR


@pytest.mark.parametrize("size", ["1K", "2K"])
def test_what_goes_as_well_at_any_hour_starts_now(size: Tier) -> None:
    assert believed(a_call(model=PRO, size=size), MIDNIGHT + 17 * HOUR) == MIDNIGHT + 17 * HOUR


def measured(*hours: tuple[float, Outcome, float], n: int = 40) -> FakeMeasurements:
    """So many calls in each of these hours: when, to what they came, and how long they took."""
    measurements = FakeMeasurements()
    for at, outcome, took_s in hours:
        for _ in range(n):
            measurements.record(a_sample(model=PRO, size="4K", at=at, outcome=outcome, took_s=took_s))
    return measurements


def schedule(measurements: FakeMeasurements | None, failed: list[Exception] | None = None) -> Schedule:
    return Schedule(catalog(), measurements, (failed if failed is not None else []).append)


def test_measurements_go_before_the_articles() -> None:
    """They say 30 % for 20 h UTC, and 70 % for the hours from 8 on."""
    good = measured((MIDNIGHT - 4 * HOUR, Outcome.OK, 30))

    assert schedule(good).start(PRO_4K, MIDNIGHT) == MIDNIGHT + 20 * HOUR
    assert schedule(None).start(PRO_4K, MIDNIGHT) == MIDNIGHT + 8 * HOUR


def test_an_hour_that_was_bad_on_the_days_before_is_passed_over() -> None:
    bad = measured(*((MIDNIGHT + (8 - 24 * days) * HOUR, Outcome.TIMED_OUT, 180) for days in (1, 2, 3)))

    assert schedule(bad).start(PRO_4K, MIDNIGHT) == MIDNIGHT + 9 * HOUR


def test_what_is_longer_ago_than_a_week_counts_no_more() -> None:
    old = measured((MIDNIGHT + (8 - 24 * 8) * HOUR, Outcome.TIMED_OUT, 180))

    assert schedule(old).start(PRO_4K, MIDNIGHT) == MIDNIGHT + 8 * HOUR


@pytest.mark.parametrize(("slow_s", "starts"), [(33, 0), (60, 5)])
def test_now_is_good_enough_if_it_is_at_most_a_tenth_slower(slow_s: float, starts: int) -> None:
    """Half of the calls in this hour take 30 s, as all of those in the better one do: 5 % more, or 50 %."""
    now, later = MIDNIGHT - DAY, MIDNIGHT - 19 * HOUR
    two = measured(*((at, Outcome.OK, took_s) for at, took_s in ((now, 30), (now, slow_s), (later, 30))), n=400)

    assert schedule(two).start(PRO_4K, MIDNIGHT) == MIDNIGHT + starts * HOUR


def test_what_tells_nothing_of_the_model_says_nothing_of_the_hour() -> None:
    refused = measured((MIDNIGHT + (8 - 24) * HOUR, Outcome.REFUSED_INPUT, 2))

    assert schedule(refused).start(PRO_4K, MIDNIGHT) == MIDNIGHT + 8 * HOUR


class _Broken(FakeMeasurements):
    def read(self, route: str, model: str, size: Tier, since: float, until: float) -> list[Window]:
        raise TimeoutError


def test_where_nothing_can_be_read_the_articles_stand() -> None:
    failed: list[Exception] = []

    assert schedule(_Broken(), failed).start(PRO_4K, MIDNIGHT) == MIDNIGHT + 8 * HOUR
    assert [type(error) for error in failed] == [TimeoutError]


def test_what_was_read_is_believed_for_a_minute() -> None:
    measurements = FakeMeasurements()
    known = schedule(measurements)
    before = known.start(PRO_4K, MIDNIGHT)
    for _ in range(40):
        measurements.record(a_sample(model=PRO, size="4K", at=MIDNIGHT - 1, outcome=Outcome.OK, took_s=30))

    assert known.start(PRO_4K, MIDNIGHT + REMEMBERED_S) == before == MIDNIGHT + 8 * HOUR
    assert known.start(PRO_4K, MIDNIGHT + REMEMBERED_S + 1) == MIDNIGHT + 23 * HOUR


SAMPLES = st.builds(
    lambda hour, outcome, took_s: a_sample(model=PRO, size="4K", at=hour * HOUR, outcome=outcome, took_s=took_s),
    st.integers(0, 6 * 24),
    st.sampled_from([Outcome.OK, Outcome.OVERLOADED, Outcome.THROTTLED, Outcome.TIMED_OUT]),
    st.floats(1, 600),
)


@given(st.lists(SAMPLES, max_size=40), st.floats(0, 2 * DAY))
def test_whatever_was_measured_a_job_starts_now_or_at_a_full_hour_within_a_day(
    samples: list[Sample], since: float
) -> None:
    measurements = FakeMeasurements()
    for sample in samples:
        measurements.record(sample)
    now = 5 * DAY + since
    starts_at = schedule(measurements).start(PRO_4K, now)

    assert now <= starts_at < now + DAY
    assert starts_at == now or math.fmod(starts_at, HOUR) == 0
