"""A delivery on its way: signed, tried to the schedule, never in another's way, and done at some time."""

import base64
import hashlib
import hmac
import math
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cavendish.errors import CallFailed
from cavendish.job import Status
from cavendish.pipeline.webhook.endpoints import change, delete, ping, rotate, rotate_tenant_secret
from cavendish.webhook.delivery import LOST_MAX, State
from cavendish.webhook.endpoint import MOST
from cavendish.webhook.receiver import SLOTS
from cavendish.webhook.request import EndpointChange
from cavendish.webhook.verdict import Verdict
from tests.builders import TENANT
from tests.fakes import FakeAnswer, FakeWeb, Posted
from tests.webhook_world import FAILS, OTHER, URL, WELL, WebhookWorld
from tests.world import Meanwhile

HANGING = "https://hooks.test/hanging"
HANGS = CallFailed("timed_out", sent=True, detail="no whole answer within 15 s")
BREAKS = CallFailed("connection_lost", sent=True, detail="reset by peer")
GONE = FakeAnswer(b"", 410)
DAY, TABLE_S = 86_400.0, 75 * 3600 + 35 * 60 + 5


def told(world: WebhookWorld, **request: Any) -> WebhookWorld:
    """An endpoint, and a job of which it is told."""
    world.endpoint()
    world.ended(**request)
    return world


def off(world: WebhookWorld, endpoint_id: str) -> None:
    change(endpoint_id, EndpointChange(enabled=False), tenant=TENANT, endpoints=world.endpoints)


def ping_of(world: WebhookWorld, endpoint_id: str) -> str:
    return ping(
        endpoint_id,
        tenant=TENANT,
        endpoints=world.endpoints,
        deliveries=world.deliveries,
        queue=world.queue,
        now=world.clock(),
    ).id


def verified(posted: Posted, secret: str) -> bool:
    key = base64.b64decode(secret.removeprefix("whsec_"))
    signed = f"{posted.headers['webhook-id']}.{posted.headers['webhook-timestamp']}.".encode() + posted.body
    expected = "v1," + base64.b64encode(hmac.digest(key, signed, hashlib.sha256)).decode()
    return expected in posted.headers["webhook-signature"].split(" ")


def test_a_message_is_posted_once_with_the_headers_of_the_standard() -> None:
    world = told(WebhookWorld())
    world.run()
    (posted,) = world.posted

    assert posted.headers["content-type"] == "application/json"
    assert posted.headers["webhook-id"] == world.only().message_id
    assert abs(int(posted.headers["webhook-timestamp"]) - world.only().tries[0].at) < 1
    assert verified(posted, world.endpoints.all(TENANT)[0].signing(0)[0])
    assert world.web.limits == [(15, 500)]
    assert (world.only().state, world.only().tries[0].answer) == (State.DELIVERED, "yes")


def test_who_never_answers_well_is_tried_ten_times_in_75_35_05_before_jitter() -> None:
    world = told(WebhookWorld(FAILS))
    world.run(exactly=True)
    tries = world.only().tries

    assert len(tries) == len(world.posted) == 10
    assert round(tries[-1].at - tries[0].at) == TABLE_S
    assert (world.only().state, world.only().reason) == (State.FAILED, "it failed 10 times")
    assert len(set(world.ids)) == 1


def test_each_try_has_one_message_and_none_is_held_back_for_more_than_15_minutes() -> None:
    world = told(WebhookWorld(FAILS))
    world.run()

    assert [math.ceil(wait_s) for _, _, wait_s in world.queue.sent] == [0, 5, 300, *[0] * 7]


def test_the_sweep_leaves_the_queue_a_minute_to_bring_what_it_holds_back() -> None:
    world = told(WebhookWorld(FAILS))
    world.run(1)
    held, swept = world.only(), world.only()
    assert held.due_at == held.next_at + 60
    for _ in range(2):
        swept = swept.tried(Verdict(status=500), at=0, now=0, chance=0)

    assert (swept.due_at, swept.next_at) == (1_800, 1_800)


def test_what_is_done_has_no_message_any_more() -> None:
    world = told(WebhookWorld())
    world.run()

    assert len(world.queue.sent) == 1


@settings(deadline=None)
@given(st.floats(0, 1))
def test_with_a_sweep_each_minute_no_try_is_more_than_two_minutes_late(chance: float) -> None:
    world = told(WebhookWorld(FAILS, chance=chance))
    world.run(90 * 3600)
    at = [one.at for one in world.only().tries]
    gaps = [later - earlier for earlier, later in pairwise(at)]
    planned = [5, 300, 1_800, 7_200, 18_000, 36_000, 50_400, 72_000, 86_400]

    assert all(wait <= gap <= wait * 1.1 + 120 for wait, gap in zip(planned, gaps, strict=True))


