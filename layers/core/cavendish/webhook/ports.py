"""What webhooks need from the outside: each a real adapter (functions/adapters), and a fake with the same tests."""

from collections.abc import Iterator, Sequence
from typing import Protocol

from cavendish.webhook.delivery import Delivery
from cavendish.webhook.detail import Detail
from cavendish.webhook.endpoint import Endpoint
from cavendish.webhook.events import Notice
from cavendish.webhook.query import DeliveryPage, DeliveryQuery
from cavendish.webhook.receiver import SLOTS
from cavendish.webhook.secret import TenantSecret


class Endpoints(Protocol):
    """The table: tenants' endpoints, what is told of them, and which default secret a tenant has come to."""

    def add(self, endpoint: Endpoint) -> None:
        """Write a new endpoint. Raises Overtaken if it exists."""

    def get(self, tenant: str, endpoint_id: str) -> Endpoint | None: ...

    def all(self, tenant: str) -> list[Endpoint]:
        """The tenant's, oldest first."""

    def save(self, before: Endpoint, after: Endpoint, notice: Notice | None = None) -> None:
        """Write a changed endpoint, and what is told of it, if nobody else changed it. Raises Overtaken."""

    def delete(self, tenant: str, endpoint_id: str) -> bool:
        """Forget an endpoint, secrets and all; False: there was none."""

    def tenant_secret(self, tenant: str) -> TenantSecret:
        """Which version it has come to; at first the first one."""

    def rotate(self, before: TenantSecret, after: TenantSecret) -> None:
        """Write the next version. Raises Overtaken if somebody else did."""


class Deliveries(Protocol):
    """The same table: what is on its way, or was."""

    def add(self, delivery: Delivery) -> bool:
        """Write a new delivery; False: it is there already, and stays as it is."""

    def get(self, delivery_id: str) -> Delivery | None: ...

    def save(self, before: Delivery, after: Delivery) -> None:
        """Write a changed delivery if nobody else changed it. Raises Overtaken."""

    def due(self, now: float) -> Iterator[str]:
        """Deliveries by id whose message has to be sent by the sweep."""

    def page(self, tenant: str, query: DeliveryQuery) -> DeliveryPage:
        """The tenant's deliveries that are asked for; fewer if too many had to be passed over."""


class Slots(Protocol):
    """The same table: how much is under way to each receiver."""

    def take(self, receiver: str, holder: str, *, now: float, until: float, slots: int = SLOTS) -> int | None:
        """A slot of a receiver's until then, or again the one that the holder has; None: none is free."""

    def release(self, receiver: str, holder: str, slot: int, *, slow_until: float | None = None) -> None:
        """Give a slot back, if it is still the holder's. `slow_until`: the receiver has but one until then."""


class Bus(Protocol):
    """The event bus of the deployment, for others to put rules on."""

    def put(self, detail: Detail) -> None:
        """Raises SendFailed."""


class Signer(Protocol):
    """The deployment's keys."""

    def sign(self, message_id: str, timestamp: int, body: bytes, secrets: Sequence[str]) -> str:
        """The header webhook-signature: a v1 for each secret and the deployment's v1a."""

    def tenant_secret(self, tenant: str, version: int) -> str: ...

    def public_key(self) -> str:
        """What v1a is verified with, as "whpk_" and base64."""


class DeliveryQueue(Protocol):
    """The queue of deliveries: fair between receivers."""

    def send(self, delivery: Delivery, wait_s: float = 0.0) -> None:
        """Send the message of a delivery, not before so many seconds are over. Raises SendFailed."""
