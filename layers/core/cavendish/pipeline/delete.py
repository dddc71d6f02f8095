"""A job goes, with its prompt, its pictures and its rows: because its caller wants it, or because its time is over."""

from cavendish.attempt import Attempt, Result, State
from cavendish.errors import JobNotEnded
from cavendish.job import Job
from cavendish.outcome import Outcome, report
from cavendish.ports import Images, Jobs, Tombstones
from cavendish.tombstone import Tombstone


def delete(job: Job, *, jobs: Jobs, tombstones: Tombstones, images: Images, now: float) -> None:
    """Delete a job that has ended. The tombstone comes first: after a crash the job is gone, and the watchdog finishes.

    Raises JobNotEnded, or JobConflict if somebody else deletes it at the same time.
    """
    if not job.ended:
        raise JobNotEnded(f"job {job.id} is {job.status}")
    tombstone = Tombstone.of(job, now)
    tombstones.bury(job, tombstone)
    _purge(tombstone, jobs=jobs, tombstones=tombstones, images=images, now=now)


def finish(job_id: str, *, jobs: Jobs, tombstones: Tombstones, images: Images, now: float) -> None:
    """Delete what is left of a deleted job, if it is time."""
    tombstone = tombstones.tombstone(job_id)
    if tombstone is not None and tombstone.due_at is not None and tombstone.due_at <= now:
        _purge(tombstone, jobs=jobs, tombstones=tombstones, images=images, now=now)


def _unheard(attempt: Attempt) -> Result:
    """What a call comes to of whose end nobody will hear: it may be billed."""
    cost_usd = attempt.hold.list_usd if attempt.hold else 0.0
    detail = "the job was deleted while the call was running"
    return Result(report=report(Outcome.LOST_WORKER, detail=detail), cost_usd=cost_usd, estimated=True)


def _purge(tombstone: Tombstone, *, jobs: Jobs, tombstones: Tombstones, images: Images, now: float) -> None:
    """Delete all but the tombstone, and once more after a call that still runs, for it may yet store a picture."""
    calling = [one for one in jobs.attempts(tombstone.id) if one.state is State.CALLING]
    again_at = max((one.lease_until for one in calling if one.lease_until > now), default=None)
    for one in calling:  # nobody can end them when their rows are gone, and what they hold would be held for ever
        jobs.end(one.key, _unheard(one), now, lost=True)
    if again_at is not None:
        tombstones.keep(tombstone.due(again_at))  # before the rows go that it is known from
    images.clear(tombstone.id)
    tombstones.clear(tombstone.id)
    if again_at is None:
        tombstones.keep(tombstone.due(None))
