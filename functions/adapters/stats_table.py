"""Sums of calls in the table of jobs: per tenant a row for each hour and way, and for each hour, tag and way, added to.

A row takes a thousand writes a second. It gets one at most for each job that ends, and at most some 700 calls end in a
second in a whole deployment (11,000 at once, of 15 s and more), so a row need not be spread over several.
"""

import json
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from itertools import islice
from typing import Any, Final

from adapters.rows import number, text
from cavendish.health.health import COARSE_S, window_at
from cavendish.stats.tally import KEPT_S, Kind, Sum, Tally

#: What the sums mean. Who changes that changes this: old and new then write rows beside each other.
_VERSION: Final = 1
#: So many rows are added to at once: a job of three ways with twenty tags has 63, and nobody is to wait for them.
_AT_ONCE: Final = 16
#: How many parts a key has; a tag may hold any character, so they are JSON.
_PARTS: Final[dict[Kind, int]] = {"way": 3, "tag": 4}


class StatsTable:
    """The port Statistics. `failed` hears of what could not be added."""

    def __init__(self, client: Any, table: str, failed: Callable[[Exception], None]) -> None:
        self._client = client
        self._table = table
        self._failed = failed

    def add(self, tenant: str, sums: Sequence[Sum]) -> None:
        with ThreadPoolExecutor(max_workers=_AT_ONCE) as pool:
            list(pool.map(lambda one: self._try(tenant, one), sums))

    def read(self, tenant: str, kind: Kind, since: float, until: float, most: int) -> list[Sum] | None:
        if until < max(0.0, since):  # before the epoch a number's text would not sort as the number does
            return []
        first, last = window_at(max(0.0, since), COARSE_S), window_at(until, COARSE_S)
        pages = self._client.get_paginator("query").paginate(
            TableName=self._table,
            KeyConditionExpression="pk = :pk AND sk BETWEEN :first AND :last",
            ExpressionAttributeValues={
                ":pk": text(_place(tenant)),
                ":first": text(_before(kind, first)),
                ":last": text(f"{_before(kind, last)}~"),
            },
        )
        rows = list(islice((row for page in pages for row in page["Items"]), most + 1))
        return None if len(rows) > most else [one for row in rows if (one := _sum(kind, row))]

    def _try(self, tenant: str, one: Sum) -> None:
        try:
            self._add(tenant, one)
        except Exception as error:  # whatever it is: a count is missing then, which no job should fail for
            self._failed(error)

    def _add(self, tenant: str, one: Sum) -> None:
        added = {name: n for name, n in one.tally.counters.items() if n}
        self._client.update_item(
            TableName=self._table,
            Key={"pk": text(_place(tenant)), "sk": text(_before(one.kind, one.hour) + json.dumps(one.key))},
            UpdateExpression=f"SET expires_at = :expires_at ADD {', '.join(f'{name} :{name}' for name in added)}",
            ExpressionAttributeValues={
                ":expires_at": number(one.hour + COARSE_S + KEPT_S),
                **{f":{name}": number(n) for name, n in added.items()},
            },
        )


def _place(tenant: str) -> str:
    return f"STATS#{tenant}"


def _before(kind: Kind, hour: int) -> str:
    """What the keys of an hour's rows begin with; sorts in the order of time. ASCII follows it, which `~` ends."""
    return f"{_VERSION}#{kind}#{hour:012}#"


def _sum(kind: Kind, row: dict[str, Any]) -> Sum | None:
    """A row; None: it is by a newer version or by nobody of ours, or has counters that no calls can have."""
    _, _, hour, key = row["sk"]["S"].split("#", 3)
    try:
        parts = json.loads(key)
    except ValueError:
        return None
    if not hour.isdecimal() or not isinstance(parts, list) or len(parts) != _PARTS[kind]:
        return None
    tally = Tally.read({name: value.get("N") for name, value in row.items()})
    return Sum(int(hour), kind, tuple(str(part) for part in parts), tally) if tally.possible else None
