"""A job ends, with what its attempts made."""

from cavendish.attempt import Attempt, AttemptKey, position
from cavendish.job import Job, JobError, Status
from cavendish.ladder.plan import follow
from cavendish.ladder.time_left import in_time
from cavendish.outcome import TABLE, Outcome, report
from cavendish.pipeline.end_job import end_job
from cavendish.pipeline.looks import look_again
from cavendish.ports import Jobs
from cavendish.stats.ports import Statistics
from cavendish.stats.tally import NOT_KEPT


def settle(job_id: str, *, jobs: Jobs, now: float, statistics: Statistics = NOT_KEPT) -> Status | None:
    """End the job by its rows alone, so that anybody may ask for it, twice too. None: there is no such job."""
    return look_again(lambda: _settle(job_id, jobs, now, statistics))


def _settle(job_id: str, jobs: Jobs, now: float, statistics: Statistics) -> Status | None:
    job = jobs.get(job_id)
    if job is None or job.ended:
        return job.status if job else None
    attempts = jobs.attempts(job_id)
    ended = conclude(job, attempts, now)
    end_job(job, ended, attempts, jobs=jobs, statistics=statistics)
    return ended.status


def pictures(attempts: list[Attempt]) -> list[Attempt]:
    """The attempt that made each image, by the image's index: of several, the one highest on the ladder."""
    best: dict[int, Attempt] = {}
    for attempt in sorted(attempts, key=lambda one: one.path):
        if attempt.made:
            best.setdefault(attempt.key.image, attempt)
    return [best[index] for index in sorted(best)]


def conclude(job: Job, attempts: list[Attempt], now: float) -> Job:
    """The job as it ends now. What is delivered is written down: a picture that comes later changes nothing."""
    if job.status is Status.CANCELLING:
        return job.end(Status.CANCELLED, now)
    delivered = tuple(one.path for one in pictures(attempts))
    if len(delivered) == job.request.n:
        return job.end(Status.SUCCEEDED, now, delivered=delivered)
    error = _error(job, attempts, now)
    if delivered:
        return job.end(Status.PARTIAL, now, error, delivered)
    return job.end(Status.EXPIRED if error.code == Outcome.EXPIRED else Status.FAILED, now, error)


def _error(job: Job, attempts: list[Attempt], now: float) -> JobError:
    """Why an image is missing: time, if only the deadline kept it from another attempt; else the last outcome."""
    missing = [_last(attempts, image) for image in range(job.request.n)]
    if any(_stopped_by_time(job, attempts, last, now) for last in missing):
        return JobError(code=Outcome.EXPIRED, title="The job ran out of time", detail=_late(job))
    ends = [one.report for one in missing if one and one.report and not one.made]
    last = ends[-1] if ends else report(Outcome.LOST_WORKER if attempts else Outcome.UNDELIVERABLE)
    return JobError(code=last.outcome, title=TABLE[last.outcome].title, detail=last.detail)


def _late(job: Job) -> str:
    if job.request.lane == "bulk" and job.attempted_at is None:
        return f"no attempt could begin within {job.request.waits_s} s, as long as a bulk job may wait"
    return f"the deadline of {job.request.deadline_s} s left no time for another attempt"


def _last(attempts: list[Attempt], image: int) -> Attempt | None:
    return next((one for one in reversed(attempts) if one.key.image == image), None)


def _stopped_by_time(job: Job, attempts: list[Attempt], last: Attempt | None, now: float) -> bool:
    """Whether an image whose last attempt this is would have had another one, but for the deadline."""
    if last is None or last.report is None or last.ended_at is None or job.plan is None:
        return now >= job.deadline_at
    endless = job.plan.until(float("inf"))
    after = follow(endless, position(attempts, last), last.report, now=last.ended_at, chance=1.0)
    if after.position is None:
        return False
    key = AttemptKey(job.id, last.key.image, after.position.step, after.position.route, after.position.try_)
    return not in_time(key, deadline_at=job.deadline_at, now=max(now, last.ended_at + after.wait_s))
