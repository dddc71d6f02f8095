"""What is done with a tenant's endpoints: the routes' other half, loaded when the first of them is asked."""

import os
from typing import Any

import wiring
from api.receivers import check
from cavendish.pipeline.webhook import endpoints, replay
from cavendish.ulid import ulid
from cavendish.webhook.endpoint import Endpoint
from cavendish.webhook.listing import parse_replay
from cavendish.webhook.query import cursor
from cavendish.webhook.request import EndpointChange, NewEndpoint, parse_endpoint
from cavendish.webhook.secret import SECRET_BYTES
from cavendish.webhook.view import delivery_view, endpoint_view
from wired import webhooks

View = dict[str, Any]


def create(tenant: str, body: bytes) -> View:
    """Raises RequestInvalid, RequestTooLarge, EndpointsFull."""
    request, now = parse_endpoint(body, NewEndpoint, check), wiring.clock()
    made = endpoints.create(
        request,
        tenant=tenant,
        ulid=ulid(now, os.urandom(10)),
        randomness=os.urandom(SECRET_BYTES),
        endpoints=webhooks.endpoints(),
        now=now,
    )
    wiring.logger.info("endpoint.created", endpoint_id=made.id, tenant=tenant)
    return _with_secret(made)


def all_of(tenant: str) -> View:
    return {"endpoints": [endpoint_view(one) for one in webhooks.endpoints().all(tenant)]}


def read(tenant: str, endpoint_id: str) -> View:
    """Raises EndpointUnknown."""
    return endpoint_view(endpoints.own(endpoint_id, tenant=tenant, endpoints=webhooks.endpoints()))


def change(tenant: str, endpoint_id: str, body: bytes) -> View:
    """Raises EndpointUnknown, RequestInvalid, RequestTooLarge."""
    endpoints.own(endpoint_id, tenant=tenant, endpoints=webhooks.endpoints())
    request = parse_endpoint(body, EndpointChange, check)
    return endpoint_view(endpoints.change(endpoint_id, request, tenant=tenant, endpoints=webhooks.endpoints()))


def delete(tenant: str, endpoint_id: str) -> None:
    """Raises EndpointUnknown."""
    endpoints.delete(endpoint_id, tenant=tenant, endpoints=webhooks.endpoints())
    wiring.logger.info("endpoint.deleted", endpoint_id=endpoint_id, tenant=tenant)


def rotate(tenant: str, endpoint_id: str) -> View:
    """Raises EndpointUnknown."""
    randomness, now = os.urandom(SECRET_BYTES), wiring.clock()
    rotated = endpoints.rotate(
        endpoint_id, tenant=tenant, randomness=randomness, endpoints=webhooks.endpoints(), now=now
    )
    wiring.logger.info("endpoint.rotated", endpoint_id=endpoint_id, tenant=tenant)
    return _with_secret(rotated)


def ping(tenant: str, endpoint_id: str) -> View:
    """Raises EndpointUnknown."""
    sent = endpoints.ping(
        endpoint_id,
        tenant=tenant,
        endpoints=webhooks.endpoints(),
        deliveries=webhooks.deliveries(),
        queue=webhooks.queue(),
        now=wiring.clock(),
    )
    return delivery_view(sent)


def replay_since(tenant: str, endpoint_id: str, body: bytes) -> View:
    """Raises EndpointUnknown, ReceiverOff, RequestInvalid, RequestTooLarge."""
    asked = parse_replay(body)
    replayed = replay.replay_since(
        endpoint_id,
        asked.since.timestamp(),
        tenant=tenant,
        deliveries=webhooks.deliveries(),
        endpoints=webhooks.endpoints(),
        queue=webhooks.queue(),
        now=wiring.clock(),
        everything=asked.everything,
        after=asked.after,
    )
    wiring.logger.info("deliveries.replayed", endpoint_id=endpoint_id, tenant=tenant, sent=replayed.sent)
    return {"sent": replayed.sent, "next": cursor(replayed.after) if replayed.after else None}


def _with_secret(endpoint: Endpoint) -> View:
    """Its newest secret, which nobody is shown again."""
    return {**endpoint_view(endpoint), "secret": endpoint.secrets[0].secret}
