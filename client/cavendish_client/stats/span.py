"""A span of time as a command takes it: `24h`, or a moment."""

import re
from datetime import UTC, datetime, timedelta
from typing import Final

from cavendish_client.told import Unable

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


def _written(at: datetime) -> str:
    return at.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
