"""A file of items is read, slice by slice: each ends with a write from which whoever comes next goes on."""

from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from itertools import islice
from typing import Final

from cavendish.batch.batch import UPLOAD_WITHIN_S, Batch
from cavendish.batch.errors import FileGone, NamesHeld
from cavendish.batch.item import ItemFault, job_id
from cavendish.batch.ports import Batches, BatchQueue, Inbox, NewItem, Outbox
from cavendish.errors import Claimed, Overtaken, SendFailed
from cavendish.job import Status
from cavendish.pipeline.batch.groups import groups, named_once
from cavendish.pipeline.batch.items import Items, taken
from cavendish.pipeline.batch.retry import failed_items
from cavendish.pipeline.batch.unreadable import Unreadable
from cavendish.ports import Jobs, Queue
from cavendish.sheet.check import check
from cavendish.sheet.kind import kind_of
from cavendish.sheet.record import Record
from cavendish.sheet.records import records
from cavendish.sheet.unreadable import SheetUnreadable

#: One message reads so many items at most, so that many short ones take turns with others' files.
SLICE: Final = 3_000
#: A file that was uploaded in the last second gets so many seconds more to arrive.
ARRIVES_WITHIN_S: Final = 600
#: So many are sent before it is written down.
SENT_AT_ONCE: Final = 100


class Intake:
    """The use case with its ports."""

    def __init__(
        self,
        *,
        jobs: Jobs,
        batches: Batches,
        inbox: Inbox,
        outbox: Outbox,
        queue: Queue,
        batch_queue: BatchQueue,
        items: Items,
        clock: Callable[[], float],
    ) -> None:
        self._jobs = jobs
        self._batches = batches
        self._inbox = inbox
        self._queue = queue
        self._batch_queue = batch_queue
        self._items = items
        self._clock = clock
        self._unreadable = Unreadable(batches=batches, outbox=outbox)

    def read(self, batch_id: str, until: float) -> Batch | None:
        """Read one slice of a batch, and see to it that the next one is read. Gives the batch as it is then.

        Safe to repeat at any point, by two at once: whoever comes second is overtaken, and leaves it.
        """
        batch = self._batches.get(batch_id)
        if batch is None or batch.ended or (batch.sealed and not batch.unsent):
            return batch
        try:
            return self._send(batch, until) if batch.sealed else self._read(batch, until)
        except Overtaken:  # by another reader, or by whoever cancels it: both see to what follows
            return self._left(batch_id)
        except SheetUnreadable as fault:
            return self._end(batch_id, fault)
        except FileGone:
            return self._end(batch_id, SheetUnreadable("the file is not there any more; it was deleted too soon"))

    def _end(self, batch_id: str, fault: SheetUnreadable) -> Batch | None:
        """A file that breaks off where some of it is queued ends there: what is queued is made and reported."""
        batch = self._batches.get(batch_id)
        if batch is None or batch.sealed:
            return batch
        if not batch.read:
            return self._unreadable.end(batch, fault, self._clock())
        self._unreadable.tell(batch, fault)
        sealed = self._seal(batch)
        self._batch_queue.read(sealed)
        return sealed

    def _left(self, batch_id: str) -> Batch | None:
        """Whoever only looked after a batch does not go on with it."""
        batch = self._batches.get(batch_id)
        if batch and batch.unsent:
            self._batch_queue.read(batch)
        return batch

    def _read(self, batch: Batch, until: float) -> Batch:
        if batch.cancel:
            return self._seal(batch)
        if batch.source is None and batch.retry_of is None:
            return self._await_upload(batch)
        batch = self._checked(batch)
        slice_ends = batch.read + SLICE
        for group in groups(self._new_items(batch), lambda: self._clock() >= until):
            batch = self._queued(batch, group)
            if batch.read >= slice_ends or self._clock() >= until:
                self._batch_queue.read(batch)
                return batch
        return self._send(self._seal(batch), until)

    def _send(self, batch: Batch, until: float) -> Batch:
        """Send the jobs, when all of them are written: those that run do not take the time of those that wait."""
        while batch.unsent:
            upto = min(batch.sent + SENT_AT_ONCE, batch.read)
            found = self._jobs.several([job_id(batch.id, index) for index in range(batch.sent, upto)])
            waiting = [job for job in found.values() if job.status is Status.QUEUED and job.starts_at is None]
            self._queue.send_all(waiting)
            after = batch.started(upto, self._clock())
            self._batches.save(batch, after)
            batch = after
            if batch.unsent and self._clock() >= until:
                self._batch_queue.read(batch)
                return batch
        return batch

    def _await_upload(self, batch: Batch) -> Batch:
        if self._clock() < batch.created_at + UPLOAD_WITHIN_S + ARRIVES_WITHIN_S:
            return batch
        late = SheetUnreadable(f"no file was uploaded within {UPLOAD_WITHIN_S} s; post the batch again")
        return self._unreadable.end(batch, late, self._clock())

    def _checked(self, batch: Batch) -> Batch:
        """Go through the whole file before anything is queued: of one that cannot be read nothing is."""
        if batch.source is None or batch.total is not None:
            return batch
        if batch.refused:
            raise SheetUnreadable(batch.refused)
        found = check(
            kind_of(batch.source.key),
            self._inbox.read(batch.source, 0),
            size=batch.source.size,
            given=batch.defaults,
        )
        checked = batch.checked(found.total, found.header)
        self._batches.save(batch, checked)
        self._unreadable.clear(checked)
        return checked

    def _new_items(self, batch: Batch) -> Iterator[tuple[Record, NewItem | ItemFault]]:
        for record in self._records(batch):
            yield record, self._items.item(record, batch, self._clock())

    def _records(self, batch: Batch) -> Iterable[Record]:
        if batch.source is None:
            return self._failed_items(batch)
        chunks = self._inbox.read(batch.source, batch.cursor.offset)
        found = records(kind_of(batch.source.key), chunks, batch.cursor, batch.header)
        # Whatever goes wrong with a file's bytes: nobody pays for more items than were counted in it.
        return islice(found, max(0, (batch.total or 0) - batch.read))

    def _failed_items(self, batch: Batch) -> Iterator[Record]:
        """Those of the batch before: what was asked for then is asked for again."""
        return failed_items(batch, batches=self._batches, jobs=self._jobs)

    def _queued(self, batch: Batch, group: list[tuple[Record, NewItem | ItemFault]]) -> Batch:
        """A group of items is written, and the place after them with it; then they are sent."""
        found = [one for _, one in group]
        while True:
            new, faults = named_once(found)
            self._batches.note(batch, faults)
            after = batch.advanced(group[-1][0].cursor, len(faults), self._clock())
            try:
                self._batches.queue(batch, after, new)
                break
            except NamesHeld:
                found = [self._free(one) for one in new] + list(faults)
        return after

    def _free(self, new: NewItem) -> NewItem | ItemFault:
        try:
            self._jobs.check(new.claims, self._clock())
        except Claimed as claimed:
            if claimed.job_id == new.job.id:  # another reader was faster: it has written this very item
                return new
            holder = self._jobs.get(claimed.job_id)
            return taken(new, f"line {holder.item.line}" if holder and holder.item else "another line")
        return new

    def _seal(self, batch: Batch) -> Batch:
        sealed = batch.seal(self._clock())
        self._batches.save(batch, sealed)
        with suppress(SendFailed):  # the watchdog sends it
            if sealed.cancel or sealed.done(self._batches.counts(sealed.id)):  # else the last of its items closes it
                self._batch_queue.close(sealed)
            if sealed.mode == "economy":
                self._batch_queue.economize(sealed)
        return sealed
