"""Batches in the table of jobs: their rows, what of them could not be read, and how many of their jobs have ended."""

from collections.abc import Iterator, Sequence
from contextlib import suppress
from typing import Any, Final

from adapters.counts import read_counts
from adapters.new_job import new_job, taken
from adapters.reads import due, key, row
from adapters.rows import due_fields, number, text
from adapters.transaction import put, write
from cavendish.batch.batch import Batch
from cavendish.batch.counts import Counts
from cavendish.batch.errors import NamesHeld
from cavendish.batch.event import BatchEvent
from cavendish.batch.item import ItemFault
from cavendish.batch.ports import NewItem
from cavendish.claim import Claim
from cavendish.errors import Overtaken

_BATCH: Final = "BATCH"
_FAULT: Final = "FAULT#"
_LEADER: Final = "LEADER"
#: Their partitions of the index of what is due.
_DUE: Final = "batch-"
#: So many faults are written at once.
_AT_ONCE: Final = 25


class FaultsLeft(RuntimeError):
    """DynamoDB took only some of the faults; the slice is read again."""


class BatchesTable:
    """The port Batches."""

    def __init__(self, client: Any, table: str) -> None:
        self._client = client
        self._table = table

    def add(self, batch: Batch, claims: Sequence[Claim] = ()) -> bool:
        rows = [put(self._table, _row(batch)), *(taken(self._table, claim, batch.created_at) for claim in claims)]
        try:
            write(self._client, rows, Overtaken(f"batch {batch.id} exists"))
        except Overtaken:
            return False
        return True

    def get(self, batch_id: str) -> Batch | None:
        found = row(self._client, self._table, _partition(batch_id), _BATCH)
        return Batch.model_validate_json(found["doc"]["S"]) if found else None

    def save(self, before: Batch, after: Batch, event: BatchEvent | None = None) -> None:
        same = ("revision = :revision", None, {":revision": number(before.revision)})
        events = [put(self._table, _event_row(after, event))] if event else []
        items = [put(self._table, _row(after), *same), *events]
        write(self._client, items, Overtaken(f"batch {before.id} was changed by somebody else"))

    def queue(self, before: Batch, after: Batch, new: Sequence[NewItem]) -> None:
        same = ("revision = :revision", None, {":revision": number(before.revision)})
        items = [item for job, claims in new for item in new_job(self._table, job, job.event("job.queued"), claims)]
        overtaken = Overtaken(f"batch {before.id} was changed by somebody else")
        held = [(item, NamesHeld()) for item in items]
        write(self._client, [put(self._table, _row(after), *same)], overtaken, held)

    def counts(self, batch_id: str) -> Counts:
        return read_counts(self._client, self._table, batch_id)

    def note(self, batch: Batch, faults: Sequence[ItemFault]) -> None:
        for at in range(0, len(faults), _AT_ONCE):
            rows = [_fault_row(batch, fault) for fault in faults[at : at + _AT_ONCE]]
            left = {self._table: [{"PutRequest": {"Item": one}} for one in rows]}
            if self._client.batch_write_item(RequestItems=left).get("UnprocessedItems"):
                raise FaultsLeft(f"not all faults of batch {batch.id} were written")

    def faults(self, batch_id: str, first: int, until: int) -> list[ItemFault]:
        if until <= first:
            return []
        pages = self._client.get_paginator("query").paginate(
            TableName=self._table,
            ConsistentRead=True,
            KeyConditionExpression="pk = :pk AND sk BETWEEN :first AND :last",
            ExpressionAttributeValues={
                ":pk": text(_partition(batch_id)),
                ":first": text(_fault(first)),
                ":last": text(_fault(until - 1)),
            },
        )
        return [ItemFault.model_validate_json(one["doc"]["S"]) for page in pages for one in page["Items"]]

    def lead(self, batch: Batch, at: float) -> None:
        place = key(_folder(batch.tenant, batch.folder), _LEADER)
        kept = {"batch_id": text(batch.id), "stored_at": number(at), "expires_at": number(int(batch.expires_at))}
        with suppress(self._client.exceptions.ConditionalCheckFailedException):
            self._client.put_item(
                TableName=self._table,
                Item={**place, **kept},
                ConditionExpression="attribute_not_exists(pk) OR stored_at <= :at",
                ExpressionAttributeValues={":at": number(at)},
            )

    def leader(self, tenant: str, folder: str) -> str | None:
        found = row(self._client, self._table, _folder(tenant, folder), _LEADER)
        return str(found["batch_id"]["S"]) if found else None

    def page(self, tenant: str, after: str | None, most: int) -> list[Batch]:
        answer = self._client.query(
            TableName=self._table,
            IndexName="tenant",
            KeyConditionExpression="tenant = :tenant AND pk < :before",
            ExpressionAttributeValues={":tenant": text(_owner(tenant)), ":before": text(_partition(after or "~"))},
            ScanIndexForward=False,
            Limit=most,
        )
        found = (self.get(_id(one)) for one in answer["Items"])
        return [batch for batch in found if batch]

    def due(self, now: float) -> Iterator[str]:
        yield from (_id(one) for one in due(self._client, self._table, _DUE, now))


def _row(batch: Batch) -> dict[str, Any]:
    return {
        "pk": text(_partition(batch.id)),
        "sk": text(_BATCH),
        "doc": text(batch.model_dump_json()),
        "revision": number(batch.revision),
        "status": text(batch.status),
        # The index of jobs by tenant, in a partition that no tenant's jobs are in: # is in no tenant's name.
        "tenant": text(_owner(batch.tenant)),
        "expires_at": number(int(batch.expires_at)),
        **due_fields(batch.id, batch.due_at, _DUE),
    }


def _event_row(batch: Batch, event: BatchEvent) -> dict[str, Any]:
    return {
        "pk": text(_partition(batch.id)),
        "sk": text(f"EVENT#{event.sequence:06}"),
        "doc": text(event.model_dump_json()),
        "type": text(event.type),
        "expires_at": number(int(batch.expires_at)),
    }


def _fault_row(batch: Batch, fault: ItemFault) -> dict[str, Any]:
    return {
        "pk": text(_partition(batch.id)),
        "sk": text(_fault(fault.index)),
        "doc": text(fault.model_dump_json()),
        "expires_at": number(int(batch.expires_at)),
    }


def _partition(batch_id: str) -> str:
    return f"BATCH#{batch_id}"


def _folder(tenant: str, folder: str) -> str:
    return f"FOLDER#{tenant}#{folder}"


def _owner(tenant: str) -> str:
    return f"batches#{tenant}"


def _fault(index: int) -> str:
    return f"{_FAULT}{index:08}"


def _id(found: dict[str, Any]) -> str:
    return str(found["pk"]["S"]).removeprefix("BATCH#")