def test_who_was_down_for_three_days_is_told_and_is_well_again() -> None:
    world = told(WebhookWorld(*[FAILS] * 9, WELL))
    endpoint = world.endpoints.all(TENANT)[0]
    world.run(72 * 3600)
    assert world.only().pending
    assert world.endpoints.all(TENANT)[0].failing_since is not None
    world.run(10 * 3600)

    assert world.only().state is State.DELIVERED
    assert world.endpoints.get(TENANT, endpoint.id) == endpoint.model_copy(
        update={"revision": world.endpoints.all(TENANT)[0].revision}
    )


def test_each_try_is_signed_for_its_own_time() -> None:
    world = told(WebhookWorld(FAILS, WELL))
    world.run()
    first, second = world.posted

    assert int(second.headers["webhook-timestamp"]) - int(first.headers["webhook-timestamp"]) in (5, 6)
    assert first.headers["webhook-id"] == second.headers["webhook-id"]


def test_after_a_rotation_both_secrets_sign_for_a_day() -> None:
    world = WebhookWorld()
    old = world.endpoint()
    new = rotate(old.id, tenant=TENANT, randomness=b"n" * 32, endpoints=world.endpoints, now=world.clock())
    world.ended()
    world.run(DAY)
    world.ended()
    world.run()
    both, one = world.posted

    assert [verified(both, secret) for secret in new.signing(0)] == [True, True]
    assert [verified(one, secret) for secret in new.signing(0)] == [True, False]


def test_a_jobs_own_webhook_is_signed_with_the_tenants_secret_also_after_a_rotation() -> None:
    world = WebhookWorld()
    world.ended(webhook={"url": URL})
    world.run(10)
    rotate_tenant_secret(TENANT, endpoints=world.endpoints, now=world.clock())
    world.ended(webhook={"url": URL})
    world.run(10)
    world.clock.advance(DAY)
    world.ended(webhook={"url": URL})
    world.run(10)
    first, second = (world.signer.tenant_secret(TENANT, version) for version in (1, 2))

    assert [verified(world.posted[0], one) for one in (first, second)] == [True, False]
    assert [verified(world.posted[1], one) for one in (first, second)] == [True, True]
    assert [verified(world.posted[2], one) for one in (first, second)] == [False, True]
    assert not verified(world.posted[0], world.signer.tenant_secret("somebody-else", 1))


def test_410_ends_it_and_disables_the_endpoint() -> None:
    world = told(WebhookWorld(GONE))
    world.run()

    assert (world.only().state, len(world.posted)) == (State.DROPPED, 1)
    assert not world.endpoints.all(TENANT)[0].enabled
    assert [one.type for one in world.endpoints.notices] == ["endpoint.disabled"]


def test_410_of_a_jobs_own_webhook_ends_that_one_only() -> None:
    world = WebhookWorld(GONE, WELL)
    world.ended(webhook={"url": URL})
    world.run(10)
    world.ended(webhook={"url": URL})
    world.run()

    assert [one.state for one in world.deliveries.all()] == [State.DROPPED, State.DELIVERED]


def test_five_days_of_failures_disable_the_endpoint_once_and_what_waits_is_dropped() -> None:
    world = WebhookWorld(FAILS)
    world.endpoint()
    for _ in range(12):
        world.ended()
        world.run(DAY / 2)
    world.run()
    endpoint = world.endpoints.all(TENANT)[0]
    reasons = {one.reason for one in world.deliveries.all()}

    assert (endpoint.enabled, endpoint.disabled_reason) == (False, "every delivery failed for 5 days")
    assert len(world.endpoints.notices) == 1
    assert not [one for one in world.deliveries.all() if one.pending]
    assert reasons == {
        "it failed 10 times",
        "the endpoint is disabled",
        "the endpoint is disabled: every delivery failed for 5 days",
    }


def test_a_redirect_is_a_failure_that_says_where_it_pointed_and_is_not_followed() -> None:
    world = told(WebhookWorld(FakeAnswer(b"", 301, {"location": "https://new.test/"}), WELL))
    world.run()
    first = world.only().tries[0]

    assert (first.status, "https://new.test/" in str(first.error)) == (301, True)
    assert {one.url for one in world.posted} == {URL}


