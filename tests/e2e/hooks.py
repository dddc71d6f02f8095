"""Tenants with receivers: each test has its own, so that it hears of its own jobs only."""

import json
import time
import uuid
from collections.abc import Mapping
from typing import Any

from adapters.deliveries_table import DeliveriesTable
from cavendish.webhook.delivery import Delivery
from cavendish_client import Client
from tests.e2e.cloud import Cloud
from tests.e2e.eventually import eventually
from tests.e2e.receiver import Received, Receiver

WITHIN_S = 60


def tenant(cloud: Cloud) -> Client:
    return cloud.client_of(f"hooks-{uuid.uuid4().hex[:12]}")


def ended(cloud: Cloud, client: Client, **fields: Any) -> str:
    """A job of this tenant that has ended; gives its id."""
    job = client.submit(cloud.prompt(), size="1K", **fields)
    return str(client.wait(job["id"], every_s=0.1)["id"])


def got(receiver: Receiver, count: int) -> list[Received]:
    """What it has received, as soon as that is so much."""
    eventually(lambda: len(receiver.received) >= count, WITHIN_S)
    return list(receiver.received)


def message(one: Received) -> dict[str, Any]:
    read: dict[str, Any] = json.loads(one.body)
    return read


def types(received: list[Received]) -> list[str]:
    return [message(one)["type"] for one in received]


def signed(one: Received) -> Mapping[str, str]:
    """The headers that a library looks at."""
    return {name: value for name, value in one.headers.items() if name.startswith("webhook-")}


def delivery(client: Client, *, status: str, tries: int = 0, **asked: Any) -> dict[str, Any]:
    """A delivery of this tenant that stands there, as soon as there is one."""

    def found() -> dict[str, Any] | None:
        wanted = (one for one in client.webhooks.deliveries(**asked) if one["status"] == status)
        return next((one for one in wanted if len(one["tries"]) >= tries), None)

    return eventually(found, WITHIN_S, every_s=0.2)


def deliveries(cloud: Cloud) -> DeliveriesTable:
    return DeliveriesTable(cloud.aws("dynamodb"), cloud.outputs["JobsTable"])


def time_passes(cloud: Cloud, delivery_id: str) -> Delivery:
    """What a delivery waits for is over, also its worker's lease, and the minute's sweep comes; gives it as it was."""
    table, past = deliveries(cloud), time.time() - 1
    row = table.get(delivery_id)
    assert row is not None
    changes = {"due_at": past, "next_at": past, "lease_until": row.lease_until and past, "revision": row.revision + 1}
    table.save(row, row.model_copy(update=changes))
    answer = cloud.aws("lambda").invoke(FunctionName=cloud.function("ResendFunction"), Payload=b"{}")
    assert "FunctionError" not in answer, answer["Payload"].read()
    return row
