"""What is published of batches: that one has ended, and to whoever closes one that its last item has."""

import json

from cavendish.batch.item import Item
from cavendish.job import Event, Job, Status
from cavendish.sheet.cursor import Cursor
from cavendish.webhook.receiver import BatchWebhook
from tests.batch_world import a_batch
from tests.builders import NOW, TENANT
from tests.webhook_world import OTHER, URL, WebhookWorld


def item_of(world: WebhookWorld, index: int) -> Job:
    """An item's job, that is not ended."""
    job = world.job()
    made = job.model_copy(update={"item": Item(batch_id=a_batch().id, index=index, line=index + 1, name=str(index))})
    world.jobs.save(job, made)
    return made


def ended(world: WebhookWorld, job: Job) -> Event:
    event = world.end(job, Status.SUCCEEDED)
    world.publish(event)
    return event


def test_the_last_item_of_a_batch_has_it_closed() -> None:
    world = WebhookWorld()
    batch = a_batch(cursor=Cursor(index=2), sealed=True, status="running")
    world.batches.add(batch)
    first, last = item_of(world, 0), item_of(world, 1)

    ended(world, first)
    assert world.batch_queue.to_close == []
    ended(world, last)
    assert world.batch_queue.to_close == [(batch.id, 0)]


def test_while_a_batch_is_read_no_item_is_its_last_one() -> None:
    world = WebhookWorld()
    world.batches.add(a_batch(cursor=Cursor(index=1)))
    ended(world, item_of(world, 0))

    assert world.batch_queue.to_close == []


def test_that_the_closing_could_not_be_sent_keeps_nobody_from_being_told() -> None:
    world = WebhookWorld()
    world.endpoint()
    world.batches.add(a_batch(cursor=Cursor(index=1), sealed=True, status="running"))
    world.batch_queue.down = True
    ended(world, item_of(world, 0))

    assert [delivery.type for delivery in world.deliveries.all()] == ["job.succeeded"]


def test_the_end_of_a_batch_is_told_to_endpoints_to_its_own_webhook_and_on_the_bus() -> None:
    world = WebhookWorld()
    world.endpoint(events=["batch.completed"])
    world.endpoint(events=["job.failed"])
    batch = a_batch(webhook=BatchWebhook(url=OTHER), sealed=True, status="closing").complete(NOW + 9)
    world.batches.add(batch)
    world.publish(batch.event())
    world.run(10)

    assert sorted(posted.url for posted in world.posted) == sorted([URL, OTHER])
    told = [json.loads(posted.body) for posted in world.posted]
    assert {(one["type"], one["data"]["id"], one["data"]["status"]) for one in told} == {
        ("batch.completed", batch.id, "completed")
    }
    assert {posted.headers["webhook-id"] for posted in world.posted} == {f"msg_{batch.id}_{batch.sequence:06}"}
    (detail,) = world.bus.details
    assert (detail.type, detail.batch_id, detail.tenant, detail.job_id) == ("batch.completed", batch.id, TENANT, None)
