"""Webhooks through the functions as Lambda runs them: told, delivered, kept, and asked for over HTTP."""

import importlib
import json
import time
from collections.abc import Callable
from typing import Any

import jsonschema
import pytest
from standardwebhooks import Webhook

import wiring
from cavendish.errors import AddressRefused
from cavendish.job import Event
from cavendish.webhook.delivery import Delivery
from cavendish.webhook.detail import Detail
from cavendish.webhook.endpoint import Endpoint
from cavendish.webhook.secret import SigningSecret, secret_of
from stream import BatchFailed
from tests.integration.handlers import JOB_ID, Functions, event
from tests.integration.sockets import Server
from wired import webhook_keys, webhooks

ENDPOINT_ID, DELIVERY_ID = "ep_01KX0000000000000000000000", "dlv_01KX0000000000000000000000"
SECRET = secret_of(bytes(range(32)))
pytestmark = pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")


def with_endpoint(url: str = "https://hooks.example.com/in", **fields: Any) -> Endpoint:
    """The endpoint that the events name."""
    secrets = (SigningSecret(secret=SECRET),)
    made = Endpoint(id=ENDPOINT_ID, tenant="acme", url=url, created_at=time.time(), secrets=secrets, **fields)
    webhooks.endpoints().add(made)
    return made


def with_delivery(functions: Functions, url: str = "https://hooks.example.com/in") -> Delivery:
    """The delivery that the events name, of the job that they name."""
    functions.with_job()
    with_endpoint(url)
    now = time.time()
    fact = Event(type="job.queued", job_id=JOB_ID, tenant="acme", sequence=1, at=now)
    made = Delivery.of(fact, ENDPOINT_ID, now).model_copy(update={"id": DELIVERY_ID})
    webhooks.deliveries().add(made)
    return made


def sent(aws: Callable[..., Any]) -> list[dict[str, Any]]:
    """The messages in the queue."""
    answer = aws("sqs").receive_message(QueueUrl=wiring.setting("DELIVERIES_QUEUE_URL"), MaxNumberOfMessages=10)
    return [json.loads(one["Body"]) for one in answer.get("Messages", [])]


def test_what_happened_becomes_a_delivery_and_its_message_once(functions: Functions, aws: Callable[..., Any]) -> None:
    functions.with_job()
    with_endpoint()

    for _ in range(2):
        functions.call("publish", "publish.job")

    (message, *_) = sent(aws)
    row = webhooks.deliveries().get(message["delivery_id"])
    assert row is not None
    assert (message["v"], row.type, row.receiver) == (1, "job.queued", ENDPOINT_ID)


def test_a_record_that_fails_fails_the_batch_for_all_others_were_tried(
    functions: Functions, monkeypatch: pytest.MonkeyPatch
) -> None:
    functions.with_job()
    monkeypatch.setenv("EVENT_BUS", "arn:aws:events:us-east-1:123456789012:event-bus/none")
    good = event("publish.job")
    bad = {**good["Records"][0], "dynamodb": {"NewImage": {"pk": {"S": "JOB#x"}}, "SequenceNumber": "1"}}

    publish = importlib.import_module("publish")

    with pytest.raises(BatchFailed, match="of 2 records failed"):
        publish.handler({"Records": [bad, *good["Records"]]}, None)


def test_the_schema_of_what_is_on_the_bus_is_that_of_its_details() -> None:
    schema = event("publish.detail-schema")
    detail = Detail.of(Event(type="job.queued", job_id=JOB_ID, tenant="acme", sequence=1, at=0.0))

    assert {name: value for name, value in schema.items() if name != "$schema"} == Detail.model_json_schema(
        mode="serialization"
    )
    jsonschema.validate(json.loads(detail.model_dump_json(exclude_none=True)), schema)


def test_a_delivery_is_sent_signed_and_what_came_of_it_is_kept(
    functions: Functions,
    monkeypatch: pytest.MonkeyPatch,
    serve: Callable[..., Server],
    caplog: pytest.LogCaptureFixture,
) -> None:
    monkeypatch.setenv("ALLOW_LOCAL_HTTP", "true")
    receiver = serve(lambda talk: talk.answer(status="204 No Content"))
    with_delivery(functions, receiver.url)

    assert functions.call("deliver", "deliver.delivery") == {"batchItemFailures": []}

    row = webhooks.deliveries().get(DELIVERY_ID)
    (line,) = [vars(one) for one in caplog.records if one.message == "delivery.tried"]
    assert row is not None
    assert (row.state, [one.status for one in row.tries]) == ("delivered", [204])
    assert (line["job_id"], line["delivery_id"], line["outcome"]) == (JOB_ID, DELIVERY_ID, "delivered")


