"""A caller does not want the job any more."""

from cavendish.attempt import State
from cavendish.job import Job, Status
from cavendish.pipeline.end_job import end_job
from cavendish.pipeline.looks import look_again
from cavendish.ports import Jobs, Workflow
from cavendish.stats.ports import Statistics
from cavendish.stats.tally import NOT_KEPT


def cancel(job: Job, *, jobs: Jobs, workflow: Workflow, now: float, statistics: Statistics = NOT_KEPT) -> Job:
    """Cancel at once where no call is running; else nothing new starts, and the job ends when the call has.

    The flag comes first, because it is what keeps a call from starting while we look whether one runs.
    """
    return look_again(lambda: _cancel(jobs.get(job.id) or job, jobs, workflow, now, statistics))


def _cancel(job: Job, jobs: Jobs, workflow: Workflow, now: float, statistics: Statistics) -> Job:
    if job.ended:
        return job
    cancelling = job
    if job.status is not Status.CANCELLING:
        cancelling = job.cancelling(now)
        jobs.save(job, cancelling, cancelling.event("job.cancelling"))
    attempts = jobs.attempts(job.id)
    if any(one.state is State.CALLING for one in attempts):
        return cancelling
    cancelled = cancelling.end(Status.CANCELLED, now)
    end_job(cancelling, cancelled, attempts, jobs=jobs, statistics=statistics)
    workflow.stop(job.id)
    return cancelled
