"""The port AttemptQueue: one suite for the fake and for SQS."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest

from adapters.attempts_queue import AttemptsQueue
from cavendish.attempt import AttemptMessage, read_message
from cavendish.errors import SendFailed
from cavendish.health.turns import AttemptQueue
from tests.builders import TENANT, a_job, a_message, a_request
from tests.fakes import FakeAttemptQueue

LANES = ("interactive", "bulk")


@dataclass
class Case:
    """A port that is tested, a way to see what was sent in each lane, and one to bring it down."""

    queue: AttemptQueue
    sent: Callable[[str], list[AttemptMessage]]
    break_down: Callable[[], None]


@pytest.fixture
def urls(aws: Any, unused_name: str) -> dict[str, str]:
    return {lane: aws("sqs").create_queue(QueueName=f"{unused_name}-{lane}")["QueueUrl"] for lane in LANES}


def messages(client: Any, url: str) -> list[dict[str, Any]]:
    answer = client.receive_message(
        QueueUrl=url, MaxNumberOfMessages=10, MessageSystemAttributeNames=["MessageGroupId"], VisibilityTimeout=0
    )
    return answer.get("Messages", [])


@pytest.fixture(params=["fake", "sqs"])
def case(request: pytest.FixtureRequest) -> Case:
    if request.param == "fake":
        fake = FakeAttemptQueue()
        return Case(
            fake,
            lambda wanted: [message for lane, message, _ in fake.sent if lane == wanted],
            lambda: setattr(fake, "down", True),
        )
    client, urls = request.getfixturevalue("aws")("sqs"), request.getfixturevalue("urls")
    return Case(
        AttemptsQueue(client, urls),
        lambda lane: [read_message(json.loads(one["Body"])) for one in messages(client, urls[lane])],
        lambda: urls.update(interactive=urls["interactive"] + "-gone"),
    )


@pytest.mark.parametrize("lane", LANES)
def test_a_message_comes_back_in_its_lane_as_it_was(case: Case, lane: str) -> None:
    message = a_message(turned_away=3)
    case.queue.send(a_job(a_request(lane=lane)), message, 0)

    assert {one: case.sent(one) for one in LANES} == {one: [message] if one == lane else [] for one in LANES}


def test_a_message_that_cannot_be_sent_is_a_named_error(case: Case) -> None:
    case.break_down()

    with pytest.raises(SendFailed, match=f"attempt {a_message().key.object_key} could not be sent again"):
        case.queue.send(a_job(), a_message(), 0)


def test_a_message_is_held_back_and_belongs_to_its_tenant() -> None:
    class Sqs:
        def send_message(self, **named: Any) -> None:
            self.named = named

    client = Sqs()
    AttemptsQueue(client, {"interactive": "url"}).send(a_job(), a_message(), 70.5)

    assert (client.named["DelaySeconds"], client.named["MessageGroupId"]) == (71, TENANT)


def test_a_queue_that_cannot_be_reached_is_the_same_error(unreachable: Any) -> None:
    with pytest.raises(SendFailed):
        AttemptsQueue(unreachable("sqs"), {"interactive": "http://127.0.0.1:1/queue"}).send(a_job(), a_message(), 0)
