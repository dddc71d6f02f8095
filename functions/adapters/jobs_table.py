"""The table of jobs, on DynamoDB: every write is conditional, and a change and its event are one transaction."""

from collections.abc import Iterator, Sequence
from itertools import chain, islice
from typing import Any

from adapters.rows import (
    ATTEMPT,
    CLAIM,
    JOB,
    OLD,
    SHARDS,
    attempt_row,
    claim_row,
    event_row,
    job_row,
    number,
    read_attempt,
    read_due,
    read_job,
    text,
)
from adapters.transaction import write
from cavendish.attempt import REPORT_AFTER_S, Attempt, AttemptKey, Result, State
from cavendish.claim import Claim
from cavendish.errors import CallRefused, Claimed, JobConflict
from cavendish.job import Event, Job
from cavendish.outcome import Outcome


class JobsTable:
    """The port Jobs."""

    def __init__(self, client: Any, table: str) -> None:
        self._client = client
        self._table = table

    def add(self, job: Job, event: Event, claims: Sequence[Claim] = ()) -> None:
        put = self._put(job_row(job), "attribute_not_exists(pk)")
        taken = [self._claim(claim, job.created_at) for claim in claims]
        try:
            self._write([put, self._put(event_row(job, event)), *taken], JobConflict(f"job {job.id} exists"))
        except JobConflict:
            for claim in claims:
                self._raise_if_claimed(claim, job.created_at)
            raise

    def claim(self, claim: Claim, now: float) -> None:
        try:
            self._write([self._claim(claim, now)], JobConflict("the claim is held"))
        except JobConflict:
            self._raise_if_claimed(claim, now)
            raise

    def get(self, job_id: str) -> Job | None:
        row = self._row(f"JOB#{job_id}", JOB)
        return read_job(row) if row else None

    def save(self, before: Job, after: Job, event: Event | None = None) -> None:
        put = self._put(
            job_row(after), "#sequence = :sequence", {"#sequence": "sequence"}, {":sequence": number(before.sequence)}
        )
        events = [self._put(event_row(after, event))] if event else []
        self._write([put, *events], JobConflict(f"job {before.id} was changed by somebody else"))

    def attempts(self, job_id: str) -> list[Attempt]:
        pages = self._client.get_paginator("query").paginate(
            TableName=self._table,
            ConsistentRead=True,
            KeyConditionExpression="pk = :pk AND begins_with(sk, :sk)",
            ExpressionAttributeValues={":pk": text(f"JOB#{job_id}"), ":sk": text(ATTEMPT)},
        )
        attempts = [read_attempt(row) for page in pages for row in page["Items"]]
        return sorted(attempts, key=lambda one: (one.started_at, one.path))

    def begin(self, attempt: Attempt, now: float) -> None:
        job_may_call = {
            "ConditionCheck": {
                "TableName": self._table,
                "Key": {"pk": text(f"JOB#{attempt.job_id}"), "sk": text(JOB)},
                "ConditionExpression": "#status IN (:queued, :running) AND deadline_at > :now",
                "ExpressionAttributeNames": {"#status": "status"},
                "ExpressionAttributeValues": {
                    ":queued": text("queued"),
                    ":running": text("running"),
                    ":now": number(now),
                },
            }
        }
        absent = self._put(attempt_row(attempt), "attribute_not_exists(pk)")
        self._write([job_may_call, absent], CallRefused(f"attempt {attempt.path} of job {attempt.job_id} may not call"))

    def ask_again(self, key: AttemptKey, token: str) -> Attempt:
        change = "ADD tokens :token"
        return read_attempt(self._update(key, change, "attribute_exists(pk)", {":token": {"SS": [token]}}))

    def end(self, key: AttemptKey, result: Result, now: float, *, lost: bool = False) -> Attempt | None:
        changes = "SET #state = :state, #result = :result, outcome = :outcome, ended_at = :now, due_at = :due"
        values = {
            ":state": text(State.LOST if lost else State.ENDED),
            ":result": text(result.model_dump_json()),
            ":outcome": text(result.report.outcome),
            ":now": number(now),
            ":due": number(now + REPORT_AFTER_S),
            ":calling": text(State.CALLING),
        }
        try:
            return read_attempt(self._update(key, changes, "#state = :calling", values))
        except CallRefused:
            self._keep_late(key, result)
            return None

    def reported(self, key: AttemptKey) -> None:
        values = {":reported": text(State.REPORTED), ":calling": text(State.CALLING)}
        self._update(
            key,
            "SET #state = :reported REMOVE due_shard, due_at",
            "attribute_exists(pk) AND #state <> :calling",
            values,
        )

    def due(self, now: float) -> Iterator[AttemptKey | str]:
        for shard in range(SHARDS):
            yield from (read_due(row) for row in self._due_rows(str(shard), now))

    def outdated(self, now: float, most: int) -> Iterator[str]:
        shards = (self._due_rows(f"{OLD}{shard}", now) for shard in range(SHARDS))
        rows = islice(chain.from_iterable(shards), most)
        yield from (row["pk"]["S"].removeprefix("JOB#") for row in rows)

    def _due_rows(self, shard: str, now: float) -> Iterator[dict[str, Any]]:
        pages = self._client.get_paginator("query").paginate(
            TableName=self._table,
            IndexName="due",
            KeyConditionExpression="due_shard = :shard AND due_at <= :now",
            ExpressionAttributeValues={":shard": text(shard), ":now": number(now)},
        )
        for page in pages:
            yield from page["Items"]

    def _claim(self, claim: Claim, now: float) -> dict[str, Any]:
        free = "attribute_not_exists(pk) OR expires_at <= :now"
        return self._put(claim_row(claim), free, values={":now": number(now)})

    def _raise_if_claimed(self, claim: Claim, now: float) -> None:
        row = self._row(f"CLAIM#{claim.digest}", CLAIM)
        if row is not None and float(row["expires_at"]["N"]) > now:
            raise Claimed(claim.digest, row["fingerprint"]["S"], row["job_id"]["S"])

    def _keep_late(self, key: AttemptKey, result: Result) -> None:
        """A success that came after its attempt was given up as lost is kept, for the next attempt to adopt."""
        if result.image is None:
            return
        values = {
            ":result": text(result.model_dump_json()),
            ":outcome": text(result.report.outcome),
            ":lost": text(Outcome.LOST_WORKER),
        }
        try:
            self._update(key, "SET #result = :result, outcome = :outcome", "outcome = :lost", values)
        except CallRefused:
            return

    def _row(self, pk: str, sk: str) -> dict[str, Any] | None:
        key = {"pk": text(pk), "sk": text(sk)}
        answer = self._client.get_item(TableName=self._table, Key=key, ConsistentRead=True)
        row: dict[str, Any] | None = answer.get("Item")
        return row

    def _put(
        self,
        row: dict[str, Any],
        condition: str = "attribute_not_exists(pk)",
        names: dict[str, str] | None = None,
        values: dict[str, Any] | None = None,
    ) -> dict[str, Any]:
        put = {"TableName": self._table, "Item": row, "ConditionExpression": condition}
        names_and_values = {"ExpressionAttributeNames": names, "ExpressionAttributeValues": values}
        return {"Put": {**put, **{name: value for name, value in names_and_values.items() if value}}}

    def _write(self, items: list[dict[str, Any]], refused: Exception) -> None:
        write(self._client, items, refused)

    def _update(self, key: AttemptKey, changes: str, condition: str, values: dict[str, Any]) -> dict[str, Any]:
        reserved = {"#state": "state", "#result": "result"}
        names = {name: to for name, to in reserved.items() if name in changes + condition}
        try:
            answer = self._client.update_item(
                TableName=self._table,
                Key={"pk": text(f"JOB#{key.job_id}"), "sk": text(ATTEMPT + key.path)},
                UpdateExpression=changes,
                ConditionExpression=condition,
                ExpressionAttributeValues=values,
                ReturnValues="ALL_NEW",
                **({"ExpressionAttributeNames": names} if names else {}),
            )
        except self._client.exceptions.ConditionalCheckFailedException:
            raise CallRefused(f"attempt {key.path} of job {key.job_id} has moved on") from None
        row: dict[str, Any] = answer["Attributes"]
        return row
