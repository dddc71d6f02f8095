"""A request becomes a queued job."""

from contextlib import suppress

from cavendish.catalog import Catalog
from cavendish.errors import SendFailed
from cavendish.job import Job, Status
from cavendish.ladder import lineup
from cavendish.ports import Jobs, Queue
from cavendish.request import JobRequest


def submit(
    request: JobRequest, *, tenant: str, job_id: str, jobs: Jobs, queue: Queue, catalog: Catalog, now: float
) -> Job:
    """Write the job, then send it. From the write on it is acknowledged: what is not sent now, the watchdog sends."""
    first = lineup(request, catalog)[0]
    job = Job(
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
    jobs.add(job, job.event("job.queued"))
    with suppress(SendFailed):
        queue.send(job)
    return job
