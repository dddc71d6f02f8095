"""A request becomes a queued job, once however often it is sent under one claim."""

from contextlib import suppress
from typing import NamedTuple

from cavendish.catalog import Catalog
from cavendish.claim import Claim, by_body, by_key
from cavendish.errors import Claimed, JobGone, KeyReused, SendFailed
from cavendish.job import Job, Status
from cavendish.ladder import lineup
from cavendish.ports import Jobs, Queue
from cavendish.request import JobRequest


class Submitted(NamedTuple):
    """The job, and whether an earlier submit made it."""

    job: Job
    replayed: bool = False


def submit(
    request: JobRequest,
    *,
    tenant: str,
    job_id: str,
    jobs: Jobs,
    queue: Queue,
    catalog: Catalog,
    now: float,
    key: str | None = None,
) -> Submitted:
    """Write the job, then send it. From the write on it is acknowledged: what is not sent now, the watchdog sends.

    `key` is the caller's Idempotency-Key. Raises KeyReused if it stands for another request.
    """
    job = _queued(request, tenant, job_id, catalog, now)
    try:
        jobs.add(job, job.event("job.queued"), _claims(job, key, now))
    except Claimed as claimed:
        return _earlier(claimed, job, key, jobs)
    with suppress(SendFailed):
        queue.send(job)
    return Submitted(job)


def _queued(request: JobRequest, tenant: str, job_id: str, catalog: Catalog, now: float) -> Job:
    first = lineup(request, catalog)[0]
    return Job(
        id=job_id,
        tenant=tenant,
        status=Status.QUEUED,
        sequence=1,
        created_at=now,
        updated_at=now,
        looked_at=now,
        deadline_at=now + request.deadline_s,
        request=request,
        model=first.id,
        route=request.route or first.routes[0],
    )


def _claims(job: Job, key: str | None, now: float) -> list[Claim]:
    of = {"tenant": job.tenant, "job_id": job.id}
    keyed = [by_key(key, job.request, **of, now=now)] if key else []
    return [*keyed, by_body(job.request, **of, now=now)] if job.request.dedupe_window_s else keyed


def _earlier(claimed: Claimed, job: Job, key: str | None, jobs: Jobs) -> Submitted:
    """The job of the submit that came first, as it was then: its first answer is given again. Raises JobGone."""
    mine = {claim.digest: claim for claim in _claims(job, key, job.created_at)}[claimed.digest]
    if claimed.fingerprint != mine.fingerprint:
        raise KeyReused("this Idempotency-Key was sent with another request before; send a new key with a new request")
    earlier = jobs.get(claimed.job_id)
    if earlier is None:
        raise JobGone
    keyed = by_key(key, job.request, tenant=job.tenant, job_id=earlier.id, now=job.created_at) if key else None
    if keyed and keyed.digest != claimed.digest:  # the body was known, and from now on this key stands for its job too
        with suppress(Claimed):
            jobs.claim(keyed, job.created_at)
    return Submitted(earlier.as_submitted(), replayed=True)
