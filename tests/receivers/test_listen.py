"""`cavendish webhooks listen` as a process: a line for each message, and nothing left of it in the end."""

import signal
import socket
from collections.abc import Iterator

import httpx
import pytest

from cavendish_client.told import Unable
from cavendish_client.webhooks.received import received
from cavendish_client.webhooks.signature import key_of
from tests.receivers.listening import listening
from tests.receivers.messages import JOB, SECRET, Message, message, refused
from tests.receivers.stub_api import StubApi, stub_api

ENDPOINT = "ep_01KX0000000000000000000000"


@pytest.fixture
def api() -> Iterator[StubApi]:
    with stub_api() as api:
        made = {"id": ENDPOINT, "secret": SECRET}
        api.answers = {
            "POST /v1/webhooks/endpoints": (201, made),
            f"DELETE /v1/webhooks/endpoints/{ENDPOINT}": (204, None),
        }
        yield api


def test_each_message_is_a_line_with_type_job_status_and_verdict() -> None:
    with listening("--secret", SECRET) as one:
        assert one.line(message(3)) == (204, f"job.succeeded  {JOB}  succeeded  verified")
        assert one.line(message(3)) == (204, f"job.succeeded  {JOB}  succeeded  verified, again")
        assert one.line(message(1, "endpoint.ping")) == (204, f"endpoint.ping  {JOB}  ping  verified")
        stale = f"job.succeeded  {JOB}  succeeded  not verified: its timestamp is more than 5 minutes off"
        assert one.line(message(3, age_s=400)) == (400, stale)
        assert one.ended(signal.SIGINT) == (0, "", "")


def test_the_secret_can_come_by_the_environment() -> None:
    with listening(WEBHOOK_SECRET=SECRET) as one:
        assert one.line(message(3))[0] == 204


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_its_endpoint_is_there_for_as_long_as_it_listens(api: StubApi, number: int) -> None:
    with listening(API=api.url, KEY="cav_example") as one:
        assert api.requests == [("POST /v1/webhooks/endpoints", {"url": one.url, "events": []})]
        assert f"the endpoint {ENDPOINT} hears of all your jobs" in one.said
        assert one.line(message(3))[1].endswith("  verified")
        assert one.ended(number) == (0, "", f"The endpoint {ENDPOINT} was deleted.\n")
    assert api.requests[1:] == [(f"DELETE /v1/webhooks/endpoints/{ENDPOINT}", None)]


def test_a_deployment_that_does_not_reach_this_machine_is_told_in_a_sentence(api: StubApi) -> None:
    problem = {"title": "Invalid", "detail": "", "errors": [{"pointer": "/url", "detail": "not opened"}]}
    api.answers["POST /v1/webhooks/endpoints"] = (422, problem)
    with listening(API=api.url, KEY="cav_example") as one:
        assert one.said.startswith("This deployment does not reach 127.0.0.1: it needs a public https URL.")
        assert one.process.wait(20) == 1


@pytest.mark.parametrize("secret", ["whsec_", "whsec_no base64", ""])
def test_what_is_no_secret_is_told_in_a_sentence(secret: str) -> None:
    with listening("--secret", secret) as one:
        assert one.said.startswith("That is no secret: one begins with whsec_")
        assert one.process.wait(20) == 1


def test_what_is_no_message_is_refused_and_moves_no_cursor() -> None:
    with listening("--secret", SECRET) as one:
        assert httpx.get(one.url).status_code == 501
        with socket.create_connection(("127.0.0.1", httpx.URL(one.url).port or 0)) as stranger:
            stranger.sendall(b"POST / HTTP/1.1\r\nContent-Length: 9999999\r\n\r\n")
            assert stranger.recv(100).startswith(b"HTTP/1.0 413 ")
        status, line = one.line(Message({}, b'{"type": "\\u001b[2J"}'))
        assert (status, line) == (400, "\ufffd[2J  -  -  not verified: a header is missing")


@pytest.mark.parametrize("name", refused())
def test_no_message_that_may_be_anybodys_is_verified(name: str) -> None:
    one = refused()[name]

    assert received(key_of(SECRET), one.headers, one.body).refusal
    good = message()
    assert received(key_of(SECRET), good.headers, good.body).refusal is None


@pytest.mark.parametrize("body", [b"[" * 100_000, b"[]", b'{"data": 3}', b"\xff", b"NaN"])
def test_a_body_of_any_kind_is_read(body: bytes) -> None:
    assert received(key_of(SECRET), {}, body).line() == "-  -  -  not verified: a header is missing"


def test_a_secret_without_its_prefix_is_one() -> None:
    assert key_of(SECRET.removeprefix("whsec_")) == key_of(SECRET)
    with pytest.raises(Unable):
        key_of("whsec_é")
