"""A deployment in memory with an economy batch, a provider's batch API, and workers that send it there."""

import io
import json
from contextlib import suppress
from typing import Any

from cavendish.attempt import Attempt
from cavendish.batch.batch import Batch
from cavendish.batch.chunk import Chunk, ChunkState
from cavendish.batch.item import job_id
from cavendish.job import Job
from cavendish.outcome import Outcome
from cavendish.pipeline.batch.arrive import Arrive
from cavendish.pipeline.batch.intake import Intake
from cavendish.pipeline.batch.items import Items
from cavendish.pipeline.call import Caller
from cavendish.pipeline.economy.chunk_calls import ChunkCalls
from cavendish.pipeline.economy.cut import Cut
from cavendish.pipeline.economy.economy import Economy
from cavendish.pipeline.economy.send_chunk import SendChunk
from cavendish.webhook.receiver import check_text
from cavendish.wire.gemini_operation import State
from tests.batch_fakes import FakeInbox, FakeOutbox
from tests.builders import NOW, TENANT
from tests.fake_batches import FakeBatchModels
from tests.fake_chunks import FakeChunks
from tests.fakes import FakeWeb
from tests.world import Fate, Mortal, WorkerDied, World

KEY = "shop/doors.jsonl"


class EconomyWorld(World):
    """One batch, taken in: an item for each of these fields, or as many as are asked for."""

    def __init__(self, *items: dict[str, Any], n: int = 0, mode: str = "economy") -> None:
        super().__init__()
        self.inbox, self.outbox = FakeInbox(NOW), FakeOutbox(self.images)
        self.chunk_rows, self.provider = FakeChunks(), FakeBatchModels()
        self.failures: list[tuple[str, Exception]] = []
        self.inbox.put("shop/_defaults.json", json.dumps({"mode": mode, "size": "1K"}).encode(), "application/json")
        asked = [*items, *({"prompt": f"a door, number {number}"} for number in range(n))]
        self.inbox.put(KEY, b"".join(json.dumps(one).encode() + b"\n" for one in asked), "application/jsonl")
        arrived = Arrive(batches=self.batches, inbox=self.inbox, tenant=TENANT).arrive(KEY, None, self.clock())
        assert arrived is not None
        self.id = arrived.id
        self.intake().read(self.id, self.clock() + 600)

    def intake(self) -> Intake:
        return Intake(
            jobs=self.jobs,
            batches=self.batches,
            inbox=self.inbox,
            outbox=self.outbox,
            queue=self.queue,
            batch_queue=self.batch_queue,
            items=Items(catalog=self.catalog, check=check_text),
            clock=self.clock,
        )

    def economy(self, fate: Fate | None = None, **ports: Any) -> Economy:
        fate = fate or Fate()
        chunks, jobs = Mortal(self.chunk_rows, fate), Mortal(self.jobs, fate)
        calls = ChunkCalls(
            jobs=jobs,
            queue=Mortal(self.queue, fate),
            caller=self.caller(fate),
            catalog=self.catalog,
            clock=self.clock,
        )
        models = ports.get("models", Mortal(self.provider, fate))
        return Economy(
            batches=Mortal(self.batches, fate),
            chunks=chunks,
            queue=Mortal(self.batch_queue, fate),
            cut=Cut(
                jobs=jobs,
                chunks=chunks,
                calls=calls,
                catalog=self.catalog,
                doors=lambda: self.doors,
                clock=self.clock,
            ),
            send=SendChunk(calls=calls, chunks=chunks, models=models, clock=self.clock),
            clock=self.clock,
            failed=lambda title, error: self.failures.append((title, error)),
        )

    def caller(self, fate: Fate) -> Caller:
        return Caller(
            models=Mortal(self.models, fate),
            web=FakeWeb({}),
            images=Mortal(self.images, fate),
            catalog=self.catalog,
            open_file=io.BytesIO,
            clock=self.clock,
            pause=self.clock.pause,
        )

    def work(self, fate: Fate | None = None, *, for_s: float = 800.0, **ports: Any) -> None:
        """A worker takes the oldest message when it is due; none: it was sent again."""
        _, delay_s = self.batch_queue.to_economize.pop(0) if self.batch_queue.to_economize else (self.id, 0)
        self.clock.advance(delay_s)
        self.economy(fate, **ports).run(self.id, self.clock() + for_s)

    def worker_dies(self, at: str | int) -> None:
        """A worker takes the message and dies at this step, if it comes to it; its message comes again."""
        with suppress(WorkerDied):
            self.work(Fate(at))
        self.clock.advance(930)

    def answer(self, state: State = State.SUCCEEDED, **end: Any) -> None:
        """The provider ends all batches that it has."""
        for name, operation in self.provider.operations.items():
            if not operation.ended:
                self.provider.end(name, state, **end)

    def done(self) -> None:
        """The provider answers, and workers take messages, until there is nothing to do."""
        for _ in range(100):
            if self.chunk_rows.course(self.id).done:
                return
            self.answer()
            self.work()
        raise AssertionError("it does not end")

    def batch(self) -> Batch:
        batch = self.batches.get(self.id)
        assert batch is not None
        return batch

    def chunks(self) -> list[Chunk]:
        return self.chunk_rows.all(self.id)

    def states(self) -> list[ChunkState]:
        return [one.state for one in self.chunks()]

    def items(self) -> list[Job]:
        return [self.job(job_id(self.id, index)) for index in range(self.batch().read)]

    def firsts(self) -> list[Attempt]:
        """All attempts that there are."""
        return [row for job in self.items() for row in self.jobs.attempts(job.id)]

    def outcomes(self) -> list[Outcome | None]:
        return [row.report.outcome if row.report else None for row in self.firsts()]

    def key(self, index: int, image: int = 0) -> str:
        """What an item's line is called."""
        return f"{job_id(self.id, index)}/{image}-00-00-00"

    def made(self) -> list[str]:
        """The keys of all lines that were sent in batches that were begun, each as often as it was."""
        inputs = [self.provider.files[self.provider._inputs[name]] for name in self.provider.operations]
        return [json.loads(line)["key"] for lines in inputs for line in lines]
