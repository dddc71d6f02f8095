"""A job that waits for its hour: it is put off once, started then, and can be cancelled and deleted like any other."""

import pytest

from cavendish.contract.again import MOST_S, ask_again_s
from cavendish.errors import JobNotEnded
from cavendish.health.sketch import Sketch
from cavendish.job import RESEND_AFTER_S, Job, Status
from cavendish.outcome import Outcome
from cavendish.request import WAIT_MAX_S
from tests.builders import NOW, PRO, a_png, an_answer
from tests.fakes import FakeAnswer
from tests.world import Fate, Meanwhile, WorkerDied, World

HOUR = 3600
#: NOW is 8 h UTC, when Pro is at its best for 4K; this is when it is at its worst.
WORST = NOW + 10 * HOUR
BEST = NOW + 24 * HOUR


def submitted(world: World, **fields: object) -> Job:
    return world.submit(**{"model": PRO, "size": "4K", "lane": "bulk", "schedule": "off_peak", **fields})


def waiting(world: World | None = None, **fields: object) -> tuple[World, Job]:
    """A job that was submitted at the worst hour, and put off."""
    world = world or World()
    world.clock.now = WORST
    job = submitted(world, **fields)
    world.dispatch(job.id)
    return world, world.job(job.id)


def test_a_job_that_may_wait_waits_for_the_best_hour_and_says_so() -> None:
    world, job = waiting()

    assert (job.status, job.starts_at, world.workflow.started) == (Status.QUEUED, BEST, {})
    assert [(one.type, one.sequence) for one in world.jobs.events] == [("job.queued", 1), ("job.scheduled", 2)]


def test_a_job_whose_hour_is_now_starts_now() -> None:
    world = World()
    job = submitted(world)
    world.dispatch(job.id)
    running = world.job(job.id)

    assert (running.status, running.starts_at is not None and running.starts_at < NOW + 1) == (Status.RUNNING, True)


@pytest.mark.parametrize("fields", [{}, {"lane": "bulk"}])
def test_a_job_that_does_not_ask_for_it_is_never_put_off(fields: dict[str, str]) -> None:
    world = World()
    world.clock.now = WORST
    job = world.running(model=PRO, size="4K", **fields)

    assert (job.status, job.starts_at) == (Status.RUNNING, None)


def test_a_message_that_comes_before_the_hour_does_nothing() -> None:
    world, job = waiting()
    world.clock.now = BEST - 1
    world.dispatch(job.id)

    assert (world.job(job.id), world.workflow.started) == (job, {})


def test_the_watchdog_sends_it_at_its_hour_and_not_before_and_it_starts_then() -> None:
    world, job = waiting()
    world.clock.now = BEST - 60
    assert (world.sweep(), world.queue.sent) == ([], [job.id])

    assert (world.sweep(after_s=60), world.queue.sent) == ([], [job.id, job.id])
    world.dispatch(job.id)
    assert (world.job(job.id).status, world.workflow.runs(job.id)) == (Status.RUNNING, True)


def test_a_job_whose_message_is_lost_at_its_hour_is_sent_again_like_any_other() -> None:
    world, job = waiting()
    world.clock.now = BEST
    sent = [len(world.queue.sent) for _ in range(3) if world.sweep(after_s=RESEND_AFTER_S / 2 + 1) == []]

    assert sent == [2, 2, 3]
    assert world.job(job.id).starts_at == BEST


def test_a_job_is_put_off_once_also_if_another_hour_is_better_then() -> None:
    world, job = waiting()
    world.clock.now = BEST + 9 * HOUR
    world.dispatch(job.id)

    assert (world.job(job.id).status, world.job(job.id).starts_at) == (Status.RUNNING, BEST)


@pytest.mark.parametrize("at", ["after save", "before start", "after start"])
def test_a_dispatcher_that_died_after_the_choice_leaves_a_job_that_is_not_put_off(at: str) -> None:
    world = World()
    job = submitted(world)
    with pytest.raises(WorkerDied):
        world.dispatch(job.id, Fate(at))
    world.clock.now = WORST
    world.dispatch(job.id)

    assert (world.job(job.id).status, world.workflow.runs(job.id)) == (Status.RUNNING, True)


def test_two_dispatchers_choose_one_hour() -> None:
    world = World()
    world.clock.now = WORST
    job = submitted(world)
    jobs = world.jobs
    other = Meanwhile(jobs, "save", lambda before, *_: jobs.save(before, before.scheduled(BEST + HOUR, WORST)))
    world.jobs = other
    world.dispatch(job.id)

    assert (jobs.get(job.id), world.workflow.started) == (job.scheduled(BEST + HOUR, WORST), {})


def test_a_waiting_job_is_cancelled_at_once_and_deleted_then() -> None:
    world, job = waiting()
    with pytest.raises(JobNotEnded):
        world.delete(job.id)
    assert world.cancel(job.id).status is Status.CANCELLED

    world.dispatch(job.id)
    assert (world.job(job.id).status, world.workflow.started) == (Status.CANCELLED, {})
    world.delete(job.id)
    assert world.jobs.get(job.id) is None
    world.clock.now = BEST
    assert (world.sweep(after_s=60), world.queue.sent) == ([], [job.id])


def test_to_wait_for_the_hour_takes_nothing_from_the_deadline() -> None:
    world, job = waiting(World(FakeAnswer(an_answer(a_png(4096, 4096)))), deadline_s=60)
    assert job.deadline_at == job.created_at + WAIT_MAX_S
    world.clock.now = BEST
    world.dispatch(job.id)

    assert world.run(world.message(job)) is Outcome.OK
    assert BEST + 60 <= world.job(job.id).deadline_at < BEST + 61


def test_who_asks_for_a_waiting_job_is_told_to_come_as_seldom_as_anybody() -> None:
    _, job = waiting()

    assert ask_again_s(job, [], WORST + 1, lambda _: Sketch()) == MOST_S
    assert ask_again_s(job, [], BEST - 10, lambda _: Sketch()) == MOST_S


def test_the_first_answer_knows_of_no_hour() -> None:
    world = World()
    world.clock.now = WORST
    first = world.submitted("a-key", model=PRO, size="4K", lane="bulk", schedule="off_peak")
    world.dispatch(first.job.id)
    again = world.submitted("a-key", model=PRO, size="4K", lane="bulk", schedule="off_peak")

    assert again.replayed
    assert (again.job, world.job(first.job.id).starts_at) == (first.job, BEST)