def test_a_delivery_whose_message_was_lost_is_sent_again(functions: Functions, aws: Callable[..., Any]) -> None:
    made = with_delivery(functions)
    webhooks.deliveries().save(made, made.model_copy(update={"due_at": time.time() - 1, "revision": 2}))

    assert functions.call("resend", "resend.minute") == {"due": 1}

    assert sent(aws) == [{"v": 1, "delivery_id": DELIVERY_ID}]
    assert functions.call("resend", "resend.minute") == {"due": 0}


def test_an_endpoint_is_made_with_a_secret_that_is_shown_once(functions: Functions) -> None:
    functions.with_key()

    status, made, headers = functions.http("api.create-endpoint")
    _, listed, _ = functions.http("api.list-endpoints")

    assert (status, headers["Location"]) == (201, f"https://api.example.com/v1/webhooks/endpoints/{made['id']}")
    assert Webhook(made["secret"])
    assert listed["endpoints"] == [{name: value for name, value in made.items() if name != "secret"}]


@pytest.mark.parametrize(
    ("name", "pointers"),
    [
        ("api.create-endpoint-with-faults", {"/url", "/events/0", "/name"}),
        ("api.create-endpoint-inside", {"/url"}),
        ("api.replay-endpoint-with-faults", {"/since", "/all"}),
        ("api.list-deliveries-with-faults", {"/endpoint", "/status", "/limit", "/page"}),
    ],
)
def test_all_faults_are_told_at_once(functions: Functions, name: str, pointers: set[str]) -> None:
    functions.with_key()
    with_endpoint()

    status, problem, _ = functions.http(name)

    assert (status, {fault["pointer"] for fault in problem["errors"]}) == (422, pointers)


def test_a_refusal_says_no_more_than_the_rule(functions: Functions) -> None:
    functions.with_key()

    _, problem, _ = functions.http("api.create-endpoint-inside")

    assert problem["errors"][0]["detail"] == str(AddressRefused())


def test_an_endpoint_is_read_changed_and_deleted(functions: Functions) -> None:
    functions.with_key()
    with_endpoint()

    assert functions.http("api.read-endpoint")[1]["enabled"] is True
    assert functions.http("api.change-endpoint")[1]["disabled_reason"] == "its owner disabled it"
    assert functions.call("api", "api.delete-endpoint")["statusCode"] == 204
    assert functions.http("api.read-endpoint")[1]["code"] == "unknown_endpoint"


def test_a_rotated_secret_is_another_one(functions: Functions) -> None:
    functions.with_key()
    with_endpoint()

    assert functions.http("api.rotate-endpoint")[1]["secret"] != SECRET


def test_a_ping_is_a_delivery_of_its_own(functions: Functions, aws: Callable[..., Any]) -> None:
    functions.with_key()
    with_endpoint()

    status, delivery, _ = functions.http("api.ping-endpoint")

    assert (status, delivery["type"], delivery["status"]) == (202, "endpoint.ping", "pending")
    assert sent(aws) == [{"v": 1, "delivery_id": delivery["id"]}]


def test_deliveries_are_listed_read_and_replayed(functions: Functions) -> None:
    functions.with_key()
    made = with_delivery(functions)
    webhooks.deliveries().save(made, made.dropped("nobody was there"))

    assert functions.http("api.list-deliveries")[1] == {"deliveries": [], "next": None}
    assert functions.http("api.read-delivery")[1]["status"] == "dropped"
    assert functions.http("api.replay-endpoint")[1] == {"sent": 0, "next": None}
    status, again, _ = functions.http("api.replay-delivery")
    assert (status, again["status"], again["replays"], again["message_id"]) == (202, "pending", 1, made.message_id)


def test_nothing_is_replayed_to_an_endpoint_that_is_disabled(functions: Functions) -> None:
    functions.with_key()
    with_delivery(functions)
    functions.http("api.change-endpoint")

    for name in ("api.replay-delivery", "api.replay-endpoint"):
        status, problem, _ = functions.http(name)
        assert (status, problem["code"]) == (409, "receiver_off")


def test_the_default_secret_is_the_same_until_it_is_rotated(functions: Functions) -> None:
    functions.with_key()

    first, again = (functions.http("api.read-secret")[1] for _ in range(2))
    rotated = functions.http("api.rotate-secret")[1]

    assert first == again
    assert (rotated["version"], rotated["secret"] == first["secret"]) == (2, False)
    assert functions.http("api.read-secret")[1] == rotated


def test_the_public_key_needs_no_key(functions: Functions) -> None:
    status, keys, headers = functions.http("api.webhook-keys")

    assert (status, keys) == (200, {"keys": [webhook_keys.signer().public_key()]})
    assert headers["Cache-Control"] == "public, max-age=300"


def test_a_jobs_webhook_that_leads_inside_is_refused_at_submit(functions: Functions) -> None:
    functions.with_key()

    body = {"prompt": "a heron", "webhook": {"url": "https://localhost/hooks"}}
    answer = functions.ask("POST", "/v1/jobs", json.dumps(body))

    assert answer["statusCode"] == 422
    assert [one["pointer"] for one in json.loads(answer["body"])["errors"]] == ["/webhook/url"]
