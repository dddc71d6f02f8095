"""A fact becomes known: to every receiver that wants it, and on the bus."""

from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, NamedTuple

from cavendish.batch.event import BatchEvent
from cavendish.batch.ports import Batches, BatchQueue
from cavendish.errors import SendFailed
from cavendish.job import Event, Job
from cavendish.ports import Jobs
from cavendish.webhook.delivery import Delivery
from cavendish.webhook.detail import Detail
from cavendish.webhook.events import EVENT_TYPES, TERMINAL_EVENTS, Notice
from cavendish.webhook.fact import Fact
from cavendish.webhook.ports import Bus, Deliveries, DeliveryQueue, Endpoints

Each = Callable[[Callable[["Recipient"], None], Iterable["Recipient"]], Iterable[Any]]


class Recipient(NamedTuple):
    """Who is to be told."""

    receiver: str
    #: Where a job's own webhook leads; None: an endpoint.
    url: str | None = None
    #: Why it is not sent there, but noted, so that it can be replayed.
    off: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Publish:
    """The use case with its ports. What it does twice does no harm: it may begin anew after each failure."""

    jobs: Jobs
    batches: Batches
    endpoints: Endpoints
    deliveries: Deliveries
    queue: DeliveryQueue
    batch_queue: BatchQueue
    bus: Bus

    def receive(self, fact: Fact, now: float, *, each: Each = map) -> int:
        """Tell of a fact; gives how many are to be told. `each` is map, or a pool's. Raises SendFailed.

        The bus comes last: receivers do not wait for it where it fails, and the stream tells us again.
        """
        if fact.type not in EVENT_TYPES:
            return 0
        job = self.jobs.get(fact.job_id) if isinstance(fact, Event) else None
        recipients = [*self._endpoints(fact), *self._own(fact, job)]
        list(each(lambda one: self._tell(fact, one, now), recipients))
        if job and job.item and fact.type in TERMINAL_EVENTS:
            self._look_after(job.item.batch_id)
        self.bus.put(Detail.of(fact))
        return len(recipients)

    def _endpoints(self, fact: Fact) -> Iterator[Recipient]:
        told = fact.endpoint_id if isinstance(fact, Notice) else None
        for endpoint in self.endpoints.all(fact.tenant):
            if endpoint.id != told and endpoint.wants(fact.type):
                yield Recipient(endpoint.id, off=None if endpoint.enabled else "the endpoint is disabled")

    def _own(self, fact: Fact, job: Job | None) -> Iterator[Recipient]:
        """The webhook that a job or a batch came with."""
        if job and job.request.webhook and fact.type in job.request.webhook.events:
            yield Recipient(job.request.webhook.key(job.tenant), job.request.webhook.url)
        batch = self.batches.get(fact.batch_id) if isinstance(fact, BatchEvent) else None
        if batch and batch.webhook:
            yield Recipient(batch.webhook.key(batch.tenant), batch.webhook.url)

    def _look_after(self, batch_id: str) -> None:
        """Close the batch whose last item this was. Where it was not sent, the watchdog sends it."""
        batch = self.batches.get(batch_id)
        if batch and batch.sealed and not batch.ended and batch.done(self.batches.counts(batch_id)):
            with suppress(SendFailed):
                self.batch_queue.close(batch)

    def _tell(self, fact: Fact, to: Recipient, now: float) -> None:
        """Write it, then send it. From the write on it is on its way: what is not sent now, the sweep sends."""
        new = Delivery.of(fact, to.receiver, now, url=to.url)
        if to.off is not None:
            self.deliveries.add(new.dropped(to.off))
        elif self.deliveries.add(new) or self._waits(new):
            with suppress(SendFailed):
                self.queue.send(new)

    def _waits(self, delivery: Delivery) -> bool:
        """Whether whoever wrote it may have died before it was sent."""
        row = self.deliveries.get(delivery.id)
        return row is not None and row.pending and not row.tries and row.lease_until is None