def test_who_asks_us_to_wait_is_not_tried_before() -> None:
    busy = FakeAnswer(b"", 503, {"retry-after": "3600"})
    world = told(WebhookWorld(busy, WELL))
    world.run(3_599)
    assert len(world.posted) == 1
    world.run(200)

    assert world.only().state is State.DELIVERED


def test_an_address_that_has_turned_private_is_a_failure_that_says_so() -> None:
    world = told(WebhookWorld())
    world.web = FakeWeb({URL: [WELL]}, {"hooks.test": ["10.0.0.1"]})
    world.run(10)

    assert world.posted == []
    assert "public internet" in str(world.only().tries[0].error)
    assert world.only().pending


@pytest.mark.parametrize("how", ["deleted", "disabled"])
def test_what_waits_for_an_endpoint_that_is_gone_is_dropped(how: str) -> None:
    world = told(WebhookWorld(FAILS))
    world.run(60)
    endpoint_id = world.endpoints.all(TENANT)[0].id
    if how == "deleted":
        delete(endpoint_id, tenant=TENANT, endpoints=world.endpoints)
    else:
        off(world, endpoint_id)
    tried = len(world.posted)
    world.run()

    assert len(world.posted) == tried
    assert world.only().state is State.DROPPED
    assert how in str(world.only().reason)


def test_a_slow_receiver_has_four_deliveries_at_once_and_delays_no_other() -> None:
    world = WebhookWorld()
    slow, other = world.endpoint(events=["job.succeeded"]), world.endpoint(OTHER, events=["job.failed"])
    for n in range(SLOTS):
        world.slots.take(slow.id, f"another delivery {n}", now=world.clock(), until=world.clock() + 3600)
    world.ended()
    world.publish(world.end(world.job(), Status.FAILED))
    world.run(5)
    waiting, done = world.deliveries.all()

    assert (done.receiver, done.state) == (other.id, State.DELIVERED)
    assert (waiting.state, waiting.tries) == (State.PENDING, ())
    world.run(3_600)
    again = world.deliveries.get(waiting.id)
    assert again is not None
    assert (again.state, len(again.tries)) == (State.DELIVERED, 1), "waiting for a slot was no try"


def test_a_jobs_own_webhook_that_hangs_delays_no_other_on_its_host_and_all_of_a_host_are_few() -> None:
    world = WebhookWorld()
    world.web = FakeWeb({HANGING: [WELL], URL: [WELL]})
    world.ended(webhook={"url": HANGING})
    slow, now = world.only(), world.clock()
    for n in range(SLOTS):
        world.slots.take(slow.receiver, f"another delivery {n}", now=now, until=now + 3600)
    world.ended(webhook={"url": URL})
    world.run(5)
    assert {one.url: one.state for one in world.deliveries.all()} == {HANGING: State.PENDING, URL: State.DELIVERED}

    host, many = slow.receivers[1]
    for n in range(many):
        world.slots.take(host, f"on the host {n}", now=world.clock(), until=world.clock() + 3600, slots=many)
    job_id = world.ended(webhook={"url": URL}).job_id
    world.run(5)
    assert [one.state for one in world.deliveries.all() if one.subject == job_id] == [State.PENDING]


def test_of_two_hundred_endpoints_one_that_hangs_delays_no_other() -> None:
    world = WebhookWorld(HANGS)
    slow = world.endpoint().id
    for _ in range(MOST - 1):
        world.endpoint(OTHER)
    world.ended()
    world.run(1)
    states = {(one.receiver == slow, one.state, len(one.tries)) for one in world.deliveries.all()}

    assert len([one for one in world.posted if one.url == OTHER]) == MOST - 1
    assert states == {(True, State.PENDING, 1), (False, State.DELIVERED, 1)}


def test_who_waits_for_a_slot_has_one_message_at_a_time() -> None:
    world = told(WebhookWorld())
    receiver = world.only().receiver
    for n in range(SLOTS):
        world.slots.take(receiver, f"another delivery {n}", now=world.clock(), until=world.clock() + 3600)
    world.run(1_800)

    assert len(world.queue.sent) <= 1_800 / 15 + 10


def test_a_slot_is_given_back_after_each_try() -> None:
    world = WebhookWorld(*(FAILS, BREAKS, WELL) * 10)
    world.endpoint()
    for _ in range(20):
        world.ended()
    world.run(4)

    assert len(world.posted) == 20


