"""What is done with a tenant's deliveries: the routes' other half, loaded when the first of them is asked."""

from typing import Any

import wiring
from cavendish.pipeline.webhook import replay as replaying
from cavendish.webhook.listing import parse_list
from cavendish.webhook.query import cursor
from cavendish.webhook.view import delivery_view
from wired import webhooks

View = dict[str, Any]


def page(tenant: str, parameters: list[tuple[str, str]]) -> View:
    """Raises QueryInvalid."""
    found = webhooks.deliveries().page(tenant, parse_list(parameters))
    after = cursor(found.after) if found.after else None
    return {"deliveries": [delivery_view(one) for one in found.deliveries], "next": after}


def read(tenant: str, delivery_id: str) -> View:
    """Raises DeliveryUnknown."""
    return delivery_view(replaying.find(delivery_id, tenant=tenant, deliveries=webhooks.deliveries()))


def replay(tenant: str, delivery_id: str) -> View:
    """Raises DeliveryUnknown, ReceiverOff."""
    row = replaying.replay(
        delivery_id,
        tenant=tenant,
        deliveries=webhooks.deliveries(),
        endpoints=webhooks.endpoints(),
        queue=webhooks.queue(),
        now=wiring.clock(),
    )
    wiring.logger.info("delivery.replayed", delivery_id=delivery_id, tenant=tenant)
    return delivery_view(row)
