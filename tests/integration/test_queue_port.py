"""The port Queue: one suite for the fake and for SQS."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest

from adapters.queues import JobsQueues
from cavendish.errors import SendFailed
from cavendish.ports import Queue
from tests.builders import JOB_ID, TENANT, a_job, a_request
from tests.fakes import FakeQueue


@dataclass
class Case:
    """A port that is tested, a way to see what was sent, and one to bring it down."""

    queue: Queue
    sent: Callable[[], list[str]]
    break_down: Callable[[], None]


@pytest.fixture
def lanes(aws: Any, unused_name: str) -> dict[str, str]:
    lanes = ("interactive", "bulk")
    return {lane: aws("sqs").create_queue(QueueName=f"{unused_name}-{lane}")["QueueUrl"] for lane in lanes}


def messages(client: Any, url: str) -> list[dict[str, Any]]:
    answer = client.receive_message(
        QueueUrl=url, MaxNumberOfMessages=10, MessageSystemAttributeNames=["MessageGroupId"], VisibilityTimeout=0
    )
    return answer.get("Messages", [])


@pytest.fixture(params=["fake", "sqs"])
def case(request: pytest.FixtureRequest) -> Case:
    if request.param == "fake":
        fake = FakeQueue()
        return Case(fake, lambda: fake.sent, lambda: setattr(fake, "down", True))
    client, lanes = request.getfixturevalue("aws")("sqs"), request.getfixturevalue("lanes")
    return Case(
        JobsQueues(client, lanes),
        lambda: [json.loads(one["Body"])["job_id"] for one in messages(client, lanes["interactive"])],
        lambda: lanes.update(interactive=lanes["interactive"] + "-gone"),
    )


def test_a_job_is_sent_by_its_id(case: Case) -> None:
    case.queue.send(a_job())

    assert case.sent() == [JOB_ID]


def test_a_job_that_cannot_be_sent_is_a_named_error(case: Case) -> None:
    case.break_down()

    with pytest.raises(SendFailed, match=f"job {JOB_ID} could not be sent"):
        case.queue.send(a_job())


@pytest.mark.parametrize("lane", ["interactive", "bulk"])
def test_a_message_goes_to_its_lane_carries_no_prompt_and_belongs_to_its_tenant(
    aws: Any, lanes: dict[str, str], lane: str
) -> None:
    client = aws("sqs")
    JobsQueues(client, lanes).send(a_job(a_request(lane=lane)))
    ((message,),) = [found for url in lanes.values() if (found := messages(client, url))]

    assert json.loads(message["Body"]) == {"v": 1, "job_id": JOB_ID}
    assert message["Attributes"]["MessageGroupId"] == TENANT


def test_a_queue_that_cannot_be_reached_is_the_same_error(unreachable: Any) -> None:
    with pytest.raises(SendFailed):
        JobsQueues(unreachable("sqs"), {"interactive": "http://127.0.0.1:1/queue"}).send(a_job())
