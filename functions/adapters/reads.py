"""Rows of the table by their keys, as they are now."""

from collections.abc import Iterator, Sequence
from typing import Any, Final

from adapters.rows import SHARDS, number, text

Row = dict[str, Any]

#: DynamoDB reads so many rows at once.
_AT_ONCE: Final = 100


def key(pk: str, sk: str) -> Row:
    return {"pk": text(pk), "sk": text(sk)}


def row(client: Any, table: str, pk: str, sk: str) -> Row | None:
    """None: there is no such row."""
    found: Row | None = client.get_item(TableName=table, Key=key(pk, sk), ConsistentRead=True).get("Item")
    return found


def several(client: Any, table: str, places: Sequence[tuple[str, str]]) -> Iterator[Row]:
    """Those of these rows that are there, in any order."""
    for at in range(0, len(places), _AT_ONCE):
        keys = [key(*place) for place in places[at : at + _AT_ONCE]]
        left: dict[str, Any] = {table: {"Keys": keys, "ConsistentRead": True}}
        while left:
            answer = client.batch_get_item(RequestItems=left)
            yield from answer["Responses"].get(table, [])
            left = answer.get("UnprocessedKeys", {})


def due(client: Any, table: str, kind: str, now: float) -> Iterator[Row]:
    """The keys of what is due, of one kind, from all partitions of the index: each minute another one comes first."""
    first = int(now // 60)
    for shard in ((first + offset) % SHARDS for offset in range(SHARDS)):
        pages = client.get_paginator("query").paginate(
            TableName=table,
            IndexName="due",
            KeyConditionExpression="due_shard = :shard AND due_at <= :now",
            ExpressionAttributeValues={":shard": text(f"{kind}{shard}"), ":now": number(now)},
        )
        for page in pages:
            yield from page["Items"]
