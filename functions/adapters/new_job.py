"""What a new job writes: itself, its first event, and its claims."""

from collections.abc import Sequence
from typing import Any

from adapters.rows import claim_row, event_row, job_row, number
from adapters.transaction import put
from cavendish.claim import Claim
from cavendish.job import Event, Job


def new_job(table: str, job: Job, event: Event, claims: Sequence[Claim] = ()) -> list[dict[str, Any]]:
    """The items of a transaction; refused if the job exists or a claim is held."""
    held = [taken(table, claim, job.created_at) for claim in claims]
    return [put(table, job_row(job)), put(table, event_row(job, event)), *held]


def taken(table: str, claim: Claim, now: float) -> dict[str, Any]:
    """The item that takes a claim, unless it is held."""
    free = "attribute_not_exists(pk) OR expires_at <= :now"
    return put(table, claim_row(claim), free, values={":now": number(now)})
