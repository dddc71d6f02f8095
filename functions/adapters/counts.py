"""How many jobs of a batch have ended, counted in the transactions that end them, over rows that bear it."""

import zlib
from typing import Any, Final

from adapters.reads import key
from adapters.rows import number, text
from cavendish.batch.batch import KEPT_S
from cavendish.batch.counts import Counts
from cavendish.job import Job, Status

COUNT: Final = "COUNT#"
#: A row takes some hundred transactions a second; so many rows take those of every worker there may be.
SPREAD: Final = 8
_SPENT: Final = "spent"


def count(table: str, ended: Job, spent: int) -> dict[str, Any]:
    """The item of a transaction that counts a job which has ended."""
    assert ended.item is not None, "only a batch's items are counted"
    place = key(f"BATCH#{ended.item.batch_id}", f"{COUNT}{zlib.crc32(ended.id.encode()) % SPREAD}")
    return {
        "Update": {
            "TableName": table,
            "Key": place,
            "UpdateExpression": "ADD #status :one, spent :spent SET expires_at = :expires",
            "ExpressionAttributeNames": {"#status": ended.status},
            "ExpressionAttributeValues": {
                ":one": number(1),
                ":spent": number(spent),
                ":expires": number(int(ended.updated_at + KEPT_S)),
            },
        }
    }


def read_counts(client: Any, table: str, batch_id: str) -> Counts:
    answer = client.query(
        TableName=table,
        ConsistentRead=True,
        KeyConditionExpression="pk = :pk AND begins_with(sk, :sk)",
        ExpressionAttributeValues={":pk": text(f"BATCH#{batch_id}"), ":sk": text(COUNT)},
    )
    rows = answer["Items"]
    by_status = {status: sum(_whole(row, status) for row in rows) for status in Status}
    return Counts(
        by_status={str(status): number for status, number in by_status.items() if number},
        spent=sum(_whole(row, _SPENT) for row in rows),
    )


def _whole(row: dict[str, Any], name: str) -> int:
    return int(row[name]["N"]) if name in row else 0
