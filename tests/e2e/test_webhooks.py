"""Who is told of a job, how it can be verified, and what happens to receivers that do not want it, or cannot."""

import base64
import json

import pytest
import standardwebhooks
import svix.webhooks
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from cavendish_client import Client, Problem
from tests.e2e.cloud import Cloud
from tests.e2e.eventually import eventually
from tests.e2e.hooks import WITHIN_S, delivery, ended, got, message, signed, tenant, time_passes, types
from tests.e2e.receiver import Received, Receiver, receiver

END = ["job.succeeded"]


def verified_v1a(client: Client, one: Received) -> bool:
    (key,) = client.webhooks.public_keys()
    public = Ed25519PublicKey.from_public_bytes(base64.b64decode(key.removeprefix("whpk_")))
    (signature,) = [part for part in one.headers["webhook-signature"].split() if part.startswith("v1a,")]
    said = f"{one.headers['webhook-id']}.{one.headers['webhook-timestamp']}.".encode() + one.body
    public.verify(base64.b64decode(signature.removeprefix("v1a,")), said)
    return True


def test_an_endpoint_hears_of_a_jobs_whole_way_in_an_order_it_can_restore(
    cloud: Cloud, client: Client, here: Receiver
) -> None:
    endpoint = client.webhooks.create(here.url)
    job_id = ended(cloud, client)
    heard = sorted(got(here, 3), key=lambda one: message(one)["data"]["sequence"])
    assert types(heard) == ["job.queued", "job.started", "job.succeeded"]
    assert {message(one)["data"]["id"] for one in heard} == {job_id}
    for one in heard:
        assert standardwebhooks.Webhook(endpoint["secret"]).verify(one.body.decode(), dict(signed(one)))
        svix.webhooks.Webhook(endpoint["secret"]).verify(one.body, dict(signed(one)))
        assert verified_v1a(client, one)


def test_a_jobs_own_webhook_is_signed_with_the_default_secret_and_brings_links(
    cloud: Cloud, client: Client, here: Receiver
) -> None:
    job_id = ended(cloud, client, webhook={"url": f"{here.url}/own?a=b"})
    (one,) = got(here, 1)
    body = standardwebhooks.Webhook(client.webhooks.secret()).verify(one.body.decode(), dict(signed(one)))
    assert (one.path, body["type"], body["data"]["id"]) == ("/own?a=b", "job.succeeded", job_id)
    assert body["data"]["links"]["self"] == f"{cloud.running.api}/v1/jobs/{job_id}"
    assert body["data"]["images"][0]["url"].startswith("http")
    assert len(one.body) < 20_000


def test_a_body_that_was_changed_by_one_byte_is_not_verified(cloud: Cloud, client: Client, here: Receiver) -> None:
    endpoint = client.webhooks.create(here.url, END)
    ended(cloud, client)
    (one,) = got(here, 1)
    changed = one.body.replace(b"job.succeeded", b"job.succeedee", 1).decode()
    with pytest.raises(standardwebhooks.WebhookVerificationError):
        standardwebhooks.Webhook(endpoint["secret"]).verify(changed, dict(signed(one)))
    with pytest.raises(svix.webhooks.WebhookVerificationError):
        svix.webhooks.Webhook(endpoint["secret"]).verify(changed, dict(signed(one)))


def test_after_a_rotation_both_secrets_verify(cloud: Cloud, client: Client, here: Receiver) -> None:
    first = client.webhooks.create(here.url, END)
    second = client.webhooks.rotate(first["id"])
    ended(cloud, client)
    (one,) = got(here, 1)
    for endpoint in (first, second):
        assert standardwebhooks.Webhook(endpoint["secret"]).verify(one.body.decode(), dict(signed(one)))


def test_a_receiver_that_fails_once_gets_the_same_message_again(cloud: Cloud, client: Client, here: Receiver) -> None:
    here.answer(500, 200)
    client.webhooks.create(here.url, END)
    ended(cloud, client)
    first, second = got(here, 2)
    assert (first.body, first.headers["webhook-id"]) == (second.body, second.headers["webhook-id"]) or (
        message(first)["data"]["images"] != message(second)["data"]["images"]  # links are signed at sending
    )
    assert [one["code"] for one in delivery(client, status="delivered")["tries"]] == [500, 200]


