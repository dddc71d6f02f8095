"""The ports of webhooks in memory: the same conditions and errors as the real adapters, as the same tests show."""

import base64
import hashlib
import hmac
from collections.abc import Iterator, Sequence

from cavendish.errors import Overtaken, SendFailed
from cavendish.webhook.delivery import Delivery
from cavendish.webhook.detail import Detail
from cavendish.webhook.endpoint import Endpoint
from cavendish.webhook.events import Notice
from cavendish.webhook.query import DeliveryPage, DeliveryQuery
from cavendish.webhook.receiver import SLOTS, usable
from cavendish.webhook.secret import TenantSecret, tenant_secret


class FakeEndpoints:
    """The port Endpoints. Keeps JSON, like the table."""

    def __init__(self) -> None:
        self.notices: list[Notice] = []
        self._endpoints: dict[tuple[str, str], str] = {}
        self._secrets: dict[str, TenantSecret] = {}

    def add(self, endpoint: Endpoint) -> None:
        if (endpoint.tenant, endpoint.id) in self._endpoints:
            raise Overtaken(f"endpoint {endpoint.id} exists")
        self._endpoints[endpoint.tenant, endpoint.id] = endpoint.model_dump_json()

    def get(self, tenant: str, endpoint_id: str) -> Endpoint | None:
        document = self._endpoints.get((tenant, endpoint_id))
        return Endpoint.model_validate_json(document) if document else None

    def all(self, tenant: str) -> list[Endpoint]:
        mine = sorted(key for key in self._endpoints if key[0] == tenant)
        return [Endpoint.model_validate_json(self._endpoints[key]) for key in mine]

    def save(self, before: Endpoint, after: Endpoint, notice: Notice | None = None) -> None:
        current = self.get(before.tenant, before.id)
        if current is None or current.revision != before.revision or notice in self.notices:
            raise Overtaken(f"endpoint {before.id} was changed by somebody else")
        self._endpoints[after.tenant, after.id] = after.model_dump_json()
        self.notices += [notice] if notice else []

    def delete(self, tenant: str, endpoint_id: str) -> bool:
        return self._endpoints.pop((tenant, endpoint_id), None) is not None

    def tenant_secret(self, tenant: str) -> TenantSecret:
        return self._secrets.get(tenant, TenantSecret(tenant=tenant))

    def rotate(self, before: TenantSecret, after: TenantSecret) -> None:
        if self.tenant_secret(before.tenant).version != before.version:
            raise Overtaken(f"the secret of {before.tenant} was rotated by somebody else")
        self._secrets[after.tenant] = after


class FakeDeliveries:
    """The port Deliveries. Keeps JSON, like the table."""

    def __init__(self) -> None:
        self._rows: dict[str, str] = {}

    def add(self, delivery: Delivery) -> bool:
        return self._rows.setdefault(delivery.id, written := delivery.model_dump_json()) is written

    def get(self, delivery_id: str) -> Delivery | None:
        document = self._rows.get(delivery_id)
        return Delivery.model_validate_json(document) if document else None

    def save(self, before: Delivery, after: Delivery) -> None:
        current = self.get(before.id)
        if current is None or current.revision != before.revision:
            raise Overtaken(f"delivery {before.id} was written by somebody else")
        self._rows[after.id] = after.model_dump_json()

    def due(self, now: float) -> Iterator[str]:
        yield from [one.id for one in self.all() if one.due_at is not None and one.due_at <= now]

    def page(self, tenant: str, query: DeliveryQuery) -> DeliveryPage:
        mine = [one for one in self.all() if one.tenant == tenant and query.wants(one)]
        ordered = sorted(mine, key=lambda one: one.id, reverse=not query.oldest_first)
        beyond = [one for one in ordered if query.after is None or (one.id > query.after) == query.oldest_first]
        left = [one for one in beyond if one.id != query.after]
        page = left[: query.limit]
        return DeliveryPage(page, page[-1].id if len(left) > query.limit else None)

    def all(self) -> list[Delivery]:
        return [Delivery.model_validate_json(document) for document in self._rows.values()]


class FakeSlots:
    """The port Slots."""

    def __init__(self) -> None:
        self._held: dict[tuple[str, int], tuple[str, float]] = {}
        self._slow: dict[str, float] = {}

    def take(self, receiver: str, holder: str, *, now: float, until: float, slots: int = SLOTS) -> int | None:
        numbers = range(usable(slots, slow=self._slow.get(receiver, 0.0) > now))
        own = [slot for slot in numbers if self._held.get((receiver, slot), ("", 0.0))[0] == holder]
        free = [slot for slot in numbers if self._held.get((receiver, slot), ("", 0.0))[1] <= now]
        slot = next(iter(own + free), None)
        if slot is not None:
            self._held[receiver, slot] = (holder, until)
        return slot

    def release(self, receiver: str, holder: str, slot: int, *, slow_until: float | None = None) -> None:
        if self._held.get((receiver, slot), ("", 0.0))[0] == holder:
            del self._held[receiver, slot]
            self._slow |= {} if slow_until is None else {receiver: slow_until}


class FakeBus:
    """The port Bus."""

    def __init__(self) -> None:
        self.details: list[Detail] = []
        self.down = False

    def put(self, detail: Detail) -> None:
        if self.down:
            raise SendFailed(f"event {detail.id} could not be put")
        self.details.append(detail)


class FakeSigner:
    """The port Signer: v1 as the standard has it, written anew; its v1a is none."""

    master = b"master"

    def sign(self, message_id: str, timestamp: int, body: bytes, secrets: Sequence[str]) -> str:
        signed = b"%b.%d.%b" % (message_id.encode(), timestamp, body)
        keys = [base64.b64decode(secret.removeprefix("whsec_")) for secret in secrets]
        hashes = [base64.b64encode(hmac.digest(key, signed, hashlib.sha256)).decode() for key in keys]
        return " ".join([*(f"v1,{one}" for one in hashes), "v1a,none"])

    def tenant_secret(self, tenant: str, version: int) -> str:
        return tenant_secret(self.master, tenant, version)

    def public_key(self) -> str:
        return "whpk_none"


class FakeDeliveryQueue:
    """The port DeliveryQueue: what was sent, and how long it is held back."""

    def __init__(self) -> None:
        self.sent: list[tuple[str, str, float]] = []
        self.down = False

    def send(self, delivery: Delivery, wait_s: float = 0.0) -> None:
        if self.down:
            raise SendFailed(f"delivery {delivery.id} could not be sent")
        self.sent.append((delivery.id, delivery.receiver, wait_s))
