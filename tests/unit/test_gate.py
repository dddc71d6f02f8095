"""A call's turn: with a permit it is made; without one its message comes back later, as if nothing had been."""

import json
from typing import Any

import pytest

from cavendish.errors import CallFailed, OverBudget, SendFailed
from cavendish.health.permits import SETTLES_S, Permit, Unlimited
from cavendish.ladder.plan import Position
from cavendish.outcome import Outcome
from tests.builders import an_answer, an_error
from tests.fakes import FakeAnswer
from tests.world import Meanwhile, World

NANO = "gemini-nano-banana-2.1"
WAY = ("gemini", NANO)
THROTTLED = FakeAnswer(json.dumps(an_error(429)).encode(), status=429)
FREE = Permit(route="gemini", model=NANO)


def scarce(world: World, halvings: int = 6) -> World:
    """The model throttled so often that one permit is left."""
    for _ in range(halvings):
        world.permits.throttled(FREE, world.clock.advance(SETTLES_S + 1))
    return world


def taken(world: World, holder: str = "another", lasts_s: float = 60) -> Permit:
    permit = world.permits.take(*WAY, holder, now=world.clock(), until=world.clock() + lasts_s)
    assert permit is not None
    return permit


def free(world: World) -> bool:
    """Whether the one permit can be had."""
    permit = world.permits.take(*WAY, "looks", now=world.clock(), until=world.clock() + 1)
    if permit:
        world.permits.give_back(permit)
    return permit is not None


def test_without_a_permit_the_message_is_sent_again_and_nothing_else_happens() -> None:
    world = scarce(World())
    permit = taken(world)
    job = world.running(deadline_s=3600)
    message = world.message(job)

    assert world.run(message) is None
    ((lane, again, wait_s),) = world.attempt_queue.sent
    assert again == message.model_copy(update={"turned_away": 1})
    assert (lane, wait_s, again.token) == ("interactive", 1.0, message.token)
    assert (world.models.calls, world.jobs.attempts(job.id), world.heard()) == ([], [], [])
    assert world.jobs.accounts.of_job(job.id).reserved == 0

    world.permits.give_back(permit)
    assert world.run(again) is Outcome.OK
    assert [token for token, _ in world.workflow.heard] == [message.token]


def test_a_bulk_message_goes_back_to_its_own_lane() -> None:
    world = scarce(World())
    taken(world)
    world.run(world.message(world.running(lane="bulk")))

    assert [lane for lane, _, _ in world.attempt_queue.sent] == ["bulk"]


def test_each_time_it_is_turned_away_it_waits_longer() -> None:
    world = scarce(World())
    taken(world, lasts_s=700)
    message = world.message(world.running(deadline_s=86_400))
    for n in range(12):
        world.run(message if n == 0 else world.attempt_queue.sent[-1][1])

    assert [wait_s for _, _, wait_s in world.attempt_queue.sent] == [1, 2, 4, 8, 16, 32, 64, 128, 256, 450, 450, 450]


def test_it_comes_back_in_time_to_be_told_that_its_deadline_passed() -> None:
    world = scarce(World())
    taken(world)
    job = world.running(deadline_s=100)
    message = world.message(job, turned_away=9)
    world.run(message)
    ((_, again, wait_s),) = world.attempt_queue.sent

    assert 99 < wait_s < 100
    world.clock.advance(wait_s)
    assert world.run(again) is None
    assert world.heard() == ["Attempt.Expired"]


def test_a_message_that_cannot_be_sent_again_comes_again_by_itself() -> None:
    world = scarce(World())
    taken(world)
    world.attempt_queue.down = True
    job = world.running()

    with pytest.raises(SendFailed, match="could not be sent again"):
        world.run(world.message(job))
    assert (world.jobs.attempts(job.id), world.heard()) == ([], [])


def test_a_message_whose_row_stands_needs_no_permit() -> None:
    world = scarce(World())
    job = world.running()
    message = world.message(job)
    world.run(message)
    taken(world)

    assert world.run(world.message(job)) is Outcome.OK
    assert (len(world.models.calls), world.attempt_queue.sent) == (1, [])


