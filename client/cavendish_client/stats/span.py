"""A span of time as a command takes it: `24h`, or a moment."""

import re
from datetime import UTC, datetime, timedelta
from typing import Final

from cavendish_client.told import Unable

#: The API keeps its sums so long, in days (KEPT_S of tally.py; a test compares the two).
KEPT_DAYS: Final = 35
_UNITS: Final = {"m": "minutes", "h": "hours", "d": "days"}
_AGO: Final = re.compile(r"(\d{1,5})([mhd])")


def moment(said: str, now: datetime) -> str:
    """As the API takes it: so many minutes, hours or days before now, or a moment as it stands. Raises Unable."""
    if ago := _AGO.fullmatch(said):
        return _written(now - timedelta(**{_UNITS[ago[2]]: int(ago[1])}))
    try:
        at = datetime.fromisoformat(said)
    except ValueError:
        raise Unable(f"{said} is no time: say 24h, 7d or 30m, or a moment such as 2026-11-20T12:00Z.") from None
    return _written(at.astimezone() if at.tzinfo is None else at)


def kept_for_all(since: str, now: datetime) -> bool:
    """Whether the sums of a span that begins then, as `moment` writes it, are all kept."""
    return datetime.fromisoformat(since) >= now.replace(microsecond=0) - timedelta(days=KEPT_DAYS)


def _written(at: datetime) -> str:
    return at.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
