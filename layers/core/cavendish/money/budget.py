"""What may be spent: a job by its request, a tenant by the day and the month (UTC). Amounts are millionths of a dollar.

An attempt sets its worst case aside before its call and puts back what it did not cost. An account never passes its
limit by that, for what is set aside is counted as if it were spent.
"""

from datetime import UTC, datetime
from typing import Final, NamedTuple

from pydantic import Field

from cavendish.errors import OverBudget
from cavendish.money.money import shown
from cavendish.value import Value

#: As long as a limit leaves room for so many attempts, a tenant's attempts need not be counted in one row: they would
#: have to take as many steps at the same moment to pass it.
FAR: Final = 200


class Hold(Value):
    """What an attempt has set aside, and for whom."""

    tenant: str
    #: Its worst case.
    amount: int = Field(gt=0)
    #: What it is taken to have cost if nobody ever learns.
    list_usd: float


class Limits(Value):
    """What a tenant may spend; None: as much as it likes."""

    per_day: int | None = Field(default=None, ge=0)
    per_month: int | None = Field(default=None, ge=0)


class Account(Value):
    """What a job, or a tenant in a day or a month, has spent, and what is set aside for calls that run."""

    spent: int = 0
    reserved: int = 0

    @property
    def committed(self) -> int:
        return self.spent + self.reserved

    def with_more(self, *, spent: int = 0, reserved: int = 0) -> "Account":
        return Account(spent=self.spent + spent, reserved=self.reserved + reserved)


class Period(NamedTuple):
    """A day or a month, with what may be spent in it."""

    kind: str
    name: str
    limit: int | None

    def room(self, account: Account) -> int | None:
        """What is left; None: there is no limit."""
        return None if self.limit is None else self.limit - account.committed


def day(at: float) -> str:
    return datetime.fromtimestamp(at, UTC).strftime("%Y-%m-%d")


def month(at: float) -> str:
    return datetime.fromtimestamp(at, UTC).strftime("%Y-%m")


def periods(limits: Limits, at: float) -> tuple[Period, Period]:
    """The day and the month of a moment."""
    return Period("day", day(at), limits.per_day), Period("month", month(at), limits.per_month)


def far_from(period: Period, account: Account, amount: int) -> bool:
    """Whether the limit is so far that this amount need not be weighed against it."""
    room = period.room(account)
    return room is None or room >= FAR * amount


def check_job(amount: int, committed: int, limit: int | None) -> None:
    """Raises OverBudget where a job's `max_cost_usd` has no room for this amount."""
    if limit is not None and committed + amount > limit:
        raise over_job(amount)


def comes_back(amount: int, account: Account, limit: int | None) -> bool:
    """Whether a job has room for this amount once its other calls have ended, if they cost nothing more."""
    return limit is None or account.spent + amount <= limit


def over_job(amount: int) -> OverBudget:
    return OverBudget(f"the call may cost up to USD {shown(amount)}, more than is left of the job's max_cost_usd")


def over_period(amount: int, period: Period) -> OverBudget:
    of = f"the budget of the {period.kind} {period.name}"
    return OverBudget(f"the call may cost up to USD {shown(amount)}, more than is left of {of}")
