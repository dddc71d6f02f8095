"""What a tenant may spend, and has spent: written and read by `cavendish keys budget`."""

import re
from collections.abc import Iterator

from adapters.budgets_table import BudgetsTable
from cavendish.money.budget import Limits, periods
from cavendish.money.money import micros_down, shown
from local.errors import CloudError

_MOST_USD = 1_000_000_000  # more is a slip


def change_limits(
    budgets: BudgetsTable, tenant: str, *, per_day: float | None, per_month: float | None, lift: bool = False
) -> None:
    """Write a tenant's limits: those that are given, the others as they were. They hold from its next call on."""
    check_limits(tenant, per_day, per_month, lift=lift)
    given = {name: usd for name, usd in (("per_day", per_day), ("per_month", per_month)) if usd is not None}
    before = Limits() if lift else budgets.limits(tenant)
    after = before.model_copy(update={name: micros_down(usd) for name, usd in given.items()})
    if lift or after != before:
        budgets.limit(tenant, after)


def check_limits(tenant: str, *usd: float | None, lift: bool) -> None:
    """Whether this can be meant. Raises CloudError."""
    check_tenant(tenant)
    given = [one for one in usd if one is not None]
    if lift and given:
        raise CloudError("Say --lift, or what may be spent by the day and the month; both at once cannot be.")
    for one in given:
        _check_amount(one)


def _check_amount(usd: float) -> None:
    if not 0 <= usd <= _MOST_USD:
        raise CloudError(f"A limit is from USD 0 to USD {_MOST_USD:,}; {usd} is none.")
    # Rounded down it would be 0, which lets no call be made.
    if usd and not micros_down(usd):
        what = f"A limit of USD {usd} is below a millionth of a dollar and would let nothing through"
        raise CloudError(f"{what}; say 0 for that.")


def spending(budgets: BudgetsTable, tenant: str, now: float) -> Iterator[str]:
    """What a tenant has spent of what it may."""
    for period in periods(budgets.limits(tenant), now):
        account = budgets.of_tenant(tenant, period.name)
        of = "no limit" if period.limit is None else f"of USD {shown(period.limit)}"
        spent, held = shown(account.spent), shown(account.reserved)
        yield f"{tenant}, {period.kind} {period.name}: USD {spent} spent, USD {held} set aside for running calls, {of}"


def check_tenant(tenant: str) -> None:
    if not re.fullmatch(r"[\w.@-]{1,64}", tenant):
        raise CloudError(f"{tenant!r} is no tenant's name: 1 to 64 letters, digits, and any of . _ @ -")
