"""Midnight in California, where Google counts its days (ai.google.dev, rate limits: RPD resets at midnight Pacific).

Lambda's machines need not carry a table of time zones, so the one rule that is needed stands here.
"""

from datetime import UTC, date, datetime, timedelta
from typing import Final

_SUNDAY: Final = 6


def next_midnight(now: float) -> float:
    """When the next day begins there, in seconds since the epoch."""
    day = _local(datetime.fromtimestamp(now, UTC)).date() + timedelta(days=1)
    midnight = datetime(day.year, day.month, day.day, tzinfo=UTC)
    # Clocks change at two in the morning: at midnight the time of the day before still holds.
    return (midnight + timedelta(hours=7 if _in_summer(day - timedelta(days=1)) else 8)).timestamp()


def _local(moment: datetime) -> datetime:
    """The wall clock there, but for the hour in which it is turned."""
    winter = moment - timedelta(hours=8)
    return winter + timedelta(hours=1) if _in_summer(winter.date()) else winter


def _in_summer(day: date) -> bool:
    """Whether the day's clocks end up an hour ahead: from March's second Sunday to November's first (since 2007)."""
    return _sunday(day.year, 3, 2) <= day < _sunday(day.year, 11, 1)


def _sunday(year: int, month: int, n: int) -> date:
    first = date(year, month, 1)
    return first + timedelta(days=(_SUNDAY - first.weekday()) % 7 + 7 * (n - 1))
