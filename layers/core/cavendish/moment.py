"""A moment as programs read it (RFC 3339, UTC)."""

from datetime import UTC, datetime
from typing import Annotated, Final

from pydantic import Field

Moment = Annotated[str, Field(json_schema_extra={"format": "date-time"})]

#: The first and the last second that can be written, in seconds since the epoch.
_FIRST: Final = datetime.min.replace(tzinfo=UTC).timestamp()
_LAST: Final = datetime.max.replace(tzinfo=UTC, microsecond=0).timestamp()


def moment(at: float) -> str:
    """Seconds since the epoch, written out; what lies beyond all years as the first or the last."""
    inside = datetime.fromtimestamp(min(max(at, _FIRST), _LAST), UTC)
    return inside.isoformat(timespec="seconds").replace("+00:00", "Z")
