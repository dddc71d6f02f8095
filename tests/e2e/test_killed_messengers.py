"""Workers that die while they tell of a job: its receiver hears of it all the same, each time under the same id.

Where a death cannot be timed, a right is taken from the worker's role at that point; then it is killed.
"""

from cavendish_client import Client
from tests.e2e.cloud import Cloud
from tests.e2e.eventually import eventually
from tests.e2e.hooks import WITHIN_S, delivery, ended, got, time_passes
from tests.e2e.receiver import Receiver

PUBLISH, DELIVER = "PublishFunction", "DeliverFunction"
END = ["job.succeeded"]


def killed_before_it_could(cloud: Cloud, client: Client, here: Receiver, function: str, action: str) -> None:
    """The delivery's row is there, nothing was sent; the sweep finds it, and its receiver hears of it."""
    client.webhooks.create(here.url, END)
    with cloud.forbidden(function, action):
        ended(cloud, client)
        waiting = delivery(client, status="pending")
        cloud.kill(function)
    assert here.received == []
    time_passes(cloud, waiting["id"])
    assert got(here, 1)[0].headers["webhook-id"] == waiting["message_id"]


def test_a_publisher_killed_before_it_wrote_anything_is_replaced(cloud: Cloud, client: Client, here: Receiver) -> None:
    client.webhooks.create(here.url, END)
    with cloud.forbidden(PUBLISH, "dynamodb:PutItem"):
        ended(cloud, client)
        cloud.kill(PUBLISH)
        assert list(client.webhooks.deliveries()) == []
    assert len(got(here, 1)) == 1


def test_a_publisher_killed_before_it_sent_the_message_leaves_a_row_that_the_sweep_finds(
    cloud: Cloud, client: Client, here: Receiver
) -> None:
    killed_before_it_could(cloud, client, here, PUBLISH, "sqs:SendMessage")


def test_a_publisher_killed_before_the_bus_publishes_again_and_nobody_hears_of_it_twice(
    cloud: Cloud, client: Client, here: Receiver
) -> None:
    client.webhooks.create(here.url, END)
    with cloud.forbidden(PUBLISH, "events:PutEvents"):
        ended(cloud, client)
        first = got(here, 1)[0]
        cloud.kill(PUBLISH)
    job_id = ended(cloud, client)  # the stream has gone on
    second = got(here, 2)[1]
    assert job_id in second.headers["webhook-id"]
    assert first.headers["webhook-id"] != second.headers["webhook-id"]
    assert len(here.received) == 2


def test_a_deliverer_killed_while_its_receiver_answers_sends_it_again_under_the_same_id(
    cloud: Cloud, client: Client, here: Receiver
) -> None:
    client.webhooks.create(here.url, END)
    with here.silent():
        ended(cloud, client)
        got(here, 1)
        cloud.kill(DELIVER)
    lost = delivery(client, status="pending")
    assert lost["tries"] == []
    time_passes(cloud, lost["id"])
    first, second = got(here, 2)
    assert first.headers["webhook-id"] == second.headers["webhook-id"] == lost["message_id"]
    eventually(lambda: client.webhooks.delivery(lost["id"])["status"] == "delivered", WITHIN_S)


def test_a_deliverer_killed_before_it_began_is_replaced(cloud: Cloud, client: Client, here: Receiver) -> None:
    killed_before_it_could(cloud, client, here, DELIVER, "dynamodb:UpdateItem")