def test_a_redirect_is_a_failure_that_says_where_it_pointed(cloud: Cloud, client: Client, here: Receiver) -> None:
    here.answer(301, location="https://elsewhere.example/hooks")
    endpoint = client.webhooks.create(here.url, END)
    ended(cloud, client)
    (tried,) = delivery(client, status="pending", tries=1, endpoint_id=endpoint["id"])["tries"]
    assert tried["code"] == 301
    assert "https://elsewhere.example/hooks" in tried["error"]
    client.webhooks.delete(endpoint["id"])


def test_who_answers_410_is_disabled_and_the_others_are_told(cloud: Cloud, client: Client, here: Receiver) -> None:
    here.answer(410)
    gone = client.webhooks.create(here.url, END)
    with receiver() as other:
        client.webhooks.create(other.url, ["endpoint.disabled"])
        ended(cloud, client)
        (told,) = got(other, 1)
    assert message(told)["data"]["id"] == gone["id"]
    assert client.webhooks.endpoint(gone["id"])["enabled"] is False
    assert delivery(client, status="dropped", endpoint_id=gone["id"])["tries"][0]["code"] == 410


def test_what_an_endpoint_missed_is_replayed_under_the_same_id(cloud: Cloud, client: Client, here: Receiver) -> None:
    here.answer(410, 200)
    endpoint = client.webhooks.create(here.url, END)
    ended(cloud, client)
    missed = delivery(client, status="dropped", endpoint_id=endpoint["id"])
    client.webhooks.change(endpoint["id"], enabled=True)
    assert client.webhooks.replay_since(endpoint["id"], missed["timestamp"]) == 1
    first, second = got(here, 2)
    assert first.headers["webhook-id"] == second.headers["webhook-id"] == missed["message_id"]
    assert delivery(client, status="delivered", endpoint_id=endpoint["id"])["replays"] == 1
    assert client.webhooks.replay(missed["id"])["status"] == "pending"
    assert got(here, 3)[2].headers["webhook-id"] == missed["message_id"]


def test_a_ping_reaches_a_disabled_endpoint_too(client: Client, here: Receiver) -> None:
    endpoint = client.webhooks.create(here.url)
    client.webhooks.change(endpoint["id"], enabled=False)
    pinged = client.webhooks.ping(endpoint["id"])
    (one,) = got(here, 1)
    assert (message(one)["type"], one.headers["webhook-id"]) == ("endpoint.ping", pinged["message_id"])
    assert standardwebhooks.Webhook(endpoint["secret"]).verify(one.body.decode(), dict(signed(one)))
    eventually(lambda: client.webhooks.delivery(pinged["id"])["status"] == "delivered", WITHIN_S)


def test_another_tenants_endpoint_is_not_there(cloud: Cloud, client: Client, here: Receiver) -> None:
    foreign = client.webhooks.create(here.url)["id"]
    with tenant(cloud) as other:
        for ask in (other.webhooks.endpoint, other.webhooks.delete, other.webhooks.rotate, other.webhooks.ping):
            with pytest.raises(Problem) as raised:
                ask(foreign)
            assert (raised.value.status, raised.value.code) == (404, "unknown_endpoint")
        assert other.webhooks.endpoints() == []


@pytest.mark.parametrize(
    "url", ["https://10.0.0.1/", "https://169.254.169.254/", "https://[::1]/", "http://127.0.0.2/", "http://0.0.0.0/"]
)
def test_a_url_that_leads_inside_is_refused_where_it_is_given(client: Client, url: str) -> None:
    with pytest.raises(Problem) as of_endpoint:
        client.webhooks.create(url)
    with pytest.raises(Problem) as of_job:
        client.submit("a heron", webhook={"url": url})
    assert [one["pointer"] for one in of_endpoint.value.errors] == ["/url"]
    assert [one["pointer"] for one in of_job.value.errors] == ["/webhook/url"]


def test_a_receiver_that_is_down_is_told_when_it_is_back(cloud: Cloud, client: Client) -> None:
    with receiver() as before:
        endpoint = client.webhooks.create(before.url, END)
    ended(cloud, client)
    waiting = delivery(client, status="pending", tries=1)
    assert "connection lost" in waiting["tries"][0]["error"]
    with receiver() as back:
        client.webhooks.change(endpoint["id"], url=back.url)
        time_passes(cloud, waiting["id"])
        (one,) = got(back, 1)
    assert json.loads(one.body)["type"] == "job.succeeded"
