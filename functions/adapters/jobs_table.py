"""The table of jobs, on DynamoDB: every write is conditional, and a change and its event are one transaction."""

from collections.abc import Iterator, Sequence
from itertools import chain, islice
from typing import Any

from adapters.accounts import Place
from adapters.attempts import Attempts
from adapters.rows import CLAIM, JOB, OLD, SHARDS, claim_row, event_row, job_row, number, read_due, read_job, text
from adapters.transaction import put, write
from cavendish.attempt import AttemptKey
from cavendish.claim import Claim
from cavendish.errors import Claimed, JobConflict
from cavendish.job import Event, Job


class JobsTable(Attempts):
    """The port Jobs."""

    def add(self, job: Job, event: Event, claims: Sequence[Claim] = ()) -> None:
        put = self._put(job_row(job), "attribute_not_exists(pk)")
        taken = [self._claim(claim, job.created_at) for claim in claims]
        try:
            self._write([put, self._put(event_row(job, event)), *taken], JobConflict(f"job {job.id} exists"))
        except JobConflict:
            for claim in claims:
                self._raise_if_claimed(claim, job.created_at)
            raise

    def check(self, claims: Sequence[Claim], now: float) -> None:
        for claim in claims:
            self._raise_if_claimed(claim, now)

    def claim(self, claim: Claim, now: float) -> None:
        try:
            self._write([self._claim(claim, now)], JobConflict("the claim is held"))
        except JobConflict:
            self._raise_if_claimed(claim, now)
            raise

    def get(self, job_id: str) -> Job | None:
        row = self._row(Place(f"JOB#{job_id}", JOB))
        return read_job(row) if row else None

    def save(self, before: Job, after: Job, event: Event | None = None) -> None:
        put = self._put(
            job_row(after), "#sequence = :sequence", {"#sequence": "sequence"}, {":sequence": number(before.sequence)}
        )
        events = [self._put(event_row(after, event))] if event else []
        self._write([put, *events], JobConflict(f"job {before.id} was changed by somebody else"))

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
        row = self._row(Place(f"CLAIM#{claim.digest}", CLAIM))
        if row is not None and float(row["expires_at"]["N"]) > now:
            raise Claimed(claim.digest, row["fingerprint"]["S"], row["job_id"]["S"])

    def _put(
        self,
        row: dict[str, Any],
        condition: str = "attribute_not_exists(pk)",
        names: dict[str, str] | None = None,
        values: dict[str, Any] | None = None,
    ) -> dict[str, Any]:
        return put(self._table, row, condition, names, values)

    def _write(self, items: list[dict[str, Any]], refused: Exception) -> None:
        write(self._client, items, refused)
