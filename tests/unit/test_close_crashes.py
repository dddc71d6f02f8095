"""Closers die at every step, or another one does all the work meanwhile: what comes of a batch is always the same."""

from collections.abc import Callable
from typing import Any

import pytest

from cavendish.batch.batch import BatchStatus
from tests.batch_world import BATCH_ID, BatchWorld
from tests.world import Fate, Meanwhile, WorkerDied

#: Three parts of two pictures each.
PART_BYTES = 400
ENDED = BatchStatus.COMPLETED


def a_world(deliver: str, *, cancel: bool = False) -> BatchWorld:
    """Items that succeeded, failed, could not be read and, if it was cancelled, still wait."""
    world = BatchWorld(deliver=deliver)
    world.part_max_bytes = PART_BYTES
    world.succeeded("red", n=2)
    world.fault("no", "bad")
    world.failed("none")
    world.succeeded("blue", n=2)
    world.succeeded("green")
    if cancel:
        world.item("late")
    world.seal(cancel=cancel)
    return world


def path(deliver: str, **fields: bool) -> list[str]:
    """All the steps of a closer that lives."""
    fate = Fate()
    a_world(deliver, **fields).close(fate)
    return fate.path


def outcome(world: BatchWorld) -> tuple[Any, ...]:
    """All that others can see."""
    contents = dict(world.outbox.contents)
    return world.batch().status, contents, [one.type for one in world.batches.events], world.statuses()


class Interrupted(Fate):
    """Lets something else happen at one of the steps, by its number."""

    def __init__(self, at: int, act: Callable[[], object]) -> None:
        super().__init__()
        self._when, self._act = at, act

    def step(self, name: str) -> None:
        if len(self.path) == self._when:
            self._act()
        super().step(name)


def untouched(deliver: str) -> tuple[Any, ...]:
    world = a_world(deliver)
    world.closed()
    return outcome(world)


STEPS = {deliver: path(deliver) for deliver in ("folder", "archive")}
EVERY = [(deliver, step) for deliver, steps in STEPS.items() for step in range(len(steps))]
CANCELLED = path("folder", cancel=True)
UNTOUCHED = {deliver: untouched(deliver) for deliver in STEPS}


def test_the_steps_are_those_that_these_tests_are_about() -> None:
    order = ["after copy", "before put", "after put", "before save", "after save"]
    assert set(order) <= set(STEPS["folder"])
    assert STEPS["archive"].count("after archive") == 3
    assert {"sent", "received", "after read"} <= set(STEPS["archive"])
    assert {"before stop", "after stop"} <= set(CANCELLED)


@pytest.mark.parametrize(("deliver", "step"), EVERY)
def test_wherever_a_closer_dies_the_next_one_ends_the_batch_as_if_nothing_had_been(deliver: str, step: int) -> None:
    world = a_world(deliver)
    world.closer_dies(step)

    assert world.closed().status is ENDED
    assert outcome(world) == UNTOUCHED[deliver]


@pytest.mark.parametrize("step", range(len(CANCELLED)))
def test_wherever_a_closer_dies_that_cancels_the_next_one_ends_the_batch(step: int) -> None:
    world = a_world("folder", cancel=True)
    world.closer_dies(step)

    assert world.closed().status is BatchStatus.CANCELLED
    assert sorted(world.statuses().values()) == ["cancelled", "failed", *["succeeded"] * 3]
    assert len(world.batches.events) == 1


@pytest.mark.parametrize(("deliver", "step"), EVERY)
def test_two_closers_at_once_end_it_once(deliver: str, step: int) -> None:
    world = a_world(deliver)
    world.close(Interrupted(step, world.closed))

    assert world.closed().status is ENDED
    assert outcome(world) == UNTOUCHED[deliver]


@pytest.mark.parametrize("deliver", STEPS)
def test_closers_that_die_one_after_another_end_it_in_the_end(deliver: str) -> None:
    world = a_world(deliver)
    for step in range(len(STEPS[deliver])):
        world.closer_dies(step, slice_s=0)
        world.batch_queue.to_close.clear()

    assert world.closed().status is ENDED


@pytest.mark.parametrize("step", range(6))
def test_wherever_an_item_is_filed_and_its_worker_dies_closing_files_it(step: int) -> None:
    world = BatchWorld()
    job = world.succeeded("red")
    with pytest.raises(WorkerDied):
        world.file(job, Fate(step))
    world.seal()
    world.closed()

    assert "shop/doors/red.png" in world.outbox.contents


def test_whoever_is_overtaken_while_a_part_is_written_leaves_no_part() -> None:
    world = a_world("archive")
    world.close(slice_s=0)
    world.close(slice_s=0)  # the first part is planned
    written = len(world.outbox.written)

    def look(_: str) -> None:
        world.batches.save(world.batch(), world.batch().looked_after(world.clock()))

    images = Meanwhile(world.images, "read", look)
    assert world.closer(images=images).close(BATCH_ID, until=world.clock() + 840) is BatchStatus.CLOSING
    assert len(world.outbox.written) == written


def test_a_worker_that_is_at_it_for_long_is_not_taken_for_dead() -> None:
    world = a_world("archive")
    world.close(slice_s=0)
    world.close(slice_s=0)
    due: list[str] = []

    def wait(_: str) -> None:
        world.clock.advance(100)
        due.extend(world.batches.due(world.clock()))

    slow = Meanwhile(world.images, "read", wait, times=5)
    world.closer(images=slow).close(BATCH_ID, until=world.clock() + 840)

    assert due == []


def filed() -> BatchWorld:
    """Only the report, of three pages, is left to be written."""
    world = BatchWorld()
    for _ in range(250):
        world.fault("no")
    world.seal()
    while world.batch().filed < 250:
        world.close(slice_s=0)
    return world


def test_whoever_is_overtaken_before_the_report_is_written_writes_none() -> None:
    world = filed()
    batches = Meanwhile(
        world.batches, "faults", lambda *_: world.batches.save(world.batch(), world.batch().looked_after(world.clock()))
    )

    assert world.closer(batches=batches).close(BATCH_ID, until=world.clock() + 840) is BatchStatus.CLOSING
    assert world.outbox.written == []


def test_a_worker_that_reports_for_long_is_not_taken_for_dead() -> None:
    world = filed()
    due: list[str] = []

    def wait(*_: object) -> None:
        world.clock.advance(100)
        due.extend(world.batches.due(world.clock()))

    slow = Meanwhile(world.batches, "faults", wait, times=3)

    assert world.closer(batches=slow).close(BATCH_ID, until=world.clock() + 840) is ENDED
    assert due == []
