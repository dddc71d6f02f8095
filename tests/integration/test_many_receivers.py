"""As many receivers as a tenant may have: one event tells them all, and none of them waits for another."""

import json
import threading
import time
from collections.abc import Callable
from typing import Any

import pytest
from deliver import handler

import wiring
from cavendish.job import Event
from cavendish.ulid import ulid
from cavendish.webhook.delivery import Delivery, State
from cavendish.webhook.endpoint import MOST, Endpoint
from cavendish.webhook.query import DeliveryQuery
from cavendish.webhook.secret import SigningSecret, secret_of
from tests.integration.conftest import Client
from tests.integration.handlers import CONTEXT, JOB_ID, Functions, event
from tests.integration.sockets import Server, Talk
from wired import webhooks

SECRETS = (SigningSecret(secret=secret_of(bytes(32))),)
#: So many messages come to `deliver` at once.
BATCH = 10

pytestmark = pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")


def an_endpoint(number: int, url: str) -> str:
    """Gives its id."""
    now = time.time()
    made = Endpoint(id=f"ep_{ulid(now, number.to_bytes(10))}", tenant="acme", url=url, created_at=now, secrets=SECRETS)
    webhooks.endpoints().add(made)
    return made.id


def all_receivers() -> list[str]:
    """Those of all deliveries that there are."""
    receivers, after = list[str](), None
    while True:
        page = webhooks.deliveries().page("acme", DeliveryQuery(after=after, limit=100))
        receivers += [row.receiver for row in page.deliveries]
        after = page.after
        if after is None:
            return receivers


def test_one_event_tells_all_two_hundred_endpoints_and_a_tenant_has_no_more(functions: Functions, aws: Client) -> None:
    functions.with_key()
    functions.with_job()
    endpoints = [an_endpoint(number, "https://hooks.example.com/in") for number in range(MOST)]

    functions.call("publish", "publish.job")
    queue = {"QueueUrl": wiring.setting("DELIVERIES_QUEUE_URL"), "AttributeNames": ["ApproximateNumberOfMessages"]}
    sent = aws("sqs").get_queue_attributes(**queue)["Attributes"]["ApproximateNumberOfMessages"]
    status, problem, _ = functions.http("api.create-endpoint")

    assert MOST == 200
    assert sorted(all_receivers()) == sorted(endpoints)
    assert sent == "200"
    assert (status, problem["code"]) == (409, "too_many_endpoints")


def test_a_receiver_that_hangs_delays_no_other_of_its_batch(
    functions: Functions, monkeypatch: pytest.MonkeyPatch, serve: Callable[..., Server]
) -> None:
    monkeypatch.setenv("ALLOW_LOCAL_HTTP", "true")
    functions.with_job()
    told = threading.Semaphore(0)

    def hang_until_all_others_are_told(talk: Talk) -> None:
        well = all(told.acquire(timeout=10) for _ in range(BATCH - 1))
        talk.answer(status="200 OK" if well else "503 Not alone")

    def be_told(talk: Talk) -> None:
        talk.answer()
        told.release()

    urls = [serve(hang_until_all_others_are_told).url, *[serve(be_told).url] * (BATCH - 1)]
    ids = [a_delivery(an_endpoint(number, url)) for number, url in enumerate(urls)]
    assert handler(messages(ids), CONTEXT) == {"batchItemFailures": []}

    rows = [webhooks.deliveries().get(one) for one in ids]
    assert [row.state for row in rows if row] == [State.DELIVERED] * BATCH


def a_delivery(endpoint_id: str) -> str:
    """Gives its id."""
    now = time.time()
    made = Delivery.of(Event(type="job.queued", job_id=JOB_ID, tenant="acme", sequence=1, at=now), endpoint_id, now)
    webhooks.deliveries().add(made)
    return made.id


def messages(ids: list[str]) -> dict[str, Any]:
    """The event, for these deliveries."""
    (record,) = event("deliver.delivery")["Records"]
    bodies = [json.dumps({"v": 1, "delivery_id": one}) for one in ids]
    return {"Records": [{**record, "messageId": f"message-{n}", "body": body} for n, body in enumerate(bodies)]}
