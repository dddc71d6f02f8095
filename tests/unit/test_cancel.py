"""A caller does not want the job any more: nothing starts after that, and what runs is let run out."""

import pytest

from cavendish.errors import CallFailed
from cavendish.job import TERMINAL, Job, Status
from cavendish.ladder.plan import Position
from cavendish.outcome import Billed, Outcome
from tests.builders import a_report, a_result
from tests.world import Meanwhile, World


def calling(world: World) -> Job:
    """A job whose worker is in mid-call."""
    job = world.running()
    world.dies(world.message(job), "sent")
    return world.job(job.id)


@pytest.mark.parametrize("dispatched", [False, True])
def test_a_job_without_a_call_is_cancelled_at_once_and_its_execution_stopped(dispatched: bool) -> None:
    world = World()
    job = world.running() if dispatched else world.submit()

    assert world.cancel(job.id) == world.job(job.id)
    assert (world.job(job.id).status, world.workflow.running) == (Status.CANCELLED, set())
    assert world.jobs.events[-1].type == "job.cancelled"


def test_while_a_call_runs_the_job_is_cancelling_and_its_execution_goes_on() -> None:
    world = World()
    job = calling(world)

    assert world.cancel(job.id).status is Status.CANCELLING
    assert world.workflow.runs(job.id)


def test_the_call_that_was_running_ends_and_is_paid_and_the_job_is_cancelled_then() -> None:
    world = World()
    job = calling(world)
    world.cancel(job.id)
    (row,) = world.jobs.attempts(job.id)
    world.jobs.end(row.key, a_result(key=row.key), world.clock())
    world.settle(job.id)

    assert world.job(job.id).status is Status.CANCELLED
    assert world.attempt(row.key).made


def test_nothing_starts_after_the_flag() -> None:
    world = World()
    job = calling(world)
    calls = len(world.models.calls)
    world.cancel(job.id)
    world.run(world.message(job, Position(route=1)))

    assert (len(world.models.calls), world.heard()) == (calls, ["cancelled"])


def test_a_second_cancel_ends_a_job_that_nobody_calls_for_any_more() -> None:
    world = World()
    job = world.submit()
    world.jobs.save(job, job.cancelling(world.clock()))

    assert world.cancel(job.id).status is Status.CANCELLED


@pytest.mark.parametrize("status", sorted(TERMINAL))
def test_a_job_that_has_ended_stays_as_it_is(status: Status) -> None:
    world = World()
    job = world.submit()
    world.jobs.save(job, job.model_copy(update={"status": status}))
    before = world.job(job.id)

    assert world.cancel(job.id) == before == world.job(job.id)
    assert len(world.jobs.events) == 1


def test_a_job_that_is_settled_meanwhile_is_shown_as_it_was_settled() -> None:
    world = World()
    job = world.running()
    world.jobs = Meanwhile(world.jobs, "attempts", lambda _: world.settle(job.id))

    assert world.cancel(job.id) == world.job(job.id)
    assert world.job(job.id).sequence == job.sequence + 2


def test_an_execution_that_is_started_after_the_cancel_calls_nothing_and_settles_nothing() -> None:
    world = World()
    job = world.submit()
    world.cancel(job.id)
    world.dispatch(job.id)

    assert world.workflow.started == {}


def test_a_job_whose_cancelling_nobody_finished_is_ended_by_the_watchdog() -> None:
    world = World()
    job = world.submit()
    world.jobs.save(job, job.cancelling(world.clock()), job.cancelling(world.clock()).event("job.cancelling"))
    world.sweep(after_s=301)

    assert world.job(job.id).status is Status.CANCELLED


def test_every_change_that_a_cancel_makes_is_told_without_a_gap() -> None:
    world = World()
    job = calling(world)
    world.cancel(job.id)
    world.settle(job.id)

    assert [event.sequence for event in world.jobs.events] == list(range(1, world.job(job.id).sequence + 1))


def test_the_workflow_of_a_job_that_is_cancelling_waits_for_nothing_more() -> None:
    world = World(CallFailed("connection_lost", sent=False, detail="no"))
    job = world.running()
    message = world.message(job)
    world.models = Meanwhile(world.models, "send", lambda *_: world.cancel(job.id))

    assert world.run(message) is Outcome.CONNECTION_LOST
    assert (world.job(job.id).status, world.heard()) == (Status.CANCELLING, ["cancelled"])
    assert world.attempt(message.key).report == a_report(Outcome.CONNECTION_LOST, billed=Billed.NO, detail="no")


def test_a_job_is_cancelled_when_its_call_has_ended_however_long_its_execution_would_wait() -> None:
    world = World()
    job = calling(world)
    world.cancel(job.id)
    (row,) = world.jobs.attempts(job.id)
    world.sweep(after_s=61)
    assert world.job(job.id).status is Status.CANCELLING

    world.jobs.end(row.key, a_result(Outcome.OVERLOADED, key=row.key), world.clock())
    world.sweep(after_s=61)
    assert (world.job(job.id).status, world.workflow.running) == (Status.CANCELLED, set())


def test_a_job_that_is_dispatched_meanwhile_is_cancelled_all_the_same() -> None:
    world = World()
    job = world.submit()
    world.jobs = Meanwhile(world.jobs, "save", lambda *_: world.dispatch(job.id))

    assert world.cancel(job.id).status is Status.CANCELLED
