"""Callers' keys, in the table of jobs: each under its hash."""

from typing import Any

from adapters.rows import text
from cavendish.key import Key


class KeysTable:
    """Reads and writes keys."""

    def __init__(self, client: Any, table: str) -> None:
        self._client = client
        self._table = table

    def add(self, key: Key) -> None:
        row = {"pk": text(f"KEY#{key.digest}"), "sk": text("KEY"), "doc": text(key.model_dump_json())}
        self._client.put_item(TableName=self._table, Item=row)

    def get(self, digest: str) -> Key | None:
        key = {"pk": text(f"KEY#{digest}"), "sk": text("KEY")}
        row = self._client.get_item(TableName=self._table, Key=key).get("Item")
        return Key.model_validate_json(row["doc"]["S"]) if row else None
