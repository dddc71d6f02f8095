"""What a job adds to the sums of its tenant: each call that was made, once, however the job ends."""

from typing import Any

import pytest
from pydantic import TypeAdapter, ValidationError

from cavendish.attempt import Attempt
from cavendish.errors import CallFailed
from cavendish.health.health import COARSE_S, window_at
from cavendish.health.sketch import Sketch
from cavendish.ladder.plan import Position
from cavendish.money.money import micros
from cavendish.outcome import Outcome
from cavendish.request import Tag
from cavendish.stats.tally import Kind, NotKept, Sum, Tally, sums_of
from tests.builders import FLASH, NOW, PRO, TENANT, a_call, a_hold, a_key, a_result, an_answer, an_attempt
from tests.fakes import FakeAnswer
from tests.world import World

HOUR = window_at(NOW, COARSE_S)
THROTTLED = FakeAnswer(b'{"error": {"code": 429}}', status=429)
BROKEN = CallFailed("connection_lost", sent=True, detail="it broke")


def an_ended(**fields: Any) -> Attempt:
    return an_attempt(**{"hold": a_hold(), "result": a_result(), "ended_at": NOW + 10, **fields})


def kept(world: World, kind: Kind = "way") -> list[Sum]:
    sums = world.statistics.read(TENANT, kind, NOW, NOW + 86_400, 1000)
    assert sums is not None
    return sums


def test_a_call_is_counted_with_its_picture_its_cost_and_its_time() -> None:
    assert Tally.of(an_ended()) == Tally(calls=1, made=1, spent=134_000, times=Sketch.of([10]))


def test_a_call_without_a_picture_tells_no_time() -> None:
    attempt = an_ended(result=a_result(Outcome.NO_IMAGE, cost_usd=0.05))

    assert Tally.of(attempt) == Tally(calls=1, made=0, spent=50_000)


@pytest.mark.parametrize("ended_at", [NOW - 1, NOW + 1_001])
def test_where_a_clock_jumped_a_call_is_counted_without_its_time(ended_at: float) -> None:
    assert Tally.of(an_ended(ended_at=ended_at)) == Tally(calls=1, made=1, spent=134_000)


def test_a_call_in_a_batch_tells_no_time() -> None:
    assert Tally.of(an_ended(call=a_call(economy=True))) == Tally(calls=1, made=1, spent=134_000)


@pytest.mark.parametrize("fields", [{"hold": None}, {"result": None}, {"ended_at": None}])
def test_what_was_not_called_or_has_not_ended_is_not_counted(fields: dict[str, object]) -> None:
    assert Tally.of(an_ended(**fields)) is None


def test_tallies_are_added_up_as_their_counters_are() -> None:
    one, other = Tally(calls=2, made=1, spent=5, times=Sketch.of([3])), Tally(calls=1, spent=7)

    assert one.merge(other) == Tally(calls=3, made=1, spent=12, times=Sketch.of([3]))
    assert Tally.read(one.counters) == one


def test_counters_that_are_none_or_newer_are_as_if_they_were_not_there() -> None:
    assert Tally.read({"calls": "2", "made": "many", "spent": "-5", "t_7": None, "t_999": "3", "new": "4"}) == Tally(
        calls=2
    )


def test_the_calls_of_a_job_are_added_to_each_hour_and_way_and_for_each_tag_too() -> None:
    attempts = [
        an_ended(),
        an_attempt(a_key(try_=1), hold=a_hold(), result=a_result(Outcome.THROTTLED), ended_at=NOW + 20),
        an_attempt(a_key(image=1), hold=a_hold(), result=a_result(), ended_at=NOW + 30, call=a_call(model=FLASH)),
        an_attempt(a_key(image=2), hold=a_hold(), result=a_result(), ended_at=NOW + COARSE_S),
    ]

    sums = {(one.hour - HOUR, one.kind, one.key): one.tally.calls for one in sums_of(attempts, ["b", "a", "b"])}

    pro, flash = ("gemini", PRO, "1K"), ("gemini", FLASH, "1K")
    ways = {(0, pro): 2, (0, flash): 1, (COARSE_S, pro): 1}
    assert sums == {
        **{(hour, "way", way): n for (hour, way), n in ways.items()},
        **{(hour, "tag", (tag, *way)): n for tag in "ab" for (hour, way), n in ways.items()},
    }


def test_the_calls_of_a_job_without_tags_are_added_to_an_empty_tag_which_no_job_has() -> None:
    sums = {(one.kind, one.key): one.tally.calls for one in sums_of([an_ended()], [])}

    assert sums == {("way", ("gemini", PRO, "1K")): 1, ("tag", ("", "gemini", PRO, "1K")): 1}
    with pytest.raises(ValidationError):
        TypeAdapter(Tag).validate_python("")


@pytest.mark.parametrize(
    ("counters", "possible"),
    [
        ({"calls": "1"}, True),
        ({"calls": "3", "made": "3"}, True),
        ({"made": "10"}, False),
        ({"calls": "3", "made": "4"}, False),
        ({"spent": "5", "t_7": "1"}, False),
        ({}, False),
    ],
)
def test_no_more_calls_can_bring_a_picture_than_are_made(counters: dict[str, object], possible: bool) -> None:
    assert Tally.read(counters).possible is possible


def test_a_settled_job_is_counted_once_however_often_it_is_settled() -> None:
    world = World(THROTTLED, FakeAnswer(an_answer()))
    job = world.running(tags=["snow"])
    for position in (Position(), Position(try_=1)):
        world.run(world.message(job, position))
    for _ in range(3):
        world.settle(job.id)

    (way,), (tag,) = kept(world), kept(world, "tag")
    cost = sum(micros(one.result.cost_usd) for one in world.jobs.attempts(job.id) if one.result)
    assert (way.tally.calls, way.tally.made, way.tally.spent) == (2, 1, cost)
    assert (tag.key, tag.tally) == (("snow", *way.key), way.tally)


def test_a_job_that_is_cancelled_between_two_calls_is_counted() -> None:
    world = World(THROTTLED)
    job = world.running()
    world.run(world.message(job))
    for _ in range(2):
        world.cancel(job.id)

    assert [one.tally.calls for one in kept(world)] == [1]


def test_a_call_whose_worker_died_is_counted_when_the_watchdog_ends_the_job() -> None:
    world = World(FakeAnswer(an_answer()))
    job = world.running(deadline_s=10)
    world.dies(world.message(job), "sent")
    for _ in range(3):
        world.sweep(4_000)

    (way,) = kept(world)
    assert world.job(job.id).ended
    assert (way.tally.calls, way.tally.made) == (1, 0)
    assert way.tally.spent > 0


def test_where_nobody_counts_there_is_nothing_to_read() -> None:
    NotKept().add(TENANT, [Sum(HOUR, "tag", ("a", "gemini", PRO, "1K"), Tally(calls=1))])

    assert NotKept().read(TENANT, "tag", NOW, NOW, 10) == []
