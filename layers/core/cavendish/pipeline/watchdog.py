"""Every minute: what nobody else would end is ended, repeated or settled, and what was kept long enough is deleted."""

from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from itertools import islice
from typing import Final

from cavendish.attempt import Attempt, AttemptKey, State
from cavendish.batch.ports import Batches, BatchQueue
from cavendish.catalog.catalog import Catalog
from cavendish.errors import JobConflict, SendFailed
from cavendish.job import GRACE_S, Job, Status
from cavendish.pipeline.batch.batches import nudge
from cavendish.pipeline.call import lost
from cavendish.pipeline.delete import delete, finish
from cavendish.pipeline.settle import settle
from cavendish.pipeline.telling import Telling
from cavendish.ports import Images, Jobs, Queue, Tombstones, Workflow
from cavendish.stats.ports import Statistics
from cavendish.stats.tally import NOT_KEPT

#: So many jobs are deleted in one sweep at most: who has to be ended comes first.
PURGES: Final = 1000
#: So many are looked at: what is left over comes first in another minute.
LOOKS: Final = 3000

Each = Callable[[Callable[[AttemptKey | str], None], Iterator[AttemptKey | str]], Iterable[None]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Watchdog:
    """The use case with its ports."""

    jobs: Jobs
    batches: Batches
    batch_queue: BatchQueue
    tombstones: Tombstones
    images: Images
    queue: Queue
    workflow: Workflow
    catalog: Catalog
    statistics: Statistics = NOT_KEPT

    def sweep(self, now: float, *, failed: Callable[[str, Exception], None], each: Each = map) -> int:
        """Look after everything that is due; gives how many there were.

        What fails stays due, and is told of. `each` is map, or a pool's.
        """

        def look(due: AttemptKey | str) -> None:
            try:
                self.look(due, now)
            except Exception as error:
                failed(due if isinstance(due, str) else due.job_id, error)

        seen = self._nudge(now, failed)
        seen += len(list(each(look, islice(self.jobs.due(now), LOOKS))))
        return seen + len(list(each(look, self.jobs.outdated(now, PURGES))))

    def look(self, due: AttemptKey | str, now: float) -> None:
        if isinstance(due, str):
            self._look_at_job(due, now)
            return
        attempt = next((one for one in self.jobs.attempts(due.job_id, due.image) if one.key == due), None)
        if attempt is not None and attempt.due_at is not None and attempt.due_at <= now:
            end_attempt(
                attempt, jobs=self.jobs, images=self.images, workflow=self.workflow, catalog=self.catalog, now=now
            )

    def _nudge(self, now: float, failed: Callable[[str, Exception], None]) -> int:
        """Send batches again that nobody has worked on for a while. Gives how many."""
        due = list(self.batches.due(now))
        for batch_id in due:
            try:
                nudge(batch_id, batches=self.batches, queue=self.batch_queue, now=now)
            except Exception as error:
                failed(batch_id, error)
        return len(due)

    def _look_at_job(self, job_id: str, now: float) -> None:
        job = self.jobs.get(job_id)
        if job is None:
            finish(job_id, jobs=self.jobs, tombstones=self.tombstones, images=self.images, now=now)
        elif job.outdated(now):
            delete(job, jobs=self.jobs, tombstones=self.tombstones, images=self.images, now=now)
        elif not job.ended and job.due_at is not None and job.due_at <= now:
            self._job(job, now)

    def _job(self, job: Job, now: float) -> None:
        if now >= job.deadline_at + GRACE_S:
            settle(job.id, jobs=self.jobs, now=now, statistics=self.statistics)
            self.workflow.stop(job.id)
        elif job.status is Status.QUEUED:
            self._send_again(job, now)
        elif job.status is Status.CANCELLING and not self._calls(job):
            settle(job.id, jobs=self.jobs, now=now, statistics=self.statistics)
            self.workflow.stop(job.id)
        elif self.workflow.runs(job.id) or self._in_batch(job):
            self._all_is_well(job, now)
        else:
            settle(job.id, jobs=self.jobs, now=now, statistics=self.statistics)

    def _calls(self, job: Job) -> bool:
        return any(one.state is State.CALLING for one in self.jobs.attempts(job.id))

    def _in_batch(self, job: Job) -> bool:
        """Whether it ends when the provider's batch has, in which its picture is made."""
        rows = self.jobs.attempts(job.id) if job.status is Status.CANCELLING else []
        return any(one.call.economy and one.state is State.CALLING for one in rows)

    def _send_again(self, job: Job, now: float) -> None:
        with suppress(SendFailed):  # the next sweep comes in a minute
            self.queue.send(job)
            self._all_is_well(job, now)

    def _all_is_well(self, job: Job, now: float) -> None:
        with suppress(JobConflict):  # somebody else is at work on it, which is as well
            self.jobs.save(job, job.looked_after(now))


def end_attempt(
    attempt: Attempt, *, jobs: Jobs, images: Images, workflow: Workflow, catalog: Catalog, now: float
) -> None:
    """End an attempt whose worker will not: with the picture if it got as far as the bucket, else as lost."""
    if attempt.state is State.CALLING:
        stored = images.find(attempt.key)
        result = stored or lost(attempt.call, catalog)
        ended = jobs.end(attempt.key, result, now, lost=stored is None)
        if ended is None:
            return
        attempt = ended
    Telling(jobs, workflow).attempt(attempt)
