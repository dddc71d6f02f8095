"""The port BatchQueue: one suite for the fake and for SQS."""

import json
from collections.abc import Callable
from typing import Any, NamedTuple

import pytest

from adapters.batch_queues import BatchQueues
from cavendish.batch.ports import BatchQueue
from cavendish.errors import SendFailed
from tests.batch_fakes import FakeBatchQueue
from tests.batch_world import BATCH_ID, a_batch

KINDS = ("read", "economize", "close")


class Case(NamedTuple):
    """A port that is tested, what can be received now of each kind, and a way to bring it down."""

    queue: BatchQueue
    received: Callable[[str], list[str]]
    break_down: Callable[[], None]


@pytest.fixture(params=["fake", "sqs"])
def case(request: pytest.FixtureRequest) -> Case:
    if request.param == "fake":
        fake = FakeBatchQueue()
        sent = {"read": fake.to_read, "economize": fake.to_economize, "close": fake.to_close}
        now = lambda kind: [batch_id for batch_id, delay_s in sent[kind] if delay_s == 0]  # noqa: E731
        return Case(fake, now, lambda: setattr(fake, "down", True))
    client, name = request.getfixturevalue("aws")("sqs"), request.getfixturevalue("unused_name")
    urls = {kind: client.create_queue(QueueName=f"{name}-{kind}")["QueueUrl"] for kind in KINDS}
    queue = BatchQueues(client, inbox=urls["read"], economy=urls["economize"], closing=urls["close"])
    gone = dict.fromkeys(("_inbox", "_economy", "_closing"), urls["read"] + "-gone")
    return Case(queue, lambda kind: received(client, urls[kind]), lambda: vars(queue).update(gone))


def received(client: Any, url: str) -> list[str]:
    answer = client.receive_message(QueueUrl=url, MessageSystemAttributeNames=["MessageGroupId"])
    found = [(json.loads(one["Body"]), one["Attributes"]["MessageGroupId"]) for one in answer.get("Messages", [])]
    assert all((body["v"], group) == (1, a_batch().tenant) for body, group in found)
    return [body["batch_id"] for body, _ in found]


@pytest.mark.parametrize("kind", KINDS)
def test_a_batch_is_sent_to_those_who_do_this_with_it_and_to_nobody_else(case: Case, kind: str) -> None:
    getattr(case.queue, kind)(a_batch())

    assert [(one, batch_id) for one in KINDS for batch_id in case.received(one)] == [(kind, BATCH_ID)]


@pytest.mark.parametrize("kind", KINDS)
def test_what_has_to_wait_is_held_back(case: Case, kind: str) -> None:
    getattr(case.queue, kind)(a_batch(), 900)

    assert case.received(kind) == []


@pytest.mark.parametrize("kind", KINDS)
def test_a_queue_that_is_not_there_takes_nothing(case: Case, kind: str) -> None:
    case.break_down()

    with pytest.raises(SendFailed):
        getattr(case.queue, kind)(a_batch())
