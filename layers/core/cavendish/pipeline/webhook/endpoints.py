"""A tenant's endpoints: made, changed, tested, deleted; and its default secret, which signs jobs' own webhooks."""

from contextlib import suppress

from cavendish.errors import EndpointsFull, EndpointUnknown, ReceiverOff, SendFailed
from cavendish.pipeline.looks import look_again
from cavendish.ulid import is_ulid
from cavendish.webhook.delivery import Delivery
from cavendish.webhook.endpoint import MOST, PREFIX, Endpoint
from cavendish.webhook.events import PING, Notice
from cavendish.webhook.ports import Deliveries, DeliveryQueue, Endpoints
from cavendish.webhook.request import EndpointChange, NewEndpoint
from cavendish.webhook.secret import SigningSecret, TenantSecret, secret_of


def create(
    request: NewEndpoint, *, tenant: str, ulid: str, randomness: bytes, endpoints: Endpoints, now: float
) -> Endpoint:
    """A new endpoint, with a secret of so many random bytes. Raises EndpointsFull."""
    if len(endpoints.all(tenant)) >= MOST:
        raise EndpointsFull(f"a tenant has {MOST} endpoints at most; delete one that is not used")
    secret = SigningSecret(secret=secret_of(randomness))
    events = tuple(dict.fromkeys(request.events))
    endpoint = Endpoint(
        id=PREFIX + ulid, tenant=tenant, url=request.url, events=events, created_at=now, secrets=(secret,)
    )
    endpoints.add(endpoint)
    return endpoint


def own(endpoint_id: str, *, tenant: str, endpoints: Endpoints) -> Endpoint:
    """The tenant's own endpoint. Raises EndpointUnknown."""
    named = endpoint_id.startswith(PREFIX) and is_ulid(endpoint_id.removeprefix(PREFIX))
    endpoint = endpoints.get(tenant, endpoint_id) if named else None
    if endpoint is None:
        raise EndpointUnknown
    return endpoint


def enabled(endpoint: Endpoint) -> Endpoint:
    """Raises ReceiverOff if it is not."""
    if not endpoint.enabled:
        raise ReceiverOff(f"the endpoint is disabled: {endpoint.disabled_reason}")
    return endpoint


def change(endpoint_id: str, request: EndpointChange, *, tenant: str, endpoints: Endpoints) -> Endpoint:
    """Another URL, other events, on or off. Raises EndpointUnknown."""

    def changed() -> Endpoint:
        before = own(endpoint_id, tenant=tenant, endpoints=endpoints)
        events = None if request.events is None else tuple(dict.fromkeys(request.events))
        after = before.changed(url=request.url, events=events)
        if request.enabled is True and not before.enabled:
            after = after.enable()
        if request.enabled is False and before.enabled:
            after = after.disable("its owner disabled it")
        endpoints.save(before, after)
        return after

    return look_again(changed)


def rotate(endpoint_id: str, *, tenant: str, randomness: bytes, endpoints: Endpoints, now: float) -> Endpoint:
    """A new secret, its first; the one before it signs too for a day. Raises EndpointUnknown."""

    def rotated() -> Endpoint:
        before = own(endpoint_id, tenant=tenant, endpoints=endpoints)
        after = before.rotated(secret_of(randomness), now)
        endpoints.save(before, after)
        return after

    return look_again(rotated)


def rotate_tenant_secret(tenant: str, *, endpoints: Endpoints, now: float) -> TenantSecret:
    """The next version of the tenant's default secret; the one before it signs too for a day."""

    def rotated() -> TenantSecret:
        before = endpoints.tenant_secret(tenant)
        after = before.rotated(now)
        endpoints.rotate(before, after)
        return after

    return look_again(rotated)


def delete(endpoint_id: str, *, tenant: str, endpoints: Endpoints) -> None:
    """Forget it, secrets and all; what is still on its way to it is dropped. Raises EndpointUnknown."""
    own(endpoint_id, tenant=tenant, endpoints=endpoints)
    endpoints.delete(tenant, endpoint_id)


def ping(
    endpoint_id: str,
    *,
    tenant: str,
    endpoints: Endpoints,
    deliveries: Deliveries,
    queue: DeliveryQueue,
    now: float,
) -> Delivery:
    """Send an endpoint something to answer, once; what comes of it stands in the delivery. Raises EndpointUnknown."""

    def numbered() -> Endpoint:
        before = own(endpoint_id, tenant=tenant, endpoints=endpoints)
        endpoints.save(before, before.told())
        return before.told()

    sequence = look_again(numbered).sequence
    notice = Notice(type=PING, endpoint_id=endpoint_id, tenant=tenant, sequence=sequence, at=now)
    delivery = Delivery.of(notice, endpoint_id, now)
    deliveries.add(delivery)
    with suppress(SendFailed):  # the sweep sends it
        queue.send(delivery)
    return delivery
