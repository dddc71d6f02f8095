"""A caller does not want the job any more."""

from cavendish.attempt import State
from cavendish.errors import JobConflict
from cavendish.job import Job, Status
from cavendish.ports import Jobs, Workflow


def cancel(job: Job, *, jobs: Jobs, workflow: Workflow, now: float) -> Job:
    """Cancel at once where no call is running; else nothing new starts, and the job ends when the call has.

    Raises JobConflict if the job changes meanwhile.
    """
    if job.ended or job.status is Status.CANCELLING:
        return job
    cancelling = job.cancelling(now)
    jobs.save(job, cancelling, cancelling.event("job.cancelling"))
    if any(one.state is State.CALLING for one in jobs.attempts(job.id)):
        return cancelling
    cancelled = cancelling.end(Status.CANCELLED, now)
    try:
        jobs.save(cancelling, cancelled, cancelled.event("job.cancelled"))
    except JobConflict:  # the workflow settled it first
        return jobs.get(job.id) or cancelled
    workflow.stop(job.id)
    return cancelled
