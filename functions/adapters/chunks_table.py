"""The chunks of economy batches in the table of jobs, beside their batch; one row says how far the batch is."""

from collections.abc import Sequence
from typing import Any, Final

from adapters.reads import row
from adapters.rows import number, text
from adapters.transaction import put, write
from cavendish.batch.chunk import Chunk
from cavendish.batch.course import Course
from cavendish.errors import Overtaken

_COURSE: Final = "COURSE"
_CHUNK: Final = "CHUNK#"


class ChunksTable:
    """The port Chunks."""

    def __init__(self, client: Any, table: str) -> None:
        self._client = client
        self._table = table

    def course(self, batch_id: str) -> Course:
        found = row(self._client, self._table, _partition(batch_id), _COURSE)
        return Course.model_validate_json(found["doc"]["S"]) if found else Course(batch_id=batch_id)

    def advance(self, before: Course, after: Course, chunks: Sequence[Chunk] = ()) -> None:
        refused = Overtaken(f"batch {before.batch_id} is in somebody else's hands")
        changed = _put(self._table, _row(after, _COURSE), before.revision)
        write(self._client, [changed, *(put(self._table, _row(one, _place(one))) for one in chunks)], refused)

    def all(self, batch_id: str) -> list[Chunk]:
        pages = self._client.get_paginator("query").paginate(
            TableName=self._table,
            ConsistentRead=True,
            KeyConditionExpression="pk = :pk AND begins_with(sk, :sk)",
            ExpressionAttributeValues={":pk": text(_partition(batch_id)), ":sk": text(_CHUNK)},
        )
        return [Chunk.model_validate_json(one["doc"]["S"]) for page in pages for one in page["Items"]]

    def save(self, before: Chunk, after: Chunk) -> None:
        refused = Overtaken(f"chunk {before.title} was changed by somebody else")
        write(self._client, [_put(self._table, _row(after, _place(after)), before.revision)], refused)


def _put(table: str, new: dict[str, Any], revision: int) -> dict[str, Any]:
    """An item that writes over this revision; 0 is that of a row that is not there."""
    if not revision:
        return put(table, new)
    return put(table, new, "revision = :revision", None, {":revision": number(revision)})


def _row(one: Chunk | Course, sk: str) -> dict[str, Any]:
    return {
        "pk": text(_partition(one.batch_id)),
        "sk": text(sk),
        "doc": text(one.model_dump_json()),
        "revision": number(one.revision),
        "expires_at": number(int(one.expires_at)),
    }


def _place(chunk: Chunk) -> str:
    return f"{_CHUNK}{chunk.number:08}#{chunk.model}"


def _partition(batch_id: str) -> str:
    return f"BATCH#{batch_id}"