@pytest.mark.parametrize("answer", [FakeAnswer(b"", 429), FakeAnswer(b"", 504), HANGS])
def test_a_receiver_that_is_under_load_or_hangs_has_one_slot_for_a_while(answer: FakeAnswer | CallFailed) -> None:
    world = told(WebhookWorld(answer, WELL))
    world.run(1)
    receiver, now = world.only().receiver, world.clock()

    assert world.slots.take(receiver, "a", now=now, until=now + 30) == 0
    assert world.slots.take(receiver, "b", now=now, until=now + 30) is None
    assert world.slots.take(receiver, "b", now=now + 60, until=now + 90) == 0


def test_a_message_that_comes_too_early_twice_or_too_late_does_nothing() -> None:
    world = told(WebhookWorld(FAILS, WELL))
    delivery_id = world.only().id
    world.deliver(delivery_id)
    world.deliver(delivery_id)
    assert len(world.posted) == 1
    world.run(10)
    world.deliver(delivery_id)

    assert (len(world.posted), world.only().state) == (2, State.DELIVERED)
    assert world.deliver("dlv_unknown") is None


def test_two_workers_with_the_same_message_send_it_once() -> None:
    world = told(WebhookWorld())
    delivery_id = world.only().id
    world.web = Meanwhile(world.web, "post", lambda *_: world.deliver(delivery_id))  # type: ignore[assignment]
    world.deliver(delivery_id)

    assert len(world.web.posted) == 1
    assert world.only().state is State.DELIVERED


def test_who_comes_second_to_the_lease_sends_nothing_and_fails_nothing() -> None:
    world = told(WebhookWorld())
    delivery_id = world.only().id
    world.deliveries = Meanwhile(world.deliveries, "save", lambda *_: world.deliver(delivery_id))  # type: ignore[assignment]
    row = world.deliver(delivery_id)

    assert len(world.posted) == 1
    assert row is not None
    assert row.state is State.DELIVERED


def test_an_old_urls_410_does_not_disable_the_new_one() -> None:
    world = told(WebhookWorld(GONE))
    endpoint, elsewhere = world.endpoints.all(TENANT)[0], EndpointChange(url=OTHER)
    moves = lambda *_: change(endpoint.id, elsewhere, tenant=TENANT, endpoints=world.endpoints)  # noqa: E731
    world.web = Meanwhile(world.web, "post", moves)  # type: ignore[assignment]
    world.run(10)

    assert world.endpoints.all(TENANT)[0].enabled


def test_a_success_is_written_down_also_where_another_worker_has_the_row_by_now() -> None:
    world = told(WebhookWorld(FAILS, WELL))
    row = world.only()
    slow = Meanwhile(world.web, "post", lambda *_: world.clock.advance(31) and world.deliver(row.id))
    world.web = slow  # type: ignore[assignment]
    world.deliver(row.id)

    assert len(world.web.posted) == 2, "the lease was over"
    assert (world.only().state, len(world.only().tries)) == (State.DELIVERED, 2)
    assert world.ids[0] == world.ids[1]


def test_a_ping_is_one_try_also_at_a_disabled_endpoint_and_no_mark_against_it() -> None:
    world = WebhookWorld(FAILS)
    endpoint = world.endpoint(events=["job.failed"])
    off(world, endpoint.id)
    row = world.deliveries.get(ping_of(world, endpoint.id))
    world.run()

    assert row is not None
    assert (world.only().state, len(world.only().tries), world.ids) == (State.FAILED, 1, [f"msg_{endpoint.id}_000001"])
    assert world.endpoints.all(TENANT)[0].failing_since is None


def test_each_ping_has_a_number_of_its_own() -> None:
    world = WebhookWorld()
    endpoint = world.endpoint()
    ping_of(world, endpoint.id)
    ping_of(world, endpoint.id)
    world.run(10)

    assert world.ids == [f"msg_{endpoint.id}_000001", f"msg_{endpoint.id}_000002"]


def test_a_message_that_kills_its_workers_comes_less_and_less_often_and_is_given_up() -> None:
    world = told(WebhookWorld())
    delivery_id, times = world.only().id, []
    for _ in range(LOST_MAX + 2):
        world.dies(delivery_id, "before post")
        times.append(world.clock.now)
        due_at = world.only().due_at
        world.clock.now = due_at if due_at is not None else world.clock.now
    world.deliver(delivery_id)
    gaps = [later - earlier for earlier, later in pairwise(times)]

    assert gaps[0] < 100
    assert max(gaps) < 2_000
    assert times[-1] - times[0] > TABLE_S
    assert (world.only().state, world.only().reason) == (State.FAILED, f"{LOST_MAX} workers were lost with it")
