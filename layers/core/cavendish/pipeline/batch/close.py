"""A batch ends: what is not wanted is cancelled, pictures go where their owner finds them, the report comes last."""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from typing import BinaryIO, Final

from cavendish.batch.batch import Batch, BatchStatus
from cavendish.batch.home import home
from cavendish.batch.item import job_id
from cavendish.batch.ports import Batches, BatchQueue, Outbox
from cavendish.errors import Overtaken
from cavendish.job import Job
from cavendish.pipeline.batch.archive import PART_MAX_BYTES, Archive
from cavendish.pipeline.batch.ends import PAGE, Each, Ends
from cavendish.pipeline.batch.file_item import file_picture
from cavendish.pipeline.batch.turn import Turn
from cavendish.pipeline.batch.write_report import WriteReport
from cavendish.pipeline.cancel import cancel
from cavendish.ports import Images, Jobs, Workflow
from cavendish.stats.ports import Statistics
from cavendish.stats.tally import NOT_KEPT

#: A part and the report are written in one go: they are begun only with so much of a worker's time left.
_LEFT: Final = 0.75


@dataclass(frozen=True, slots=True, kw_only=True)
class Close:
    """The use case with its ports. `each` is map, or a pool's; `open_file` opens a file that is gone when closed."""

    jobs: Jobs
    batches: Batches
    images: Images
    outbox: Outbox
    queue: BatchQueue
    workflow: Workflow
    open_file: Callable[[], BinaryIO]
    clock: Callable[[], float]
    statistics: Statistics = NOT_KEPT
    each: Each = map
    part_max_bytes: int = PART_MAX_BYTES

    def close(self, batch_id: str, *, until: float) -> BatchStatus | None:
        """Work on a batch until then, and have the rest done by whoever gets the next message. Raises SendFailed.

        Safe to repeat at any point, and by two at once: whoever is overtaken leaves it to the other. Gives the status
        that it left, None if there is no such batch.
        """
        batch = self.batches.get(batch_id)
        if batch is None or batch.ended or not batch.sealed:
            return batch.status if batch else None
        turn = Turn(batch, self.batches, self.clock)
        with suppress(Overtaken):
            self._work(turn, until)
        return turn.batch.status

    def _work(self, turn: Turn, until: float) -> None:
        began = self.clock()
        while self._step(turn):
            now = self.clock()
            if turn.batch.ended:
                return
            if now >= until or (self._long(turn.batch) and until - now < _LEFT * (until - began)):
                self.queue.close(turn.batch)
                return

    def _step(self, turn: Turn) -> bool:
        """Do the next thing, and write down that it is done. False: there is nothing to do now."""
        batch = turn.batch
        if batch.status is BatchStatus.CLOSING:
            self._close(turn)
            return True
        if batch.cancel and batch.cancelled < batch.read:
            self._withdraw(turn)
            return True
        if batch.done(self.batches.counts(batch.id)):
            turn.save(batch.closing(self.clock(), home(batch, self.batches)))
            return True
        turn.beat()  # it is looked after; the last of its items sends it again
        return False

    def _close(self, turn: Turn) -> None:
        if turn.batch.filed >= turn.batch.read:
            self._end(turn)
        elif turn.batch.deliver == "archive":
            self._pack(turn)
        else:
            self._fill_folder(turn)

    def _long(self, batch: Batch) -> bool:
        return batch.status is BatchStatus.CLOSING and (batch.deliver == "archive" or batch.filed >= batch.read)

    def _withdraw(self, turn: Turn) -> None:
        batch = turn.batch
        upto = min(batch.cancelled + PAGE, batch.read)
        found = self.jobs.several([job_id(batch.id, index) for index in range(batch.cancelled, upto)])
        list(self.each(self._cancel, [job for job in found.values() if not job.ended]))
        turn.save(batch.withdrawn(upto, self.clock()))

    def _cancel(self, job: Job) -> None:
        cancel(job, jobs=self.jobs, workflow=self.workflow, now=self.clock(), statistics=self.statistics)

    def _fill_folder(self, turn: Turn) -> None:
        batch = turn.batch
        upto = min(batch.filed + PAGE, batch.read)
        files = [one for end in self._ends.page(batch, batch.filed, upto) for one in end.files]
        list(self.each(lambda one: file_picture(batch.folder, one, self.outbox), files))
        turn.save(batch.filing(upto, batch.parts, self.clock()))

    def _pack(self, turn: Turn) -> None:
        """Write the part that is planned; plan it first."""
        batch, archive = turn.batch, self._archive
        if not batch.parts or batch.parts[-1].until <= batch.filed:
            part = archive.plan(turn, batch.report_folder)
            done, parts = (part.first, (*turn.batch.parts, part)) if part.files else (part.until, turn.batch.parts)
            turn.save(turn.batch.filing(done, parts, self.clock()))
            return
        archive.write(turn, batch.parts[-1])
        turn.save(turn.batch.filing(batch.parts[-1].until, batch.parts, self.clock()))

    def _end(self, turn: Turn) -> None:
        WriteReport(outbox=self.outbox, ends=self._ends, open_file=self.open_file).write(
            turn, turn.batch.complete(self.clock())
        )
        ended = turn.batch.complete(self.clock())
        turn.save(ended, ended.event())

    @property
    def _archive(self) -> Archive:
        return Archive(images=self.images, outbox=self.outbox, ends=self._ends, part_max_bytes=self.part_max_bytes)

    @property
    def _ends(self) -> Ends:
        return Ends(jobs=self.jobs, batches=self.batches, each=self.each, clock=self.clock)
