"""Midnight in California, held to the table of time zones of the machine that runs the tests."""

from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cavendish.health.pacific import next_midnight

CALIFORNIA = ZoneInfo("America/Los_Angeles")


def midnight(now: float) -> float:
    day = datetime.fromtimestamp(now, CALIFORNIA).date() + timedelta(days=1)
    return datetime(day.year, day.month, day.day, tzinfo=CALIFORNIA).timestamp()


@given(st.floats(1_700_000_000, 4_000_000_000))
def test_the_next_midnight_is_that_of_the_time_zone(now: float) -> None:
    assert next_midnight(now) == midnight(now)


@pytest.mark.parametrize("change", [date(2026, 3, 8), date(2026, 11, 1)], ids=["spring", "autumn"])
def test_no_hour_around_a_change_of_clocks_is_off(change: date) -> None:
    start = datetime.combine(change, time(), CALIFORNIA).timestamp()

    hours = [start + hour * 1800 for hour in range(-60, 110)]

    assert [next_midnight(hour) for hour in hours] == [midnight(hour) for hour in hours]
