"""Webhooks over the fakes: a clock that is turned by hand, a queue that holds back, receivers, workers that can die."""

import heapq
import itertools
import json
import math
from collections.abc import Sequence
from contextlib import suppress
from typing import Any

from cavendish.errors import CallFailed
from cavendish.job import Event, Job, Status
from cavendish.pipeline.publish import Publish
from cavendish.pipeline.webhook.deliver import Deliver
from cavendish.pipeline.webhook.endpoints import create
from cavendish.pipeline.webhook.resend import Resend
from cavendish.pipeline.webhook.write_message import WriteMessage
from cavendish.ulid import ulid
from cavendish.webhook.delivery import Delivery
from cavendish.webhook.endpoint import Endpoint
from cavendish.webhook.fact import Fact
from cavendish.webhook.request import NewEndpoint
from tests.batch_fakes import FakeBatches, FakeBatchQueue, FakeOutbox
from tests.builders import TENANT, a_job, a_request, an_ended_attempt
from tests.fakes import FakeAnswer, FakeImages, FakeJobs, FakeWeb, Posted
from tests.webhook_fakes import FakeBus, FakeDeliveries, FakeDeliveryQueue, FakeEndpoints, FakeSigner, FakeSlots
from tests.world import Clock, Fate, Mortal, WorkerDied

URL, OTHER = "https://hooks.test/in", "https://other.test/in"
MINUTE = 60.0
FAILS, WELL = FakeAnswer(b"no", 500), FakeAnswer(b"yes", 200)


class WebhookWorld:
    """One deployment in memory, as far as webhooks go. URL gives these answers, else 200; OTHER always does."""

    def __init__(self, *answers: FakeAnswer | CallFailed, chance: float = 0.0) -> None:
        self.clock = Clock()
        self.jobs, self.images = FakeJobs(), FakeImages()
        self.endpoints, self.deliveries, self.slots = FakeEndpoints(), FakeDeliveries(), FakeSlots()
        self.batches, self.batch_queue = FakeBatches(self.jobs), FakeBatchQueue()
        self.outbox = FakeOutbox(self.images)
        self.queue, self.bus, self.signer = FakeDeliveryQueue(), FakeBus(), FakeSigner()
        self.web = FakeWeb({URL: list(answers) or [WELL], OTHER: [WELL]})
        self.chance = chance
        self._serial = itertools.count(1)
        self._held: list[tuple[float, int, str]] = []
        self._swept_at = self.clock.now
        self._taken = 0

    def endpoint(self, url: str = URL, *, tenant: str = TENANT, events: Sequence[str] = ()) -> Endpoint:
        number = next(self._serial)
        return create(
            NewEndpoint.model_validate({"url": url, "events": list(events)}),
            tenant=tenant,
            ulid=ulid(self.clock(), number.to_bytes(10)),
            randomness=number.to_bytes(32),
            endpoints=self.endpoints,
            now=self.clock(),
        )

    def job(self, **request: Any) -> Job:
        """A job that was queued; of its first event nobody has heard yet."""
        job_id = ulid(self.clock(), next(self._serial).to_bytes(10))
        now = self.clock()
        times = {"created_at": now, "updated_at": now, "looked_at": now, "deadline_at": now + 3600}
        job = a_job(a_request(**request), id=job_id, **times)
        self.jobs.add(job, job.event("job.queued"))
        return job

    def end(self, job: Job, status: Status = Status.SUCCEEDED) -> Event:
        """The job ends with its picture."""
        made = an_ended_attempt()
        key = made.key._replace(job_id=job.id)
        self.jobs._keep(an_ended_attempt(key=key))
        ended = job.end(status, self.clock(), delivered=(made.path,))
        event = ended.event(f"job.{status}")
        self.jobs.save(job, ended, event)
        return event

    def publish(self, event: Fact, fate: Fate | None = None) -> None:
        fate = fate or Fate()
        Publish(
            jobs=Mortal(self.jobs, fate),
            batches=Mortal(self.batches, fate),
            endpoints=Mortal(self.endpoints, fate),
            deliveries=Mortal(self.deliveries, fate),
            queue=Mortal(self.queue, fate),
            batch_queue=Mortal(self.batch_queue, fate),
            bus=Mortal(self.bus, fate),
        ).receive(event, self.clock())

    def ended(self, **request: Any) -> Event:
        """A job ends, and that becomes known."""
        event = self.end(self.job(**request))
        self.publish(event)
        return event

    def deliver(self, delivery_id: str, fate: Fate | None = None) -> Delivery | None:
        """A worker gets the message of a delivery."""
        fate = fate or Fate()
        return Deliver(
            deliveries=Mortal(self.deliveries, fate),
            endpoints=Mortal(self.endpoints, fate),
            slots=Mortal(self.slots, fate),
            queue=Mortal(self.queue, fate),
            web=Mortal(self.web, fate),
            signer=Mortal(self.signer, fate),
            write=WriteMessage(
                jobs=Mortal(self.jobs, fate),
                images=Mortal(self.images, fate),
                batches=Mortal(self.batches, fate),
                outbox=Mortal(self.outbox, fate),
                endpoints=self.endpoints,
                base_url="https://api.test",
            ),
            clock=self.clock,
            chance=lambda: self.chance,
        ).receive(delivery_id)

    def dies(self, delivery_id: str, at: str | int) -> None:
        with suppress(WorkerDied):
            self.deliver(delivery_id, Fate(at))

    def sweep(self) -> list[Exception]:
        failures: list[Exception] = []
        self._swept_at = self.clock.now
        Resend(deliveries=self.deliveries, queue=self.queue).sweep(
            self.clock.now, failed=lambda _, error: failures.append(error)
        )
        return failures

    def run(self, for_s: float = 80 * 3600, *, exactly: bool = False) -> None:
        """Time passes: the queue brings what it held back, and every minute there is a sweep.

        `exactly`: at the very moment when something is due, as if there were one each second.
        """
        until = self.clock.now + for_s
        while (at := self._next(exactly)) <= until:
            self.clock.now = max(self.clock.now, at)
            if self._held and self._held[0][0] <= self.clock.now:
                self.deliver(heapq.heappop(self._held)[2])
            else:
                assert self.sweep() == []
        self.clock.now = max(self.clock.now, until)

    def _next(self, exactly: bool) -> float:
        """When something happens next. While nothing is due, no sweep does anything, and none is made."""
        for delivery_id, _, wait_s in self.queue.sent[self._taken :]:
            heapq.heappush(self._held, (self.clock.now + math.ceil(wait_s), next(self._serial), delivery_id))
        self._taken = len(self.queue.sent)
        due = min((one.due_at for one in self.deliveries.all() if one.due_at is not None), default=math.inf)
        sweep = due if exactly or math.isinf(due) else max(due, self._swept_at + MINUTE)
        return min(sweep, self._held[0][0] if self._held else math.inf)

    @property
    def posted(self) -> list[Posted]:
        return self.web.posted

    @property
    def ids(self) -> list[str]:
        """The message ids that went out, in order."""
        return [one.headers["webhook-id"] for one in self.posted]

    def only(self) -> Delivery:
        """The one delivery that there is."""
        (delivery,) = self.deliveries.all()
        return delivery


def said(posted: Posted) -> dict[str, Any]:
    body: dict[str, Any] = json.loads(posted.body)
    return body
