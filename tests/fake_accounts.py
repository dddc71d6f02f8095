"""The port Budgets in memory: accounts that are one sum each, and so are what the table's must add up to."""

from cavendish.attempt import Attempt
from cavendish.errors import MoneyHeld, OverBudget
from cavendish.money.budget import Account, Hold, Limits, Period, check_job, comes_back, over_period, periods


class FakeAccounts:
    """The port Budgets, and what a transaction does to its accounts."""

    def __init__(self) -> None:
        self._limits: dict[str, Limits] = {}
        self._accounts: dict[tuple[str, ...], Account] = {}

    def limits(self, tenant: str) -> Limits:
        return self._limits.get(tenant, Limits())

    def limit(self, tenant: str, limits: Limits) -> None:
        self._limits[tenant] = limits

    def of_tenant(self, tenant: str, period: str) -> Account:
        return self._accounts.get((tenant, period), Account())

    def of_job(self, job_id: str) -> Account:
        return self._accounts.get((job_id,), Account())

    def check(self, attempt: Attempt, hold: Hold, max_cost: int | None) -> None:
        """Raises OverBudget or MoneyHeld."""
        account = self.of_job(attempt.job_id)
        try:
            check_job(hold.amount, account.committed, max_cost)
        except OverBudget as over:
            raise (MoneyHeld(str(over)) if comes_back(hold.amount, account, max_cost) else over) from None
        for period in self._periods(attempt, hold):
            room = period.room(self.of_tenant(hold.tenant, period.name))
            if room is not None and room < hold.amount:
                raise over_period(hold.amount, period)

    def change(self, attempt: Attempt, *, spent: int = 0, reserved: int = 0) -> None:
        """In all accounts that pay for an attempt; none, if it holds nothing."""
        if attempt.hold is None:
            return
        names = [(attempt.hold.tenant, period.name) for period in self._periods(attempt, attempt.hold)]
        for name in ((attempt.job_id,), *names):
            account = self._accounts.get(name, Account())
            self._accounts[name] = account.with_more(spent=spent, reserved=reserved)

    def forget(self, job_id: str) -> None:
        self._accounts.pop((job_id,), None)

    def _periods(self, attempt: Attempt, hold: Hold) -> tuple[Period, Period]:
        return periods(self.limits(hold.tenant), attempt.started_at)
