"""A caller names a job."""

from cavendish.errors import JobGone, JobUnknown
from cavendish.job import Job
from cavendish.ports import Jobs, Tombstones
from cavendish.ulid import is_ulid


def find(job_id: str, *, tenant: str, jobs: Jobs, tombstones: Tombstones, now: float) -> Job:
    """The tenant's own job. Raises JobUnknown, also for somebody else's job, or JobGone."""
    job = jobs.get(job_id) if is_ulid(job_id) else None
    left = job or (tombstones.tombstone(job_id) if is_ulid(job_id) else None)
    if left is None or left.tenant != tenant:
        raise JobUnknown
    if job is None or job.outdated(now):
        raise JobGone
    return job
