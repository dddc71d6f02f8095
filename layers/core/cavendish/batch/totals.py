"""The sums of what a batch came to."""

from collections.abc import Mapping
from datetime import datetime
from typing import Self

from pydantic import Field

from cavendish.batch.counts import Counts
from cavendish.batch.report import DELETED, UNREADABLE, Row
from cavendish.job import Status
from cavendish.money.money import dollars
from cavendish.value import Value


class Totals(Value):
    """The sums of all rows so far."""

    #: Also those that a cancel kept from being read, which have one row together.
    items: int = 0
    by_status: Mapping[str, int] = Field(default_factory=dict)
    unreadable: int = 0
    #: How many of the cancelled ones nobody has read; None: nobody has counted them.
    unread: int | None = 0
    files: int = 0
    bytes: int = 0
    attempts: int = 0
    cost_usd: float = 0.0
    possible_duplicate_usd: float = 0.0
    estimated: bool = False
    #: When the first job was submitted, and when the last one ended.
    first_at: str | None = None
    last_at: str | None = None
    #: Between the two.
    seconds: float = 0.0

    def with_deleted(self, counts: Counts) -> Self:
        """What is known of the costs of jobs that are gone: what they had cost when they ended."""
        known = max(self.cost_usd, dollars(counts.spent)) if self.by_status.get(DELETED) else self.cost_usd
        return self.model_copy(update={"cost_usd": known})

    def with_unread(self, unread: int | None) -> Self:
        """They are cancelled as the others are that were not begun."""
        if not unread:
            return self.model_copy(update={"unread": unread})
        by_status = {**self.by_status, Status.CANCELLED: self.by_status.get(Status.CANCELLED, 0) + unread}
        return self.model_copy(update={"items": self.items + unread, "by_status": by_status, "unread": unread})

    def plus(self, row: Row) -> Self:
        first = min((at for at in (self.first_at, row.created_at) if at), default=None)
        last = max((at for at in (self.last_at, row.ended_at) if at), default=None)
        return type(self)(
            items=self.items + 1,
            by_status={**self.by_status, row.status: self.by_status.get(row.status, 0) + 1},
            unreadable=self.unreadable + (row.status == UNREADABLE),
            files=self.files + len(row.files),
            bytes=self.bytes + row.bytes,
            attempts=self.attempts + row.attempts,
            # Rounded each time: sums of fractions drift.
            cost_usd=round(self.cost_usd + row.cost_usd, 6),
            possible_duplicate_usd=round(self.possible_duplicate_usd + row.possible_duplicate_usd, 6),
            estimated=self.estimated or row.estimated,
            first_at=first,
            last_at=last,
            seconds=_seconds(first, last),
        )


def _seconds(first: str | None, last: str | None) -> float:
    if first is None or last is None:
        return 0.0
    return (datetime.fromisoformat(last) - datetime.fromisoformat(first)).total_seconds()
