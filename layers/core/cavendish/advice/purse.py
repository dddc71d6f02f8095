"""What the pictures of a job pay from while they are walked together."""

from cavendish.errors import OverBudget
from cavendish.money.budget import Account, check_job, comes_back


class Purse:
    """What is spent and set aside for the calls of one group, against what they may cost."""

    def __init__(self, limit: int | None, *, waits: bool = True) -> None:
        self._limit, self._waits, self._account = limit, waits, Account()

    def has_set_aside(self, amount: int) -> bool:
        """False: there is no room for it."""
        try:
            check_job(amount, self._account.committed, self._limit)
        except OverBudget:
            return False
        self._account = self._account.with_more(reserved=amount)
        return True

    def gets_back(self, amount: int) -> bool:
        """Whether there may be room for it once other calls have ended, and it is waited for."""
        return self._waits and comes_back(amount, self._account, self._limit)

    def settle(self, held: int, spent: int) -> None:
        self._account = self._account.with_more(spent=spent, reserved=-held)
