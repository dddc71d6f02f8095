"""The attempts of a chunk: begun before its lines are sent, ended by what comes of each, then their jobs go on.

Each is the first attempt of an image, made before its workflow asks for it: that finds it ended, and takes what came
of it, or goes on along the ladder.
"""

from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from functools import partial

from cavendish.attempt import Attempt, AttemptKey, Result, State
from cavendish.batch.chunk import Chunk, Member
from cavendish.catalog.catalog import Catalog
from cavendish.errors import CallRefused, MoneyHeld, OverBudget, SendFailed
from cavendish.job import Job, Status
from cavendish.outcome import Outcome, Report, report
from cavendish.pipeline.call import Caller, lost
from cavendish.pipeline.looks import look_again
from cavendish.ports import Jobs, Queue
from cavendish.wire import Asked, Reading, gemini_batch

#: What befell a whole chunk is told of each of its attempts as one of these, after which the ladder goes on: whatever
#: the provider has against a batch, it may make the same pictures one by one.
_PASSING = frozenset({Outcome.OVERLOADED, Outcome.TIMED_OUT, Outcome.GARBLED, Outcome.CANCELLED})


class ChunkCalls:
    """What is done to the attempts and jobs of a chunk, with the ports that it takes. All of it may be repeated."""

    def __init__(
        self, *, jobs: Jobs, queue: Queue, caller: Caller, catalog: Catalog, clock: Callable[[], float]
    ) -> None:
        self._jobs = jobs
        self._queue = queue
        self._caller = caller
        self._catalog = catalog
        self._clock = clock

    def begin(self, chunk: Chunk) -> None:
        """Write the attempts of all its jobs that still wait; a job none of whose calls is allowed waits no longer."""
        for member in chunk.members:
            look_again(partial(self._begin, chunk, member))
        calling = {one.job_id for one in self.under_way(chunk)}
        self.release([one for one in chunk.job_ids if one not in calling])

    def under_way(self, chunk: Chunk) -> list[Attempt]:
        """Its attempts that have not ended."""
        rows = (row for job_id in chunk.job_ids for row in self._jobs.attempts(job_id))
        return [row for row in rows if row.call.economy and row.state is State.CALLING]

    def lines(self, attempts: Iterable[Attempt]) -> Iterator[bytes]:
        """What asks for them, as the provider's batch API wants it; each has its object's key."""
        rows = list(attempts)
        jobs = self._jobs.several(list({row.job_id for row in rows}))
        for row in rows:
            if job := jobs.get(row.job_id):
                asked = Asked.of(row.call, job.request.prompt, self._catalog)
                yield gemini_batch.line(row.key.object_key, asked)

    def take(self, attempt: Attempt, reading: Reading) -> None:
        """End an attempt with what came of its line, verified like any answer."""
        self._end(attempt, self._caller.take(attempt, reading))

    def end(self, chunk: Chunk, said: Report) -> None:
        """End what has not ended: there are no results."""
        told = said if said.outcome in _PASSING else said.model_copy(update={"outcome": Outcome.OVERLOADED})
        for attempt in self.under_way(chunk):
            self.take(attempt, Reading(report=told))

    def give_up(self, chunk: Chunk) -> None:
        """End what has not ended: nobody will ever know what came of it."""
        for attempt in self.under_way(chunk):
            self._end(attempt, lost(attempt.call, self._catalog, "the provider's batch did not end in time"), lost=True)

    def release(self, job_ids: Iterable[str]) -> None:
        """Let jobs go the ordinary way now. What cannot be sent, the watchdog sends."""
        found = [look_again(partial(self._release, job_id)) for job_id in job_ids]
        with suppress(SendFailed):
            self._queue.send_all([job for job in found if job])

    def _begin(self, chunk: Chunk, member: Member) -> None:
        job = self._jobs.get(member.job_id)
        now = self._clock()
        if job is None or job.status is not Status.QUEUED or not job.waiting(now):
            return
        if job.starts_at != chunk.held_until:
            held = job.scheduled(chunk.held_until, now)
            self._jobs.save(job, held, held.event("job.scheduled"))
            job = held
        for image in range(job.request.n):
            self._begin_call(job, image, chunk, member)

    def _begin_call(self, job: Job, image: int, chunk: Chunk, member: Member) -> None:
        now = self._clock()
        attempt = Attempt(
            job_id=job.id,
            path=AttemptKey(job.id, image, 0, 0, 0).path,
            state=State.CALLING,
            call=member.call.model_copy(update={"limit_s": int(chunk.held_until - now)}),
            tokens=(),
            waited_s=0,
            started_at=now,
            lease_until=chunk.held_until,
            hold=self._caller.hold(member.call, job),
        )
        # It was begun before, or may not be any more; or it is made later, with what others of its job leave.
        with suppress(CallRefused, MoneyHeld):
            try:
                self._jobs.begin(attempt, now, job.request.max_cost)
            except OverBudget as over:
                refused = Result(report=report(Outcome.OVER_BUDGET, detail=str(over)))
                self._jobs.begin(attempt.uncalled(refused), now)

    def _end(self, attempt: Attempt, result: Result, *, lost: bool = False) -> None:
        ended = self._jobs.end(attempt.key, result, self._clock(), lost=lost)
        if ended and not ended.tokens:  # nobody waits for it yet; whoever does is told by the watchdog
            self._jobs.reported(attempt.key)

    def _release(self, job_id: str) -> Job | None:
        job = self._jobs.get(job_id)
        now = self._clock()
        if job is None or job.status is not Status.QUEUED or not job.waiting(now):
            return None
        released = job.released(now)
        self._jobs.save(job, released, released.event("job.scheduled"))
        return released
