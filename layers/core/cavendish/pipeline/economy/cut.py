"""The items of an economy batch are cut into chunks, as many as can be sent soon."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from cavendish.batch.batch import Batch
from cavendish.batch.chunk import Chunk, Member
from cavendish.batch.course import Course, packed
from cavendish.batch.economy import first_call
from cavendish.batch.item import job_id
from cavendish.batch.ports import Chunks
from cavendish.catalog.catalog import Catalog
from cavendish.health.doors import Doors
from cavendish.job import Job, Status
from cavendish.ladder.plan import Call
from cavendish.pipeline.economy.chunk_calls import ChunkCalls
from cavendish.ports import Jobs
from cavendish.wire.gemini_batch import CHUNK_MOST


@dataclass(frozen=True, slots=True, kw_only=True)
class Cut:
    """The use case with its ports. `doors` tells which doors are open now."""

    jobs: Jobs
    chunks: Chunks
    calls: ChunkCalls
    catalog: Catalog
    doors: Callable[[], Doors]
    clock: Callable[[], float]

    def cut(self, batch: Batch, course: Course) -> tuple[Course, list[Chunk]]:
        """Cut the next items. Those whose provider has no open door now go the ordinary way. Raises Overtaken."""
        upto, doors = min(course.items + CHUNK_MOST, batch.read), self.doors()
        wanted = [(job, first_call(job, self.catalog, doors)) for job in self._held(batch, course.items, upto)]
        self.calls.release([job.id for job, call in wanted if call is None])
        asked = [(*self._asked(job, call), job.request.n) for job, call in wanted if call]
        chunks = packed(asked, course, self.clock())
        after = course.cut(upto, len(chunks))
        self.chunks.advance(course, after, chunks)
        return after, chunks

    def _held(self, batch: Batch, first: int, until: int) -> Iterator[Job]:
        """Those that intake kept for this, in their order."""
        ids, now = [job_id(batch.id, index) for index in range(first, until)], self.clock()
        found = self.jobs.several(ids)
        waiting = (found[one] for one in ids if one in found and found[one].waiting(now))
        return (job for job in waiting if job.status is Status.QUEUED and first_call(job, self.catalog))

    def _asked(self, job: Job, call: Call) -> tuple[Member, str]:
        """A job as a chunk has it, and what its model is called on its route."""
        return Member(job_id=job.id, call=call), self.catalog.offer(call.route, call.model).called(call.size)
