"""What was missed is sent anew: one delivery, or all since a moment, under the ids that it had."""

from typing import Any

import pytest

from cavendish.errors import DeliveryUnknown, EndpointUnknown, ReceiverOff
from cavendish.pipeline.webhook import replay as use
from cavendish.pipeline.webhook.endpoints import change, delete, ping
from cavendish.pipeline.webhook.replay import MOST, Replayed
from cavendish.webhook.delivery import TRIES_KEPT, Delivery, State
from cavendish.webhook.request import EndpointChange
from tests.builders import TENANT
from tests.fakes import FakeAnswer, FakeWeb
from tests.webhook_world import FAILS, OTHER, URL, WELL, WebhookWorld

GONE = FakeAnswer(b"", 410)


def replay(world: WebhookWorld, delivery_id: str, tenant: str = TENANT) -> Delivery:
    return use.replay(delivery_id, **ports(world, tenant))


def since(world: WebhookWorld, at: float, **options: Any) -> Replayed:
    endpoint_id = options.pop("endpoint_id", None) or world.endpoints.all(TENANT)[0].id
    return use.replay_since(endpoint_id, at, **ports(world), **options)


def ports(world: WebhookWorld, tenant: str = TENANT) -> dict[str, Any]:
    stores = {"deliveries": world.deliveries, "endpoints": world.endpoints, "queue": world.queue}
    return {"tenant": tenant, "now": world.clock(), **stores}


def turn(world: WebhookWorld, *, on: bool) -> None:
    change(world.endpoints.all(TENANT)[0].id, EndpointChange(enabled=on), tenant=TENANT, endpoints=world.endpoints)


def failed() -> WebhookWorld:
    """A message that its endpoint never took, though it was there all the time."""
    world = WebhookWorld(FAILS)
    world.endpoint()
    world.ended()
    world.run()
    return world


def test_a_replay_has_the_same_id_and_all_ten_tries_before_it() -> None:
    world = WebhookWorld(FAILS)
    world.ended(webhook={"url": URL})
    world.run()
    assert world.only().state is State.FAILED
    row = replay(world, world.only().id)
    assert (row.state, len(row.tries), row.replays) == (State.PENDING, 10, 1)
    world.run()

    assert (len(world.posted), len(world.only().tries), len(set(world.ids))) == (20, 20, 1)


def test_of_many_replays_the_last_tries_are_kept() -> None:
    world = WebhookWorld(FAILS)
    world.ended(webhook={"url": URL})
    for _ in range(5):
        world.run()
        replay(world, world.only().id)
    world.run()

    assert (len(world.posted), len(world.only().tries)) == (60, TRIES_KEPT + 10)


def test_what_waits_for_its_next_try_was_missed_too_and_what_is_on_its_way_was_not() -> None:
    world = WebhookWorld(FAILS, FAILS, WELL)
    world.endpoint()
    began = world.clock()
    world.ended()
    world.run(10)
    assert (world.only().state, len(world.only().tries)) == (State.PENDING, 2)

    assert since(world, began) == Replayed(1, None)
    assert since(world, began) == Replayed(0, None)
    world.run(10)
    assert (world.only().state, len(world.posted)) == (State.DELIVERED, 3)


def test_what_is_told_of_an_endpoint_itself_is_missed_like_anything_else() -> None:
    world = WebhookWorld(WELL)
    absent = world.endpoint()
    world.web = FakeWeb({URL: [WELL], OTHER: [GONE]})
    world.endpoint(OTHER)
    turn(world, on=False)
    began = world.clock()
    world.ended()
    world.run(10)
    world.publish(*world.endpoints.notices)
    turn(world, on=True)
    missed = sorted(one.type for one in world.deliveries.all() if one.missed and one.receiver == absent.id)

    assert missed == ["endpoint.disabled", "job.succeeded"]
    assert since(world, began, endpoint_id=absent.id) == Replayed(2, None)


def test_what_was_delivered_can_be_replayed_too() -> None:
    world = WebhookWorld()
    world.endpoint()
    world.ended()
    world.run(10)
    replay(world, world.only().id)
    world.run(10)

    assert len(world.posted) == 2
    assert len(set(world.ids)) == 1


def test_a_replay_while_it_is_being_sent_is_no_second_delivery_for_ever() -> None:
    world = WebhookWorld()
    world.endpoint()
    world.ended()
    world.dies(world.only().id, "before post")
    replay(world, world.only().id)
    world.run(10)

    assert (world.only().state, len(world.posted)) == (State.DELIVERED, 1)


@pytest.mark.parametrize("delivery_id", ["", "dlv_", "dlv_nonsense", "../x", "dlv_01KX0000000000000000000000"])
def test_what_is_no_delivery_of_the_tenant_is_unknown(delivery_id: str) -> None:
    with pytest.raises(DeliveryUnknown):
        replay(failed(), delivery_id)


def test_anothers_delivery_is_unknown() -> None:
    world = failed()
    with pytest.raises(DeliveryUnknown):
        replay(world, world.only().id, "somebody-else")


@pytest.mark.parametrize("how", ["deleted", "disabled"])
def test_what_nobody_would_get_is_not_replayed(how: str) -> None:
    world = failed()
    if how == "deleted":
        delete(world.endpoints.all(TENANT)[0].id, tenant=TENANT, endpoints=world.endpoints)
    else:
        turn(world, on=False)
    with pytest.raises(ReceiverOff, match=how):
        replay(world, world.only().id)

    assert world.only().state is State.FAILED


def test_a_jobs_own_webhook_can_be_replayed() -> None:
    world = WebhookWorld(GONE, WELL)
    world.ended(webhook={"url": URL})
    world.run(10)
    replay(world, world.only().id)
    world.run(10)

    assert world.only().state is State.DELIVERED


def test_what_an_endpoint_missed_while_it_was_disabled_comes_in_the_order_it_happened() -> None:
    world = WebhookWorld()
    world.endpoint()
    world.ended()
    world.run(10)
    turn(world, on=False)
    began = world.clock()
    missed = [world.ended().job_id for _ in range(5)]
    world.run(10)
    turn(world, on=True)
    before = len(world.posted)

    assert since(world, began) == Replayed(5, None)
    world.run(10)
    assert world.ids[before:] == [f"msg_{job_id}_000002" for job_id in missed]


def test_everything_since_is_also_what_was_delivered() -> None:
    world = WebhookWorld()
    world.endpoint()
    world.ended()
    began = world.clock.advance(100)
    world.run(10)
    for _ in range(3):
        world.ended()
    world.run(10)

    assert since(world, began) == Replayed(0, None)
    assert since(world, began, everything=True) == Replayed(3, None)


def test_more_than_one_call_replays_can_be_gone_on_with() -> None:
    world = WebhookWorld()
    world.endpoint()
    turn(world, on=False)
    began = world.clock()
    for _ in range(MOST + 150):
        world.ended()
    turn(world, on=True)
    first = since(world, began)
    second = since(world, began, after=first.after)

    assert (first.sent, second.sent, second.after) == (MOST, 150, None)
    assert since(world, began) == Replayed(0, None)


def test_pings_are_not_replayed_with_the_rest() -> None:
    world = WebhookWorld(FAILS)
    ping(world.endpoint().id, **ports(world))
    world.run(10)

    assert since(world, 0) == Replayed(0, None)


def test_an_endpoint_that_is_off_or_unknown_gets_nothing() -> None:
    world = failed()
    turn(world, on=False)
    with pytest.raises(ReceiverOff):
        since(world, 0)
    with pytest.raises(EndpointUnknown):
        since(world, 0, endpoint_id="ep_nonsense")
