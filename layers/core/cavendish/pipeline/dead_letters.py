"""What a queue gave up is ended here, with the reason."""

from contextlib import suppress

from cavendish.attempt import AttemptMessage
from cavendish.catalog import Catalog
from cavendish.errors import AttemptError, JobConflict, WorkflowClosed
from cavendish.job import JobError, Status
from cavendish.outcome import TABLE, Outcome
from cavendish.pipeline.watchdog import end_attempt
from cavendish.ports import Images, Jobs, Workflow


def bury_job(job_id: str, *, jobs: Jobs, now: float) -> None:
    """End a job that could not be started."""
    job = jobs.get(job_id)
    if job is None or job.status is not Status.QUEUED:
        return
    row = TABLE[Outcome.UNDELIVERABLE]
    error = JobError(
        code=Outcome.UNDELIVERABLE, title=row.title, detail="the job could not be started; the log says why"
    )
    ended = job.end(Status.FAILED, now, error)
    try:
        jobs.save(job, ended, ended.event(f"job.{ended.status}"))
    except JobConflict:
        bury_job(job_id, jobs=jobs, now=now)


def bury_attempt(
    message: AttemptMessage, *, jobs: Jobs, images: Images, workflow: Workflow, catalog: Catalog, now: float
) -> None:
    """End an attempt whose message could not be worked on.

    One that was written is left to its worker until its lease runs out, and ended like any lost one then.
    """
    written = next((one for one in jobs.attempts(message.job_id) if one.key == message.key), None)
    if written is None:
        with suppress(WorkflowClosed):
            workflow.fail(message.token, AttemptError.UNDELIVERABLE)
        return
    current = jobs.retoken(written.key, message.token)
    if current.due_at is not None and current.due_at <= now:
        end_attempt(current, jobs=jobs, images=images, workflow=workflow, catalog=catalog, now=now)
