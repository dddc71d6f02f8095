"""Accounts in the table of jobs: what a job, and a tenant in a day or a month, has spent and set aside.

A job's account is one row. A tenant's is spread over many, because a row takes only so many transactions a second
(tests/unit/test_accounts.py has the arithmetic). Near a limit only the first of them takes more, on the condition that
all together stay below it. The others can then only become less, but for workers that looked while the limit was far
and write when it is near: each of them passes it by one call at most.
"""

import zlib
from collections.abc import Iterator
from datetime import timedelta
from typing import Any, Final, NamedTuple

from adapters.reads import key, row
from adapters.rows import number, text
from cavendish.attempt import Attempt
from cavendish.errors import OverBudget
from cavendish.money.budget import Account, Hold, Limits, Period, comes_back, far_from, over_job, over_period, periods

ACCOUNT: Final = "ACCOUNT"
#: Over how many rows a tenant's account is spread, beside the one that counts to the cent.
SPREAD: Final = 31
_EXACT: Final = "00"
#: Accounts can be read for more than a year, in seconds.
_KEPT_S: Final = int(timedelta(days=400).total_seconds())


class Place(NamedTuple):
    """A row."""

    pk: str
    sk: str

    @property
    def key(self) -> dict[str, Any]:
        return key(*self)

    @classmethod
    def of_job(cls, job_id: str) -> "Place":
        return cls(f"JOB#{job_id}", ACCOUNT)


class Charge(NamedTuple):
    """An amount that is set aside in an account: at most if so much is committed there already; None: however much."""

    place: Place
    amount: int
    most: int | None
    refused: OverBudget


class Accounts:
    """Reads accounts, and makes the items by which transactions change them."""

    def __init__(self, client: Any, table: str) -> None:
        self._client = client
        self._table = table

    def limits(self, tenant: str) -> Limits:
        row = self._row(limits_place(tenant))
        return Limits.model_validate_json(row["doc"]["S"]) if row else Limits()

    def of_job(self, job_id: str) -> Account:
        row = self._row(Place.of_job(job_id))
        return _account(row) if row else Account()

    def of_tenant(self, tenant: str, period: str) -> dict[str, Account]:
        """A tenant's account, in the parts that it is spread over."""
        pages = self._client.get_paginator("query").paginate(
            TableName=self._table,
            ConsistentRead=True,
            KeyConditionExpression="pk = :pk",
            ExpressionAttributeValues={":pk": text(_period_pk(tenant, period))},
        )
        return {row["sk"]["S"]: _account(row) for page in pages for row in page["Items"]}

    def charges(self, attempt: Attempt, hold: Hold, max_cost: int | None) -> list[Charge]:
        """What an attempt sets aside: in its job's account, then in its tenant's two. Raises OverBudget."""
        room = None if max_cost is None else max_cost - hold.amount
        job = Charge(Place.of_job(attempt.job_id), hold.amount, room, over_job(hold.amount))
        if room is not None and room < 0:
            raise job.refused
        dated = periods(self.limits(hold.tenant), attempt.started_at)
        return [job, *(self._charge(attempt, hold, period) for period in dated)]

    def comes_back(self, charge: Charge, max_cost: int | None) -> bool:
        """Whether a job's account may have room for it once other calls have ended."""
        row = self._row(charge.place)
        return comes_back(charge.amount, _account(row) if row else Account(), max_cost)

    def _charge(self, attempt: Attempt, hold: Hold, period: Period) -> Charge:
        pk, refused = _period_pk(hold.tenant, period.name), over_period(hold.amount, period)
        anywhere = Charge(Place(pk, _part(attempt)), hold.amount, None, refused)
        if period.limit is None:
            return anywhere
        parts = self.of_tenant(hold.tenant, period.name)
        if far_from(period, total(parts), hold.amount):
            return anywhere
        others = sum(part.committed for sk, part in parts.items() if sk != _EXACT)
        most = period.limit - others - hold.amount
        if most < 0:
            raise refused
        return Charge(Place(pk, _EXACT), hold.amount, most, refused)

    def set_aside(self, charge: Charge, expires_at: float) -> dict[str, Any]:
        """The item that does it."""
        update = self._change(charge.place, charge.amount, charge.amount, expires_at)
        if charge.most is not None:
            update["ConditionExpression"] = "attribute_not_exists(pk) OR committed <= :most"
            update["ExpressionAttributeValues"] |= {":most": number(charge.most)}
        return {"Update": update}

    def settle(self, attempt: Attempt, places: list[Place], *, spent: int, released: int) -> Iterator[dict[str, Any]]:
        """The items by which accounts get what an attempt cost, instead of what it held."""
        for place in places:
            yield {"Update": self._change(place, spent - released, -released, kept_until(place, attempt))}

    def _row(self, place: Place) -> dict[str, Any] | None:
        return row(self._client, self._table, *place)

    def _change(self, place: Place, committed: int, reserved: int, expires_at: float) -> dict[str, Any]:
        values = {":committed": committed, ":reserved": reserved, ":expires": int(expires_at)}
        return {
            "TableName": self._table,
            "Key": place.key,
            "UpdateExpression": "SET expires_at = :expires ADD committed :committed, reserved :reserved",
            "ExpressionAttributeValues": {name: number(value) for name, value in values.items()},
        }


def limits_place(tenant: str) -> Place:
    return Place(f"LIMITS#{tenant}", "LIMITS")


def total(parts: dict[str, Account]) -> Account:
    """An account that is spread, as one."""
    return Account(
        spent=sum(part.spent for part in parts.values()), reserved=sum(part.reserved for part in parts.values())
    )


def kept_until(place: Place, attempt: Attempt) -> float:
    """A job's account goes with its attempts."""
    return attempt.expires_at if place.sk == ACCOUNT else attempt.started_at + _KEPT_S


def _period_pk(tenant: str, period: str) -> str:
    return f"SPENT#{tenant}#{period}"


def _part(attempt: Attempt) -> str:
    """Always the same one for an attempt, and each about as often."""
    return f"{1 + zlib.crc32(attempt.key.object_key.encode()) % SPREAD:02}"


def _account(row: dict[str, Any]) -> Account:
    committed, reserved = int(row["committed"]["N"]), int(row["reserved"]["N"])
    return Account(spent=committed - reserved, reserved=reserved)
