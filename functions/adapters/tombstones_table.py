"""The table of jobs, where jobs are deleted."""

from typing import Any, Final

from adapters.reads import row
from adapters.rows import JOB, number, read_tombstone, text, tombstone_row
from cavendish.errors import JobConflict
from cavendish.job import Job
from cavendish.tombstone import Tombstone

#: DynamoDB takes so many rows in one batch.
_BATCH: Final = 25
#: How often a batch is sent again of which DynamoDB left something over; after that the watchdog begins anew.
_SENDS: Final = 10


class RowsLeft(RuntimeError):
    """DynamoDB took only a part of a batch, however often it was sent."""


class TombstonesTable:
    """The port Tombstones."""

    def __init__(self, client: Any, table: str) -> None:
        self._client = client
        self._table = table

    def bury(self, job: Job, tombstone: Tombstone) -> None:
        try:
            self._client.put_item(
                TableName=self._table,
                Item=tombstone_row(tombstone),
                ConditionExpression="#sequence = :sequence",
                ExpressionAttributeNames={"#sequence": "sequence"},
                ExpressionAttributeValues={":sequence": number(job.sequence)},
            )
        except self._client.exceptions.ConditionalCheckFailedException:
            raise JobConflict(f"job {job.id} was changed by somebody else") from None

    def tombstone(self, job_id: str) -> Tombstone | None:
        found = row(self._client, self._table, f"JOB#{job_id}", JOB)
        return read_tombstone(found) if found else None

    def clear(self, job_id: str) -> None:
        pages = self._client.get_paginator("query").paginate(
            TableName=self._table,
            ConsistentRead=True,
            KeyConditionExpression="pk = :pk",
            ExpressionAttributeValues={":pk": text(f"JOB#{job_id}")},
            ProjectionExpression="pk, sk",
        )
        keys = [{"pk": row["pk"], "sk": row["sk"]} for page in pages for row in page["Items"]]
        others = [{"DeleteRequest": {"Key": key}} for key in keys if key["sk"]["S"] != JOB]
        for at in range(0, len(others), _BATCH):
            self._send(others[at : at + _BATCH])

    def keep(self, tombstone: Tombstone) -> None:
        self._client.put_item(TableName=self._table, Item=tombstone_row(tombstone))

    def _send(self, requests: list[dict[str, Any]]) -> None:
        left = {self._table: requests}
        for _ in range(_SENDS):
            left = self._client.batch_write_item(RequestItems=left).get("UnprocessedItems", {})
            if not left:
                return
        raise RowsLeft(f"{sum(map(len, left.values()))} rows could not be deleted")
