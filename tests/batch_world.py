"""A deployment in memory with a batch whose items end as a test wants them to, and workers that close it."""

import base64
import csv
import hashlib
import io
import json
import zlib
from contextlib import suppress
from typing import Any

from cavendish.attempt import AttemptKey
from cavendish.batch.batch import Batch, BatchStatus
from cavendish.batch.item import Item, ItemFault
from cavendish.job import Job, Status
from cavendish.outcome import Outcome
from cavendish.pipeline.batch.close import Close
from cavendish.pipeline.batch.file_item import file_item
from cavendish.sheet.cursor import Cursor
from cavendish.ulid import ulid
from tests.batch_fakes import FakeOutbox
from tests.builders import NOW, TENANT, a_message, a_request, a_result, a_running_job, an_attempt, an_image
from tests.world import Fate, Mortal, WorkerDied, World

BATCH_ID = ulid(NOW, b"batch     ")


def a_batch(**fields: Any) -> Batch:
    """A dropped file of which nothing has been read."""
    times = {"created_at": NOW, "updated_at": NOW, "looked_at": NOW}
    defaults = {"id": BATCH_ID, "tenant": TENANT, "name": "shop/doors.csv", "folder": "shop/doors", "deliver": "folder"}
    return Batch.model_validate({**times, **defaults, **fields})


class BatchWorld(World):
    """One batch, all of it read."""

    def __init__(self, **fields: Any) -> None:
        super().__init__()
        self.outbox = FakeOutbox(self.images)
        self.part_max_bytes = 2_000_000_000
        self.batches.add(a_batch(**fields))
        self.id = self.batch(fields.get("id", BATCH_ID)).id

    def batch(self, batch_id: str | None = None) -> Batch:
        batch = self.batches.get(batch_id or self.id)
        assert batch is not None
        return batch

    def item(self, name: str | None = None, **request: Any) -> Job:
        """The next item's job, running."""
        index = self.batch().read
        item = Item(batch_id=self.id, index=index, line=index + 2, name=name or f"door-{index}")
        job = a_running_job(a_request(**{"size": "1K", **request}), id=item.job_id, item=item)
        self.jobs.add(job, job.event("job.queued"))
        self._read_one()
        return job

    def fault(self, detail: str, name: str | None = None) -> None:
        """The next item cannot be read."""
        index = self.batch().read
        self.batches.note(self.batch(), [ItemFault(index=index, line=index + 2, name=name, detail=detail)])
        self._read_one(faulty=1)

    def made(self, job: Job, image: int = 0, content: bytes | None = None, mime: str = "image/png") -> bytes:
        """A picture of an item; gives its bytes."""
        content = f"picture {image} of {job.id}".encode() if content is None else content
        key = AttemptKey(job.id, image, 0, 0, 0)
        digest = hashlib.sha256(content).hexdigest()
        stored = an_image(key, bytes=len(content), sha256=digest, mime=mime)
        result = a_result(image=stored)
        self.jobs.begin(an_attempt(key).model_copy(update={"job_id": job.id, "path": key.path}), NOW)
        crc32 = base64.b64encode(zlib.crc32(content).to_bytes(4, "big")).decode()
        self.images.put(io.BytesIO(content), result, crc32=crc32)
        self.jobs.end(key, result, NOW + 10)
        self.jobs.reported(key)
        return content

    def succeeded(self, name: str | None = None, content: bytes | None = None, **request: Any) -> Job:
        """An item that has ended with all of its pictures."""
        job = self.item(name, **request)
        for image in range(job.request.n):
            self.made(job, image, content)
        self.settle(job.id)
        return self.job(job.id)

    def failed(self, name: str | None = None, outcome: Outcome = Outcome.BAD_REQUEST, detail: str = "no") -> Job:
        """An item that has ended without a picture."""
        job = self.item(name)
        key = AttemptKey(job.id, 0, 0, 0, 0)
        self.jobs.begin(an_attempt(key), NOW)
        self.jobs.end(key, a_result(outcome).model_copy(update={"cost_usd": 0.01}), NOW + 10)
        self.jobs.reported(key)
        self.settle(job.id)
        return self.job(job.id)

    def calling(self, name: str | None = None) -> tuple[Job, AttemptKey]:
        """An item whose model is being called."""
        job = self.item(name)
        message = a_message(AttemptKey(job.id, 0, 0, 0, 0))
        self.jobs.begin(an_attempt(message.key), NOW)
        return job, message.key

    def seal(self, *, cancel: bool = False) -> None:
        """The file has been read to its end; perhaps nobody wants it any more."""
        batch = self.batch()
        sealed = batch.seal(self.clock())
        self.batches.save(batch, sealed)
        if cancel:
            self.batches.save(sealed, sealed.cancelling(self.clock()))

    def closer(self, fate: Fate | None = None, **fields: Any) -> Close:
        fate = fate or Fate()
        ports: dict[str, Any] = {
            "jobs": Mortal(self.jobs, fate),
            "batches": Mortal(self.batches, fate),
            "images": Mortal(self.images, fate),
            "outbox": Mortal(self.outbox, fate),
            "queue": Mortal(self.batch_queue, fate),
            "workflow": Mortal(self.workflow, fate),
        }
        return Close(
            **{**ports, **fields},
            statistics=self.statistics,
            open_file=io.BytesIO,
            clock=self.clock,
            part_max_bytes=self.part_max_bytes,
        )

    def close(self, fate: Fate | None = None, slice_s: float = 840.0) -> BatchStatus | None:
        """A worker takes the batch's message."""
        return self.closer(fate).close(self.id, until=self.clock() + slice_s)

    def file(self, job: Job, fate: Fate | None = None) -> int:
        """The worker that ended the item files it."""
        fate = fate or Fate()
        jobs, batches, outbox = Mortal(self.jobs, fate), Mortal(self.batches, fate), Mortal(self.outbox, fate)
        return file_item(job.id, jobs=jobs, batches=batches, outbox=outbox)

    def closed(self, slice_s: float = 840.0) -> Batch:
        """Workers take its messages until there are none."""
        self.close(slice_s=slice_s)
        while self.batch_queue.to_close:
            batch_id, _ = self.batch_queue.to_close.pop(0)
            self.closer().close(batch_id, until=self.clock() + slice_s)
        return self.batch()

    def closer_dies(self, at: str | int, slice_s: float = 840.0) -> None:
        """A worker takes the message and dies at this step, if it comes to it."""
        with suppress(WorkerDied):
            self.close(Fate(at), slice_s)

    def report(self, folder: str = "shop/doors") -> dict[str, Any]:
        report: dict[str, Any] = json.loads(self.outbox.contents[f"{folder}/report.json"])
        return report

    def rows(self, folder: str = "shop/doors") -> list[dict[str, str]]:
        text = self.outbox.contents[f"{folder}/report.csv"].decode("utf-8-sig")
        return list(csv.DictReader(io.StringIO(text, newline="")))

    def statuses(self) -> dict[int, Status]:
        """Of the jobs that are there, by their index."""
        jobs = [job for job in self.jobs._all() if job.item]
        return {job.item.index: job.status for job in jobs if job.item}

    def _read_one(self, faulty: int = 0) -> None:
        batch = self.batch()
        self.batches.save(batch, batch.advanced(Cursor(index=batch.read + 1), faulty, self.clock()))
