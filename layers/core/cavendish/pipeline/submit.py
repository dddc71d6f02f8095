"""A request becomes a queued job, once however often it is sent under one claim."""

from contextlib import suppress
from typing import NamedTuple

from cavendish.batch.item import Item
from cavendish.catalog.catalog import Catalog
from cavendish.claim import Claim, by_body, by_key
from cavendish.errors import Claimed, JobGone, KeyReused, OverBudget, RequestFault, SendFailed
from cavendish.job import Job, Status
from cavendish.ladder.lineup import lineup
from cavendish.pipeline.afford import check
from cavendish.ports import Budgets, Jobs, Queue
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
    budgets: Budgets,
    queue: Queue,
    catalog: Catalog,
    now: float,
    key: str | None = None,
) -> Submitted:
    """Write the job, then send it. From the write on it is acknowledged: what is not sent now, the watchdog sends.

    `key` is the caller's Idempotency-Key. Raises KeyReused, or OverBudget if not even the cheapest call may be made.
    """
    job = queued(request, tenant=tenant, job_id=job_id, catalog=catalog, now=now)
    of = {"tenant": tenant, "job_id": job_id}
    keyed = by_key(key, request, **of, now=now) if key else None
    windowed = by_body(request, **of, now=now) if request.dedupe_window_s else None
    claims = [claim for claim in (keyed, windowed) if claim]
    try:
        _afford(request, tenant, claims, jobs=jobs, budgets=budgets, catalog=catalog, now=now)
        jobs.add(job, job.event("job.queued"), claims)
    except Claimed as claimed:
        same = keyed if keyed and keyed.digest == claimed.digest else None
        return _replayed(claimed, same, jobs, now) if same else _known(claimed, keyed, jobs, now)
    with suppress(SendFailed):
        queue.send(job)
    return Submitted(job)


def _afford(
    request: JobRequest,
    tenant: str,
    claims: list[Claim],
    *,
    jobs: Jobs,
    budgets: Budgets,
    catalog: Catalog,
    now: float,
) -> None:
    """Raises OverBudget, or Claimed if the job was taken before."""
    try:
        check(request, tenant=tenant, budgets=budgets, catalog=catalog, now=now)
    except OverBudget:
        jobs.check(claims, now)
        raise


def queued(
    request: JobRequest, *, tenant: str, job_id: str, catalog: Catalog, now: float, item: Item | None = None
) -> Job:
    """A new job, not written yet."""
    first = lineup(request, catalog).choices[0]
    return Job(
        id=job_id,
        tenant=tenant,
        status=Status.QUEUED,
        sequence=1,
        created_at=now,
        updated_at=now,
        looked_at=now,
        deadline_at=now + request.waits_s,
        request=request,
        item=item,
        model=first.model.id,
        route=first.route,
    )


def _replayed(claimed: Claimed, keyed: Claim, jobs: Jobs, now: float) -> Submitted:
    """The job of the submit that came first, as it was then: its first answer is given again. Raises JobGone."""
    if claimed.fingerprint != keyed.fingerprint:
        raise KeyReused("this Idempotency-Key was sent with another request before; send a new key with a new request")
    detail = "the job that this key stands for is gone; send a new key for a new job"
    earlier = _earlier(claimed, jobs, now, RequestFault("/Idempotency-Key", detail, "header"))
    return Submitted(earlier.as_submitted(), replayed=True)


def _known(claimed: Claimed, keyed: Claim | None, jobs: Jobs, now: float) -> Submitted:
    """The job of the same body within its window, as it stands now; the key stands for it too from now on."""
    detail = "the job of the same request is gone; leave the window out for a new job"
    earlier = _earlier(claimed, jobs, now, RequestFault("/dedupe_window_s", detail))
    if keyed:
        with suppress(Claimed):
            jobs.claim(keyed.model_copy(update={"job_id": earlier.id}), now)
    return Submitted(earlier, replayed=True)


def _earlier(claimed: Claimed, jobs: Jobs, now: float, fault: RequestFault) -> Job:
    earlier = jobs.get(claimed.job_id)
    if earlier is None or earlier.outdated(now):
        raise JobGone(fault)
    return earlier
