"""`cavendish webhooks` on a running cloud: a job's way is told, verified, to a receiver on this machine."""

import re
import signal

from cavendish_client.webhooks.received import Received
from cavendish_client.webhooks.receiver import Receiver
from cavendish_client.webhooks.signature import key_of
from tests.e2e.cloud import Cloud
from tests.e2e.eventually import eventually
from tests.receivers.listening import listening

#: A busy machine starts the functions slowly; nothing waits for it to pass.
WITHIN_S = 60


def test_who_listens_is_told_of_each_step_until_he_ends_it(cloud: Cloud) -> None:
    before = cloud.client.webhooks.endpoints()
    with listening(API=cloud.running.api, KEY=cloud.running.key) as one:
        (made,) = [endpoint for endpoint in cloud.client.webhooks.endpoints() if endpoint not in before]
        assert made["url"] == one.url
        cloud.client.webhooks.ping(made["id"])
        assert one.heard() == f"endpoint.ping  {made['id']}  -  verified"

        job = cloud.made(size="1K")
        heard = {one.heard() for _ in range(3)}
        assert {re.sub(r"  \w+  verified$", "", line) for line in heard} == {
            f"job.{step}  {job['id']}" for step in ("queued", "started", "succeeded")
        }
        code, _, said = one.ended(signal.SIGINT)
    assert (code, said) == (0, f"The endpoint {made['id']} was deleted.\n")
    assert cloud.client.webhooks.endpoints() == before


def test_a_jobs_own_webhook_is_signed_with_the_default_secret_and_can_be_replayed(cloud: Cloud) -> None:
    came: list[Received] = []
    with Receiver(0, came.append) as receiver, receiver.serving(key_of(cloud.client.webhooks.secret())):
        job = cloud.submit(size="1K", webhook={"url": receiver.url, "events": ["job.succeeded"]})
        first = eventually(lambda: came[0] if came else None, WITHIN_S)
        assert (first.subject, first.type, first.refusal) == (job["id"], "job.succeeded", None)

        (delivery,) = [one for one in cloud.client.webhooks.deliveries() if one["job_id"] == job["id"]]
        delivered = eventually(lambda: _delivered(cloud, delivery["id"]), WITHIN_S)
        assert [one["code"] for one in delivered["tries"]] == [204]
        cloud.client.webhooks.replay(delivery["id"])
        again = eventually(lambda: came[1] if len(came) > 1 else None, WITHIN_S)
    assert (again.message_id, again.refusal) == (first.message_id, None)


def _delivered(cloud: Cloud, delivery_id: str) -> dict[str, list[dict[str, object]]] | None:
    row = cloud.client.webhooks.delivery(delivery_id)
    return row if row["status"] == "delivered" else None
