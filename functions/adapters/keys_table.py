"""Callers' keys, in the table of jobs: each under its hash, where it is looked up, and in the list of all keys."""

from typing import Any, Final

from adapters.rows import text
from cavendish.key import Key

#: The partition that lists the keys of a deployment: people make them, so they are few.
_LIST: Final = "KEYS"


class KeysTable:
    """Reads and writes keys. A key is in both places or in none, but that a revoked one is only listed."""

    def __init__(self, client: Any, table: str) -> None:
        self._client = client
        self._table = table

    def add(self, key: Key) -> None:
        looked_up = {**_place(key.digest), "doc": text(key.model_dump_json())}
        self._client.transact_write_items(TransactItems=[self._put(looked_up), self._put(_listed(key))])

    def get(self, digest: str) -> Key | None:
        row = self._client.get_item(TableName=self._table, Key=_place(digest)).get("Item")
        return Key.model_validate_json(row["doc"]["S"]) if row else None

    def all(self) -> list[Key]:
        """Every key, oldest first, those that open nothing any more too."""
        pages = self._client.get_paginator("query").paginate(
            TableName=self._table, KeyConditionExpression="pk = :list", ExpressionAttributeValues={":list": text(_LIST)}
        )
        keys = [Key.model_validate_json(row["doc"]["S"]) for page in pages for row in page["Items"]]
        return sorted(keys, key=lambda key: (key.created_at, key.digest))

    def revoke(self, key: Key, now: float) -> Key:
        """From now on the key is unknown to whoever looks it up."""
        revoked = key.model_copy(update={"revoked_at": now})
        gone = {"Delete": {"TableName": self._table, "Key": _place(key.digest)}}
        self._client.transact_write_items(TransactItems=[gone, self._put(_listed(revoked))])
        return revoked

    def _put(self, row: dict[str, Any]) -> dict[str, Any]:
        return {"Put": {"TableName": self._table, "Item": row}}


def _place(digest: str) -> dict[str, Any]:
    return {"pk": text(f"KEY#{digest}"), "sk": text("KEY")}


def _listed(key: Key) -> dict[str, Any]:
    return {"pk": text(_LIST), "sk": text(key.digest), "doc": text(key.model_dump_json())}
