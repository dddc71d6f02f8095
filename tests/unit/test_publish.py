"""A fact becomes known: to every receiver that wants it and to the bus, and to nobody else."""

import pytest

from cavendish.contract.view import timestamp
from cavendish.errors import SendFailed
from cavendish.pipeline.webhook.endpoints import change
from cavendish.webhook.delivery import State
from cavendish.webhook.detail import Detail
from cavendish.webhook.request import EndpointChange
from tests.builders import TENANT
from tests.fakes import FakeAnswer
from tests.webhook_world import OTHER, URL, WebhookWorld, said


def receivers(world: WebhookWorld) -> list[str]:
    return [one.receiver for one in world.deliveries.all()]


def test_each_endpoint_that_wants_it_is_told_once() -> None:
    world = WebhookWorld()
    ids = [world.endpoint().id, world.endpoint(OTHER, events=["job.succeeded"]).id]
    world.endpoint(OTHER, events=["job.failed"])
    world.endpoint(OTHER, tenant="somebody-else")
    world.ended()
    world.run(10)

    assert receivers(world) == ids
    assert sorted(one.url for one in world.posted) == [URL, OTHER]
    assert len(set(world.ids)) == 1


def test_a_jobs_own_webhook_hears_of_its_end_unless_it_asks_for_more() -> None:
    world = WebhookWorld()
    quiet = world.job(webhook={"url": URL})
    curious = world.job(webhook={"url": URL, "events": ["job.queued"]})
    for job in (quiet, curious):
        world.publish(job.event("job.queued"))
        world.publish(world.end(job))
    world.run(10)

    told = {(said(one)["data"]["id"], said(one)["type"]) for one in world.posted}
    assert told == {(quiet.id, "job.succeeded"), (curious.id, "job.queued")}


def test_jobs_own_webhooks_with_one_url_are_one_receiver_of_a_tenant_and_those_on_one_host_share_it() -> None:
    world = WebhookWorld()
    for url in (URL, URL, f"{URL}?c=d", OTHER):
        world.ended(webhook={"url": url})

    first, second, third, fourth = receivers(world)
    assert first == second
    assert len({first, third, fourth}) == 3
    assert len(first) <= 128, "SQS takes no longer MessageGroupId"
    hosts = [one.receivers[1] for one in world.deliveries.all()]
    assert hosts[0] == hosts[1] == hosts[2] != hosts[3]


def test_what_nobody_documented_is_told_to_nobody() -> None:
    world = WebhookWorld()
    world.endpoint()
    world.publish(world.job(webhook={"url": URL}).event("job.cancelling"))

    assert (receivers(world), world.bus.details) == ([], [])


def test_the_bus_has_ids_and_no_more() -> None:
    world = WebhookWorld()
    event = world.ended(prompt="a secret", metadata={"a": "secret"})

    assert world.bus.details == [
        Detail(
            id=f"msg_{event.job_id}_000002",
            type="job.succeeded",
            timestamp=timestamp(event.at),
            tenant=TENANT,
            sequence=2,
            job_id=event.job_id,
        )
    ]


def test_a_disabled_endpoint_is_not_told_but_what_it_missed_is_known() -> None:
    world = WebhookWorld()
    endpoint = world.endpoint()
    change(endpoint.id, EndpointChange(enabled=False), tenant=TENANT, endpoints=world.endpoints)
    world.ended()
    world.run(100)

    assert world.posted == []
    assert (world.only().state, world.only().reason) == (State.DROPPED, "the endpoint is disabled")


def test_that_an_endpoint_was_disabled_is_told_to_the_others_and_to_the_bus() -> None:
    world = WebhookWorld(FakeAnswer(b"", 410))
    gone, other = world.endpoint(), world.endpoint(OTHER, events=["endpoint.disabled"])
    world.ended()
    world.run(1)
    (notice,) = world.endpoints.notices
    world.publish(notice)
    world.run(1)
    message = said(world.posted[-1])

    assert (world.posted[-1].url, message["type"]) == (other.url, "endpoint.disabled")
    assert (message["data"]["id"], message["data"]["enabled"]) == (gone.id, False)
    assert "410" in message["data"]["disabled_reason"]
    assert world.ids[-1] == f"msg_{gone.id}_000001"
    assert [one.receiver for one in world.deliveries.all() if one.type == "endpoint.disabled"] == [other.id]
    assert (world.bus.details[-1].type, world.bus.details[-1].endpoint_id) == ("endpoint.disabled", gone.id)


def test_two_hundred_endpoints_are_all_told() -> None:
    world = WebhookWorld()
    ids = {world.endpoint().id for _ in range(200)}
    world.ended()
    world.run(10)

    assert set(receivers(world)) == ids
    assert len(world.posted) == 200


def test_what_is_published_twice_is_delivered_once() -> None:
    world = WebhookWorld()
    world.endpoint()
    event = world.ended(webhook={"url": URL})
    world.publish(event)
    world.run(10)
    world.publish(event)
    world.run(100)

    assert len(world.posted) == 2
    assert [one.state for one in world.deliveries.all()] == [State.DELIVERED] * 2


def test_a_queue_that_is_down_keeps_nobody_from_being_told() -> None:
    world = WebhookWorld()
    world.endpoint()
    world.queue.down = True
    world.ended()
    world.queue.down = False
    world.run(200)

    assert len(world.posted) == 1


def test_a_bus_that_is_down_lets_the_stream_tell_again_and_receivers_do_not_wait() -> None:
    world = WebhookWorld()
    world.endpoint()
    event = world.end(world.job())
    world.bus.down = True
    with pytest.raises(SendFailed):
        world.publish(event)
    world.run(1)
    assert len(world.posted) == 1

    world.bus.down = False
    world.publish(event)
    world.run(100)
    assert (len(world.posted), len(world.bus.details)) == (1, 1)
