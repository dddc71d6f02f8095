"""What tenants may spend and have spent, in the table of jobs."""

from typing import Any

from adapters.accounts import Accounts, limits_place, total
from adapters.rows import text
from cavendish.money.budget import Account, Limits


class BudgetsTable:
    """The port Budgets."""

    def __init__(self, client: Any, table: str) -> None:
        self._client = client
        self._table = table
        self._accounts = Accounts(client, table)

    def limits(self, tenant: str) -> Limits:
        return self._accounts.limits(tenant)

    def limit(self, tenant: str, limits: Limits) -> None:
        row = {**limits_place(tenant).key, "doc": text(limits.model_dump_json())}
        self._client.put_item(TableName=self._table, Item=row)

    def of_tenant(self, tenant: str, period: str) -> Account:
        return total(self._accounts.of_tenant(tenant, period))

    def of_job(self, job_id: str) -> Account:
        return self._accounts.of_job(job_id)
