"""Workers die at every step, or lose what they were told: nothing is begun twice, and nothing is lost."""

from collections import Counter
from collections.abc import Callable
from typing import Any

import pytest

from cavendish.attempt import State as AttemptState
from cavendish.batch.chunk import LISTED_S, ChunkState
from cavendish.errors import CallFailed, SendFailed
from cavendish.job import Status
from cavendish.outcome import Outcome
from cavendish.wire.gemini_batch import CHUNK_MOST
from tests.economy_world import EconomyWorld
from tests.world import Fate, Meanwhile, WorkerDied

DOOR = {"prompt": "a door"}


def a_world() -> EconomyWorld:
    """Two chunks: of the two models that are asked for."""
    return EconomyWorld({**DOOR, "n": 2}, {**DOOR, "model": "gemini-3-pro-image"}, DOOR)


def turns(world: EconomyWorld, fate: Fate) -> None:
    """All that workers do, as one path."""
    world.work(fate)
    world.answer()
    world.work(fate)
    world.answer()
    world.work(fate)


def path() -> list[str]:
    fate = Fate()
    turns(a_world(), fate)
    return fate.path


STEPS = path()


class Interrupted(Fate):
    """Lets something else happen at one of the steps, by its number."""

    def __init__(self, at: int, act: Callable[[], object]) -> None:
        super().__init__()
        self._when, self._act = at, act

    def step(self, name: str) -> None:
        if len(self.path) == self._when:
            self._when = -1
            self._act()
        super().step(name)


def check(world: EconomyWorld) -> None:
    """Each picture was made, paid for and stored once, and each job goes on."""
    assert world.failures == []
    assert max(Counter(world.made()).values()) == 1
    assert len(world.made()) == 4
    assert world.outcomes() == [Outcome.OK] * 4
    assert {row.state for row in world.firsts()} <= {AttemptState.ENDED, AttemptState.REPORTED}
    assert {job.status for job in world.items()} == {Status.QUEUED}
    assert not [job for job in world.items() if job.waiting(world.clock())]


def test_the_steps_are_those_that_these_tests_are_about() -> None:
    assert {"before upload", "after create", "before save", "after begin", "after put", "after end"} <= set(STEPS)
    assert {"after advance", "sent", "received", "before send_all", "after economize"} <= set(STEPS)
    world = a_world()
    turns(world, Fate())
    check(world)


@pytest.mark.parametrize("step", range(len(STEPS)))
def test_wherever_a_worker_dies_the_next_one_goes_on(step: int) -> None:
    world = a_world()
    with pytest.raises(WorkerDied):
        turns(world, Fate(step))
    world.clock.advance(930)
    world.done()

    check(world)


@pytest.mark.parametrize("step", range(len(STEPS)))
def test_of_two_workers_at_once_one_does_the_work(step: int) -> None:
    world = a_world()
    turns(world, Interrupted(step, lambda: world.economy().run(world.id, world.clock() + 800)))
    world.clock.advance(930)
    world.done()

    check(world)


def test_workers_that_die_one_after_another_send_a_batch_in_the_end() -> None:
    world = a_world()
    for step in range(0, len(STEPS), 2):
        world.worker_dies(step)
        world.answer()
    world.done()

    check(world)


def lost(world: EconomyWorld, *, begun: bool) -> Meanwhile:
    """The provider, of whose answer to the wish to begin a batch nobody hears; perhaps it began."""

    def create(*asked: Any) -> None:
        if begun:
            world.provider.create(*asked, limit_s=60)
        world.provider.down = CallFailed("timed_out", sent=True, detail="no answer")

    return Meanwhile(world.provider, "create", create)


def test_a_batch_that_was_begun_without_our_hearing_of_it_is_found_and_not_begun_again() -> None:
    world = EconomyWorld(n=4)
    world.work(models=lost(world, begun=True))
    world.provider.down = None
    assert world.states() == [ChunkState.CREATING]
    assert world.batch_queue.to_economize == [(world.id, LISTED_S)], "until the provider lists it for sure"
    world.work()
    assert world.states() == [ChunkState.CREATED]
    world.done()

    assert len(world.provider.operations) == 1
    check(world)


def test_before_the_provider_lists_a_batch_for_sure_it_is_not_asked_for_it() -> None:
    world = EconomyWorld(n=1)
    world.work(models=lost(world, begun=False))
    world.provider.down = None
    world.batches.save(world.batch(), world.batch().cancelling(world.clock()))
    world.economy().run(world.id, world.clock() + 800)

    assert world.states() == [ChunkState.CREATING]


def test_who_comes_while_another_one_is_at_work_has_no_turn() -> None:
    world = EconomyWorld(n=1)
    seen: list[object] = []
    act = Meanwhile(
        world.provider, "create", lambda *_: seen.append(world.economy().run(world.id, world.clock() + 800))
    )
    world.work(models=act)

    assert (seen, world.chunk_rows.course(world.id).revision) == ([None], 3)


def test_who_is_overtaken_leaves_it() -> None:
    world = EconomyWorld(n=1)

    def overtake(*_: object) -> None:
        (chunk,) = world.chunks()
        world.chunk_rows.save(chunk, chunk.ended(ChunkState.FAILED))

    world.work(models=Meanwhile(world.provider, "create", overtake))

    assert (world.failures, world.states()) == ([], [ChunkState.FAILED])


def test_a_batch_that_was_not_begun_is_begun_when_that_is_sure() -> None:
    world = EconomyWorld(n=4)
    world.work(models=lost(world, begun=False))
    world.work()
    assert world.states() == [ChunkState.CREATING], "as long as the provider does not say"
    world.provider.down = None
    world.work()
    world.work()
    assert world.states() == [ChunkState.CREATED]
    world.done()

    check(world)


def test_a_message_that_could_not_be_sent_comes_again() -> None:
    world = EconomyWorld(n=4)
    world.batch_queue.down = True
    with pytest.raises(SendFailed):
        world.work()
    world.batch_queue.down = False
    world.clock.advance(930)
    world.done()

    check(world)


def test_a_chunk_that_cannot_be_worked_on_keeps_no_other_one_waiting() -> None:
    world = EconomyWorld(n=CHUNK_MOST * 3)
    world.work()
    world.answer()
    world.work()
    world.answer()

    def fail(*_: object) -> None:
        raise OSError("the bucket is not there")

    world.work(models=Meanwhile(world.provider, "results", fail))

    assert [title for title, _ in world.failures] == [world.chunks()[1].title]
    assert world.states() == [ChunkState.READ, ChunkState.ANSWERED, ChunkState.READ]
    world.done()
    assert set(world.outcomes()) == {Outcome.OK}
