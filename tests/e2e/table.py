"""The rows of jobs and attempts, read and aged past the product's back: what a test may not wait for, it backdates."""

import json
import time
from dataclasses import dataclass
from typing import Any

from tests.e2e.cloud import Cloud

#: Long before any test.
LONG_AGO = 1_000_000_000.0


@dataclass(frozen=True, slots=True)
class Row:
    """One attempt's row as it lies in the table."""

    path: str
    state: str
    tokens: list[str]
    outcome: str | None
    doc: dict[str, Any]
    ended: bool


def attempts(cloud: Cloud, job_id: str) -> list[Row]:
    return [_row(item) for item in _rows(cloud, job_id, "ATTEMPT#")]


def events(cloud: Cloud, job_id: str) -> list[dict[str, Any]]:
    """What was told of the job, in the order in which it is told."""
    return [json.loads(item["doc"]["S"]) for item in _rows(cloud, job_id, "EVENT#")]


def states(cloud: Cloud, job_id: str) -> list[str]:
    return [row.state for row in attempts(cloud, job_id)]


def job(cloud: Cloud, job_id: str) -> dict[str, Any]:
    """The job as it was written."""
    found = cloud.aws("dynamodb").get_item(
        TableName=cloud.outputs["JobsTable"], Key=_job_key(job_id), ConsistentRead=True
    )
    written: dict[str, Any] = json.loads(found["Item"]["doc"]["S"])
    return written


def forget_job(cloud: Cloud, job_id: str) -> None:
    cloud.aws("dynamodb").delete_item(TableName=cloud.outputs["JobsTable"], Key=_job_key(job_id))


def mentions(cloud: Cloud, words: str) -> list[dict[str, Any]]:
    """The rows that have these words in what they hold."""
    pages = cloud.aws("dynamodb").get_paginator("scan").paginate(TableName=cloud.outputs["JobsTable"])
    return [item for page in pages for item in page["Items"] if words in json.dumps(item)]


def age_job(cloud: Cloud, job_id: str, *, past_deadline: bool = False) -> None:
    """As if nobody had looked after the job for long, or since its deadline."""
    late = {"deadline_at": LONG_AGO} if past_deadline else {}
    written = json.dumps({**job(cloud, job_id), "looked_at": LONG_AGO, **late})
    _age(cloud, _job_key(job_id), "doc = :doc", {":doc": {"S": written}})


def outlive(cloud: Cloud, job_id: str) -> None:
    """As if the job had ended so long ago that its retention is over."""
    written = json.dumps({**job(cloud, job_id), "updated_at": LONG_AGO})
    _age(cloud, _job_key(job_id), "doc = :doc, kept_until = :past", {":doc": {"S": written}})


def age_tombstone(cloud: Cloud, job_id: str) -> None:
    """As if the time of whoever deletes the job were over."""
    written = json.dumps({**job(cloud, job_id), "due_at": LONG_AGO})
    _age(cloud, _job_key(job_id), "doc = :doc", {":doc": {"S": written}})


def rows(cloud: Cloud, job_id: str) -> list[dict[str, Any]]:
    """All that the table has of a job."""
    return _rows(cloud, job_id, "")


def backdate(cloud: Cloud, job_id: str, seconds: float) -> None:
    """As if the job had been submitted so much earlier, and had waited since."""
    written = job(cloud, job_id)
    earlier = {name: written[name] - seconds for name in ("created_at", "deadline_at")}
    _set(cloud, job_id, {**written, **earlier})


def set_deadline(cloud: Cloud, job_id: str, seconds_from_now: float) -> None:
    _set(cloud, job_id, {**job(cloud, job_id), "deadline_at": time.time() + seconds_from_now})


def age_attempts(cloud: Cloud, job_id: str) -> None:
    """As if every attempt's lease, or its time to be reported, were over."""
    for row in attempts(cloud, job_id):
        key = {"pk": {"S": f"JOB#{job_id}"}, "sk": {"S": f"ATTEMPT#{row.path}"}}
        values = {":doc": {"S": json.dumps({**row.doc, "lease_until": LONG_AGO})}}
        if row.ended:
            _age(cloud, key, "doc = :doc, ended_at = :past", values)
        elif row.state != "reported":
            _age(cloud, key, "doc = :doc", values)


def _set(cloud: Cloud, job_id: str, written: dict[str, Any]) -> None:
    """Write a job whose deadline is another one."""
    cloud.aws("dynamodb").update_item(
        TableName=cloud.outputs["JobsTable"],
        Key=_job_key(job_id),
        UpdateExpression="SET doc = :doc, deadline_at = :at",
        ExpressionAttributeValues={":doc": {"S": json.dumps(written)}, ":at": {"N": str(written["deadline_at"])}},
    )


def _rows(cloud: Cloud, job_id: str, kind: str) -> list[dict[str, Any]]:
    named = {":pk": {"S": f"JOB#{job_id}"}, **({":sk": {"S": kind}} if kind else {})}
    found = cloud.aws("dynamodb").query(
        TableName=cloud.outputs["JobsTable"],
        ConsistentRead=True,
        KeyConditionExpression="pk = :pk AND begins_with(sk, :sk)" if kind else "pk = :pk",
        ExpressionAttributeValues=named,
    )
    items: list[dict[str, Any]] = found["Items"]
    return items


def _age(cloud: Cloud, key: dict[str, Any], changes: str, values: dict[str, Any]) -> None:
    cloud.aws("dynamodb").update_item(
        TableName=cloud.outputs["JobsTable"],
        Key=key,
        UpdateExpression=f"SET {changes}, due_at = :past",
        ExpressionAttributeValues={**values, ":past": {"N": str(LONG_AGO)}},
    )


def _job_key(job_id: str) -> dict[str, Any]:
    return {"pk": {"S": f"JOB#{job_id}"}, "sk": {"S": "JOB"}}


def _row(item: dict[str, Any]) -> Row:
    return Row(
        path=item["sk"]["S"].removeprefix("ATTEMPT#"),
        state=item["state"]["S"],
        tokens=item["tokens"]["SS"],
        outcome=item["outcome"]["S"] if "outcome" in item else None,
        doc=json.loads(item["doc"]["S"]),
        ended="ended_at" in item,
    )
