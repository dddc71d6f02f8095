"""Somebody wants deliveries sent anew: one, or what an endpoint missed."""

from contextlib import suppress
from typing import Final, NamedTuple

from cavendish.errors import DeliveryUnknown, Overtaken, SendFailed
from cavendish.pipeline.looks import look_again
from cavendish.pipeline.webhook.deliver import receiving
from cavendish.pipeline.webhook.endpoints import enabled, own
from cavendish.webhook.delivery import Delivery
from cavendish.webhook.events import PING
from cavendish.webhook.ports import Deliveries, DeliveryQueue, Endpoints
from cavendish.webhook.query import DeliveryQuery, is_delivery_id

#: One call replays so many at most: at some 20 ms each it ends long before API Gateway gives up.
MOST: Final = 500


class Replayed(NamedTuple):
    """How many are sent anew, and the id after which to go on; None: these were all."""

    sent: int
    after: str | None


def find(delivery_id: str, *, tenant: str, deliveries: Deliveries) -> Delivery:
    """The tenant's own delivery. Raises DeliveryUnknown."""
    row = deliveries.get(delivery_id) if is_delivery_id(delivery_id) else None
    if row is None or row.tenant != tenant:
        raise DeliveryUnknown
    return row


def replay(
    delivery_id: str, *, tenant: str, deliveries: Deliveries, endpoints: Endpoints, queue: DeliveryQueue, now: float
) -> Delivery:
    """Send a delivery anew, under its message id, with all tries before it. Raises DeliveryUnknown, ReceiverOff."""

    def again() -> Delivery:
        row = find(delivery_id, tenant=tenant, deliveries=deliveries)
        if row.url is None:
            receiving(row, endpoints)
        return _replay(row, deliveries, queue, now)

    return look_again(again)


def replay_since(
    endpoint_id: str,
    since: float,
    *,
    tenant: str,
    deliveries: Deliveries,
    endpoints: Endpoints,
    queue: DeliveryQueue,
    now: float,
    everything: bool = False,
    after: str | None = None,
) -> Replayed:
    """Send anew what an endpoint missed of what happened since then; `everything`: also what it got.

    Oldest first, so many at most; who gives `after` goes on from there. Raises EndpointUnknown, ReceiverOff.
    """
    sent = 0
    enabled(own(endpoint_id, tenant=tenant, endpoints=endpoints))
    while sent < MOST:
        query = DeliveryQuery(endpoint=endpoint_id, since=since, after=after, oldest_first=True, limit=100)
        page = deliveries.page(tenant, query)
        for row in page.deliveries:
            if row.type != PING and (everything or row.missed):
                with suppress(Overtaken):  # it is on its way
                    _replay(row, deliveries, queue, now)
                    sent += 1
        after = page.after
        if after is None:
            break
    return Replayed(sent, after)


def _replay(row: Delivery, deliveries: Deliveries, queue: DeliveryQueue, now: float) -> Delivery:
    again = row.replayed(now)
    deliveries.save(row, again)
    with suppress(SendFailed):  # the sweep sends it
        queue.send(again)
    return again