def test_who_is_not_to_be_called_for_any_more_needs_no_permit() -> None:
    world = scarce(World())
    taken(world)
    job = world.running()
    message = world.message(job)
    world.cancel(job.id)

    assert world.run(message) is None
    assert world.attempt_queue.sent == []


@pytest.mark.parametrize(
    "answer",
    [FakeAnswer(an_answer()), THROTTLED, CallFailed("timed_out", sent=True, detail="late")],
    ids=["made", "throttled", "cut"],
)
def test_a_permit_is_held_while_the_call_lasts_and_given_back_however_it_ends(answer: Any) -> None:
    world = scarce(World(answer))
    held: list[bool] = []
    world.models = Meanwhile(world.models, "send", lambda *_: held.append(not free(world)))
    world.run(world.message(world.running()))

    assert (held, free(world)) == ([True], True)


def test_a_permit_is_given_back_by_a_worker_that_fails() -> None:
    world = scarce(World())

    def fails(*_: object) -> None:
        raise RuntimeError("the bucket is gone")

    world.images = Meanwhile(world.images, "put", fails)
    with pytest.raises(RuntimeError, match="the bucket is gone"):
        world.run(world.message(world.running()))

    assert free(world)


def test_a_permit_is_given_back_where_there_is_no_money_for_the_call() -> None:
    world = scarce(World())

    def too_dear(*_: object) -> None:
        raise OverBudget("too dear")

    world.jobs = Meanwhile(world.jobs, "begin", too_dear)
    assert world.run(world.message(world.running())) is Outcome.OVER_BUDGET
    assert free(world)


def test_the_permit_of_a_worker_that_vanished_comes_back_by_itself() -> None:
    world = scarce(World())
    taken(world, lasts_s=60)
    assert not free(world)

    world.clock.advance(61)
    assert free(world)


def test_a_permit_lasts_longer_than_its_call_may() -> None:
    world = scarce(World())
    message, lasts = world.message(world.running()), []
    world.permits = Meanwhile(world.permits, "give_back", lambda permit: lasts.append(permit.lease))
    world.run(message)

    until, _, holder = lasts[0].partition("#")
    assert holder == message.key.object_key
    assert int(until) >= world.attempt(message.key).lease_until > world.attempt(message.key).started_at + 79


def concurrency(world: World) -> float | None:
    return next((one.permits for one in world.permits.read(world.clock())), None)


def test_a_throttle_leaves_fewer_permits_and_a_success_brings_one_more() -> None:
    world = World(THROTTLED, FakeAnswer(an_answer()))
    job = world.running()
    assert concurrency(world) is None

    world.run(world.message(job))
    assert concurrency(world) == 8
    scarce(world, halvings=5)
    world.clock.advance(SETTLES_S)
    world.run(world.message(job, Position(try_=1)))
    assert concurrency(world) == 2


def test_a_success_brings_no_more_permits_where_most_of_them_lie_idle() -> None:
    world = scarce(World(), halvings=2)
    world.clock.advance(SETTLES_S)
    world.run(world.message(world.running()))

    assert concurrency(world) == 4


def test_a_quota_of_the_day_closes_the_model_and_says_nothing_of_how_many_calls_there_may_be() -> None:
    violation = {"@type": "x", "violations": [{"quotaId": "GenerateRequestsPerDayPerProject", "quotaValue": "9"}]}
    world = World(FakeAnswer(json.dumps(an_error(429, "quota", violation)).encode(), status=429))

    assert world.run(world.message(world.running())) is Outcome.QUOTA_DAY
    assert concurrency(world) is None


def test_where_nothing_is_learned_a_throttle_slows_nobody() -> None:
    world = World(THROTTLED)
    world.permits = Unlimited()
    for _ in range(3):
        world.run(world.message(world.running()))

    assert (len(world.models.calls), world.attempt_queue.sent) == (3, [])


def test_another_model_is_not_slowed() -> None:
    world = scarce(World(), halvings=7)
    taken(world)
    other = world.message(world.running(model="gemini-3-pro-image"))

    assert world.run(other) is Outcome.OK
