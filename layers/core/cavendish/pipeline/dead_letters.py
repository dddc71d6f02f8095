"""What a queue gave up is ended here, with the reason."""

from typing import Any

from cavendish.attempt import AttemptMessage, State, read_message
from cavendish.catalog.catalog import Catalog
from cavendish.errors import AttemptError, MessageUnreadable
from cavendish.job import Job, JobError, Status
from cavendish.outcome import TABLE, Outcome
from cavendish.pipeline.end_job import end_job
from cavendish.pipeline.looks import look_again
from cavendish.pipeline.settle import conclude, pictures
from cavendish.pipeline.telling import Telling
from cavendish.pipeline.watchdog import end_attempt
from cavendish.ports import Images, Jobs, Workflow
from cavendish.stats.ports import Statistics


def bury(
    fields: dict[str, Any],
    *,
    jobs: Jobs,
    images: Images,
    workflow: Workflow,
    statistics: Statistics,
    catalog: Catalog,
    now: float,
) -> str | None:
    """End the job or the attempt that a message was about; gives the job's id, None if it names none of ours."""
    job_id = fields.get("job_id")
    if "token" not in fields:
        if isinstance(job_id, str):
            bury_job(job_id, jobs=jobs, workflow=workflow, statistics=statistics, now=now)
        return job_id if isinstance(job_id, str) else None
    try:
        message = read_message(fields)
    except MessageUnreadable as unreadable:
        Telling(jobs, workflow).refuse(unreadable.token, AttemptError.UNDELIVERABLE)
        return None
    bury_attempt(message, jobs=jobs, images=images, workflow=workflow, catalog=catalog, now=now)
    return message.job_id


def bury_job(job_id: str, *, jobs: Jobs, workflow: Workflow, statistics: Statistics, now: float) -> None:
    """End a job that could not be started. One that was, and only not marked, is ended by its workflow."""
    look_again(lambda: _bury_job(job_id, jobs, workflow, statistics, now))


def _bury_job(job_id: str, jobs: Jobs, workflow: Workflow, statistics: Statistics, now: float) -> None:
    job = jobs.get(job_id)
    if job is None or job.status is not Status.QUEUED or workflow.runs(job_id):
        return
    attempts = jobs.attempts(job_id)
    if any(one.state is State.CALLING for one in attempts):
        return  # made ahead, and still on its way: the watchdog sends the job again
    ended = conclude(job, attempts, now) if pictures(attempts) else _unstarted(job, now)
    end_job(job, ended, attempts, jobs=jobs, statistics=statistics)


def _unstarted(job: Job, now: float) -> Job:
    title, detail = TABLE[Outcome.UNDELIVERABLE].title, "the job could not be started; the log says why"
    return job.end(Status.FAILED, now, JobError(code=Outcome.UNDELIVERABLE, title=title, detail=detail))


def bury_attempt(
    message: AttemptMessage, *, jobs: Jobs, images: Images, workflow: Workflow, catalog: Catalog, now: float
) -> None:
    """End an attempt whose message could not be worked on.

    One that was written is left to its worker until its lease runs out, and ended like any lost one then.
    """
    written = next((one for one in jobs.attempts(message.job_id, message.image) if one.key == message.key), None)
    if written is None:
        Telling(jobs, workflow).refuse(message.token, AttemptError.UNDELIVERABLE)
        return
    current = jobs.ask_again(written.key, message.token)
    if current.due_at is not None and current.due_at <= now:
        end_attempt(current, jobs=jobs, images=images, workflow=workflow, catalog=catalog, now=now)
