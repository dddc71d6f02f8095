"""Every minute's sweep of deliveries: what is due is sent once, and what fails keeps nothing else from it."""

from typing import Any

from cavendish.errors import SendFailed
from cavendish.webhook.delivery import State
from tests.webhook_world import FAILS, WELL, WebhookWorld
from tests.world import Meanwhile


def lost(messages: int = 1) -> WebhookWorld:
    """Deliveries whose messages never came, two minutes later."""
    world = WebhookWorld()
    world.endpoint()
    for _ in range(messages):
        world.ended()
    world.queue.sent.clear()
    world.clock.advance(120)
    return world


def test_what_was_sent_a_moment_ago_is_not_sent_again() -> None:
    world = lost()
    world.sweep()
    world.sweep()
    assert len(world.queue.sent) == 1
    world.clock.advance(61)
    world.sweep()

    assert len(world.queue.sent) == 2


def test_an_index_that_is_behind_sends_nothing_that_is_not_due() -> None:
    world = lost()
    row = world.only()
    world.deliver(row.id)
    world.deliveries.due = lambda now: iter([row.id, "dlv_unknown"])  # type: ignore[method-assign]

    assert (world.sweep(), world.queue.sent) == ([], [])
    leased = lost()
    leased.dies(leased.only().id, "before post")
    again = leased.only().id
    leased.deliveries.due = lambda now: iter([again])  # type: ignore[method-assign]
    assert (leased.sweep(), leased.queue.sent) == ([], [])


def test_what_somebody_takes_at_this_moment_is_left_to_him() -> None:
    world = lost()
    delivery_id = world.only().id
    contested: Any = Meanwhile(world.deliveries, "save", lambda *_: world.deliver(delivery_id))
    world.deliveries = contested

    assert (world.sweep(), world.queue.sent) == ([], [])
    assert world.only().state is State.DELIVERED


def test_a_queue_that_is_down_is_told_of_and_everything_is_due_a_minute_later() -> None:
    world = lost(3)
    world.queue.down = True
    failures = world.sweep()
    world.queue.down = False
    world.run(120)

    assert [type(one) for one in failures] == [SendFailed] * 3
    assert {one.state for one in world.deliveries.all()} == {State.DELIVERED}


def test_a_worker_whose_queue_is_down_has_written_all_that_the_sweep_needs() -> None:
    world = WebhookWorld(FAILS, WELL)
    world.endpoint()
    world.ended()
    world.queue.down = True
    world.deliver(world.only().id)
    world.queue.down = False
    world.run(200)

    assert world.only().state is State.DELIVERED
