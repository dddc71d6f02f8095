"""A fact becomes known: to every receiver that wants it, and on the bus."""

from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, NamedTuple

from cavendish.errors import SendFailed
from cavendish.job import Event
from cavendish.ports import Jobs
from cavendish.webhook.delivery import Delivery
from cavendish.webhook.detail import Detail
from cavendish.webhook.events import EVENT_TYPES, Notice
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
    endpoints: Endpoints
    deliveries: Deliveries
    queue: DeliveryQueue
    bus: Bus

    def receive(self, event: Event | Notice, now: float, *, each: Each = map) -> int:
        """Tell of an event; gives how many are to be told. `each` is map, or a pool's. Raises SendFailed.

        The bus comes last: receivers do not wait for it where it fails, and the stream tells us again.
        """
        if event.type not in EVENT_TYPES:
            return 0
        recipients = list(self._recipients(event))
        list(each(lambda one: self._tell(event, one, now), recipients))
        self.bus.put(Detail.of(event))
        return len(recipients)

    def _recipients(self, event: Event | Notice) -> Iterator[Recipient]:
        told = event.endpoint_id if isinstance(event, Notice) else None
        for endpoint in self.endpoints.all(event.tenant):
            if endpoint.id != told and endpoint.wants(event.type):
                yield Recipient(endpoint.id, off=None if endpoint.enabled else "the endpoint is disabled")
        job = self.jobs.get(event.job_id) if isinstance(event, Event) else None
        webhook = job.request.webhook if job else None
        if job and webhook and event.type in webhook.events:
            yield Recipient(webhook.key(job.tenant), webhook.url)

    def _tell(self, event: Event | Notice, to: Recipient, now: float) -> None:
        """Write it, then send it. From the write on it is on its way: what is not sent now, the sweep sends."""
        new = Delivery.of(event, to.receiver, now, url=to.url)
        if to.off is not None:
            self.deliveries.add(new.dropped(to.off))
        elif self.deliveries.add(new) or self._waits(new):
            with suppress(SendFailed):
                self.queue.send(new)

    def _waits(self, delivery: Delivery) -> bool:
        """Whether whoever wrote it may have died before it was sent."""
        row = self.deliveries.get(delivery.id)
        return row is not None and row.pending and not row.tries and row.lease_until is None
