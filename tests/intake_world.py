"""Files in an inbox, and what takes them in: the use cases over the fakes."""

import json
from typing import Any

from cavendish.batch.batch import Batch
from cavendish.batch.item import ItemFault
from cavendish.catalog.file import catalog
from cavendish.job import Job
from cavendish.pipeline.batch.arrive import Arrive
from cavendish.pipeline.batch.intake import Intake
from cavendish.pipeline.batch.items import Items
from cavendish.webhook.receiver import check_text
from tests.batch_fakes import FakeBatches, FakeBatchQueue, FakeInbox, FakeOutbox
from tests.builders import NOW, TENANT
from tests.fakes import FakeImages, FakeJobs, FakeQueue
from tests.world import Clock, Fate, Mortal


class IntakeWorld:
    """One inbox."""

    def __init__(self) -> None:
        self.clock = Clock()
        self.jobs = FakeJobs()
        self.batches = FakeBatches(self.jobs)
        self.inbox = FakeInbox(NOW)
        self.outbox = FakeOutbox(FakeImages())
        self.queue = FakeQueue()
        self.batch_queue = FakeBatchQueue()

    def drop(self, key: str, content: str | bytes) -> Batch | None:
        """Store a file, and let it arrive."""
        self.inbox.put(key, content.encode() if isinstance(content, str) else content, "text/csv")
        return self.arrive(key)

    def arrive(self, key: str, version: str | None = None) -> Batch | None:
        return Arrive(batches=self.batches, inbox=self.inbox, tenant=TENANT).arrive(key, version, self.clock())

    def intake(self, fate: Fate | None = None, **ports: Any) -> Intake:
        own: dict[str, Any] = {
            "jobs": self.jobs,
            "batches": self.batches,
            "inbox": self.inbox,
            "outbox": self.outbox,
            "queue": self.queue,
            "batch_queue": self.batch_queue,
        } | ports
        mortal = {name: Mortal(port, fate) if fate else port for name, port in own.items()}
        return Intake(**mortal, items=Items(catalog=catalog(), check=check_text), clock=self.clock)

    def read(self, batch: Batch | None, *, for_s: float = 60.0) -> Batch:
        """One slice."""
        assert batch is not None
        read = self.intake().read(batch.id, self.clock.now + for_s)
        assert read is not None
        return read

    def taken_in(self, key: str, content: str | bytes) -> Batch:
        """A file that is dropped and read to its end."""
        batch = self.read(self.drop(key, content))
        while not batch.sealed and not batch.ended:
            batch = self.read(batch)
        return batch

    def items(self, batch: Batch) -> list[Job]:
        jobs = [job for job in self.jobs.jobs() if job.item and job.item.batch_id == batch.id]
        return sorted(jobs, key=lambda job: job.item.index if job.item else 0)

    def faults(self, batch: Batch) -> list[ItemFault]:
        return self.batches.faults(batch.id, 0, batch.read)

    def told(self, key: str) -> dict[str, Any]:
        """What an error file says."""
        found: dict[str, Any] = json.loads(self.outbox.contents[key])
        return found
