"""The port DeliveryQueue: one suite for the fake and for SQS."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest

from adapters.deliveries_queue import DeliveriesQueue
from cavendish.errors import SendFailed
from cavendish.webhook.ports import DeliveryQueue
from tests.integration.test_deliveries_port import a_delivery
from tests.webhook_fakes import FakeDeliveryQueue


@dataclass
class Case:
    """A port that is tested, what can be received now, and a way to bring it down."""

    queue: DeliveryQueue
    received: Callable[[], list[tuple[str, str]]]
    break_down: Callable[[], None]


@pytest.fixture(params=["fake", "sqs"])
def case(request: pytest.FixtureRequest) -> Case:
    if request.param == "fake":
        fake = FakeDeliveryQueue()
        return Case(
            fake,
            lambda: [(delivery_id, receiver) for delivery_id, receiver, wait_s in fake.sent if wait_s == 0],
            lambda: setattr(fake, "down", True),
        )
    client = request.getfixturevalue("aws")("sqs")
    url = client.create_queue(QueueName=request.getfixturevalue("unused_name"))["QueueUrl"]

    def received() -> list[tuple[str, str]]:
        answer = client.receive_message(QueueUrl=url, MessageSystemAttributeNames=["MessageGroupId"])
        messages = answer.get("Messages", [])
        bodies = [(json.loads(one["Body"]), one["Attributes"]["MessageGroupId"]) for one in messages]
        assert all(body["v"] == 1 for body, _ in bodies)
        return [(body["delivery_id"], group) for body, group in bodies]

    queue = DeliveriesQueue(client, url)
    return Case(queue, received, lambda: setattr(queue, "_url", url + "-gone"))


def test_a_delivery_is_sent_by_its_id_in_its_receivers_group(case: Case) -> None:
    case.queue.send(a_delivery())

    assert case.received() == [(a_delivery().id, "ep_1")]


def test_what_has_to_wait_is_held_back(case: Case) -> None:
    case.queue.send(a_delivery(), 900.0)

    assert case.received() == []


def test_a_queue_that_is_down_is_a_named_error(case: Case) -> None:
    case.break_down()
    with pytest.raises(SendFailed, match=a_delivery().id):
        case.queue.send(a_delivery())


@pytest.mark.parametrize(("wait_s", "held_s"), [(0.0, 0), (0.1, 1), (5.0, 5), (5.01, 6), (899.5, 900), (900.0, 900)])
def test_no_message_comes_before_its_time(wait_s: float, held_s: int) -> None:
    sent: list[dict[str, Any]] = []

    class Ear:
        """Hears what is sent."""

        def send_message(self, **message: Any) -> None:
            sent.append(message)

    DeliveriesQueue(Ear(), "a-queue").send(a_delivery(), wait_s)

    assert sent[0]["DelaySeconds"] == held_s
