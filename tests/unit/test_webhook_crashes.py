"""Workers of publish and deliver die at every step: nothing is lost, and what comes twice has the same id."""

from contextlib import suppress
from typing import Any

import pytest

from cavendish.pipeline.webhook.resend import Resend
from cavendish.webhook.delivery import State
from tests.builders import TENANT
from tests.fakes import FakeAnswer
from tests.webhook_world import FAILS, MINUTE, URL, WELL, WebhookWorld, said
from tests.world import Fate, Mortal, WorkerDied

GONE = FakeAnswer(b"", 410)


def a_world(*answers: FakeAnswer) -> tuple[WebhookWorld, Any]:
    """Two receivers: an endpoint, and a job's own webhook. Nobody has published anything."""
    world = WebhookWorld(*answers)
    world.endpoint()
    return world, world.end(world.job(webhook={"url": URL}))


def published() -> list[str]:
    """All the steps of a publisher that lives; each by its number, for several have one name."""
    world, event = a_world()
    fate = Fate()
    world.publish(event, fate)
    return fate.path


def delivered(*answers: FakeAnswer) -> list[str]:
    world = one_told(*answers)
    fate = Fate()
    world.deliver(world.only().id, fate)
    return fate.path


def one_told(*answers: FakeAnswer) -> WebhookWorld:
    world = WebhookWorld(*answers)
    world.endpoint()
    world.ended()
    return world


def test_the_steps_are_those_that_these_tests_are_about() -> None:
    order = ["after all", "before add", "after add", "before send", "after send", "before put", "after put"]
    assert [step for step in dict.fromkeys(published()) if step in order] == order

    order = ["after take", "before save", "after save", "before sign", "before post", "after post", "before release"]
    assert [step for step in dict.fromkeys(delivered()) if step in order] == order


@pytest.mark.parametrize("again", ["the stream", "the sweep and the stream"])
@pytest.mark.parametrize("step", range(len(published())))
def test_wherever_publish_dies_every_receiver_and_the_bus_are_told(step: int, again: str) -> None:
    world, event = a_world()
    with pytest.raises(WorkerDied):
        world.publish(event, Fate(step))
    if "sweep" in again:
        world.run(3 * MINUTE)
    world.publish(event)
    world.run(10)  # which is too short for a sweep

    assert [one.state for one in world.deliveries.all()] == [State.DELIVERED] * 2
    assert len(world.posted) == 2
    assert {one.id for one in world.bus.details} == set(world.ids)


@pytest.mark.parametrize("help_comes", ["the message again", "the sweep"])
@pytest.mark.parametrize("step", range(len(delivered())))
def test_wherever_deliver_dies_the_message_arrives_under_the_same_id(step: int, help_comes: str) -> None:
    world = one_told()
    delivery_id = world.only().id
    world.queue.sent.clear()
    world._taken = 0
    world.dies(delivery_id, step)
    if help_comes == "the message again":
        world.clock.advance(MINUTE)
        world.deliver(delivery_id)
    world.run(5 * MINUTE)

    assert world.only().state is State.DELIVERED
    assert 1 <= len(world.posted) <= 2
    assert len(set(world.ids)) == 1


def test_who_answered_before_its_sender_died_gets_the_same_message_again_and_can_tell() -> None:
    world = one_told()
    world.dies(world.only().id, "after post")
    assert (len(world.posted), world.only().tries) == (1, ())
    world.run(5 * MINUTE)
    first, again = world.posted

    assert first.headers["webhook-id"] == again.headers["webhook-id"] == world.only().message_id
    assert [said(first)[name] for name in ("type", "timestamp")] == [
        said(again)[name] for name in ("type", "timestamp")
    ]
    for name in ("id", "sequence", "status"):
        assert said(first)["data"][name] == said(again)["data"][name]
    assert int(again.headers["webhook-timestamp"]) > int(first.headers["webhook-timestamp"])
    assert (world.only().state, world.only().lost) == (State.DELIVERED, 1)


@pytest.mark.parametrize("step", range(len(delivered(FAILS))))
def test_wherever_deliver_dies_after_a_failure_the_schedule_goes_on(step: int) -> None:
    world = one_told(FAILS, FAILS, WELL)
    world.dies(world.only().id, step)
    world.run(30 * MINUTE)

    assert world.only().state is State.DELIVERED
    assert len(set(world.ids)) == 1


@pytest.mark.parametrize("step", range(len(delivered(GONE))))
def test_wherever_deliver_dies_after_a_410_the_endpoint_is_disabled_and_told_of_once(step: int) -> None:
    world = one_told(GONE)
    world.dies(world.only().id, step)
    world.run(5 * MINUTE)

    assert world.only().state is State.DROPPED
    assert not world.endpoints.all(TENANT)[0].enabled
    assert len(world.endpoints.notices) == 1


@pytest.mark.parametrize("deaths", range(1, 4))
@pytest.mark.parametrize("step", delivered())
def test_workers_that_die_one_after_another_lose_nothing(step: str, deaths: int) -> None:
    world = one_told()
    for _ in range(deaths):
        world.dies(world.only().id, step)
        world.clock.advance(5 * MINUTE)
    world.run(30 * MINUTE)

    assert world.only().state is State.DELIVERED
    assert len(set(world.ids)) == 1


@pytest.mark.parametrize("step", ["before get", "after get", "before save", "after save", "before send", "after send"])
def test_wherever_the_sweep_dies_the_next_one_sends(step: str) -> None:
    world = one_told()
    world._taken = len(world.queue.sent)  # the message is lost
    fate = Fate(step)
    sweep = Resend(deliveries=Mortal(world.deliveries, fate), queue=Mortal(world.queue, fate))
    with suppress(WorkerDied):
        sweep.sweep(world.clock.advance(MINUTE + 1), failed=lambda *_: None)
    world.run(5 * MINUTE)

    assert world.only().state is State.DELIVERED


def test_a_dead_worker_holds_no_slot_for_long() -> None:
    world = one_told()
    receiver = world.only().receiver
    for _ in range(20):
        world.ended()
    for row in world.deliveries.all()[:10]:
        world.dies(row.id, "before post")
    world.run(10 * MINUTE)

    assert {one.state for one in world.deliveries.all()} == {State.DELIVERED}
    now = world.clock()
    assert [world.slots.take(receiver, str(n), now=now, until=now + 30) for n in range(5)] == [0, 1, 2, 3, None]
