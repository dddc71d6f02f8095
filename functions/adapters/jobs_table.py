"""The table of jobs, on DynamoDB: every write is conditional, and a change and its event are one transaction."""

from collections.abc import Iterator, Sequence
from itertools import islice

from adapters.accounts import Place
from adapters.attempts import Attempts
from adapters.counts import count
from adapters.new_job import new_job, taken
from adapters.reads import due, several
from adapters.rows import ATTEMPTS, CLAIM, JOB, OLD, event_row, job_row, number, read_due, read_job
from adapters.transaction import put, write
from cavendish.attempt import AttemptKey
from cavendish.claim import Claim
from cavendish.errors import Claimed, JobConflict
from cavendish.job import Event, Job


class JobsTable(Attempts):
    """The port Jobs."""

    def add(self, job: Job, event: Event, claims: Sequence[Claim] = ()) -> None:
        try:
            write(self._client, new_job(self._table, job, event, claims), JobConflict(f"job {job.id} exists"))
        except JobConflict:
            for claim in claims:
                self._raise_if_claimed(claim, job.created_at)
            raise

    def check(self, claims: Sequence[Claim], now: float) -> None:
        for claim in claims:
            self._raise_if_claimed(claim, now)

    def claim(self, claim: Claim, now: float) -> None:
        try:
            write(self._client, [taken(self._table, claim, now)], JobConflict("the claim is held"))
        except JobConflict:
            self._raise_if_claimed(claim, now)
            raise

    def get(self, job_id: str) -> Job | None:
        row = self._row(Place(f"JOB#{job_id}", JOB))
        return read_job(row) if row else None

    def several(self, job_ids: Sequence[str]) -> dict[str, Job]:
        rows = several(self._client, self._table, [(f"JOB#{job_id}", JOB) for job_id in job_ids])
        return {job.id: job for row in rows if (job := read_job(row))}

    def save(self, before: Job, after: Job, event: Event | None = None, *, spent: int = 0) -> None:
        names, values = {"#sequence": "sequence"}, {":sequence": number(before.sequence)}
        changed = put(self._table, job_row(after), "#sequence = :sequence", names, values)
        events = [put(self._table, event_row(after, event))] if event else []
        counts = [count(self._table, after, spent)] if after.ended and not before.ended and after.item else []
        write(self._client, [changed, *events, *counts], JobConflict(f"job {before.id} was changed by somebody else"))

    def due(self, now: float) -> Iterator[AttemptKey | str]:
        for kind in (ATTEMPTS, ""):
            yield from (read_due(row) for row in due(self._client, self._table, kind, now))

    def outdated(self, now: float, most: int) -> Iterator[str]:
        rows = islice(due(self._client, self._table, OLD, now), most)
        yield from (row["pk"]["S"].removeprefix("JOB#") for row in rows)

    def _raise_if_claimed(self, claim: Claim, now: float) -> None:
        row = self._row(Place(f"CLAIM#{claim.digest}", CLAIM))
        if row is not None and float(row["expires_at"]["N"]) > now:
            raise Claimed(claim.digest, row["fingerprint"]["S"], row["job_id"]["S"])
