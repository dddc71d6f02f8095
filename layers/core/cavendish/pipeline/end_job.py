"""The end of a job, written and counted: for whoever ends it."""

from collections.abc import Sequence

from cavendish.attempt import Attempt
from cavendish.job import Job
from cavendish.ports import Jobs
from cavendish.stats.ports import Statistics
from cavendish.stats.tally import spent, sums_of


def end_job(job: Job, ended: Job, attempts: Sequence[Attempt], *, jobs: Jobs, statistics: Statistics) -> None:
    """Save the job as it has ended, with what its attempts cost. Raises JobConflict if somebody else changed it.

    Whoever ends it counts it, so it is counted once. Not in the same transaction: sums are written by many jobs at
    once, and no job is to wait for its end because of a figure.
    """
    jobs.save(job, ended, ended.event(f"job.{ended.status}"), spent=spent(attempts))
    statistics.add(job.tenant, sums_of(attempts, job.request.tags))
