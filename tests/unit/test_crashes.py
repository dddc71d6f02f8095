"""A worker dies at every point of the protocol; the message comes again, the watchdog comes by, in every order."""

import base64
import io
import zlib
from collections.abc import Callable

import pytest

from cavendish.attempt import AttemptMessage, State
from cavendish.job import Job, Status
from cavendish.ladder.plan import Position
from cavendish.outcome import Outcome
from tests.builders import a_result
from tests.world import Fate, WorkerDied, World

Help = Callable[[World, AttemptMessage], object]
LEASE_OVER_S = 1000


def path() -> list[str]:
    """All the steps of a worker that lives."""
    world, fate = World(), Fate()
    world.run(world.message(world.running()), fate)
    return fate.path


STEPS = path()
#: From this step on a row stands in the way of a second call, and from this on the picture is safe.
WRITTEN, SAFE = STEPS.index("after begin"), STEPS.index("after put")


def again(world: World, message: AttemptMessage) -> None:
    world.run(message)


def swept(world: World, message: AttemptMessage) -> None:
    assert world.sweep(LEASE_OVER_S) == []


def asked_anew(world: World, message: AttemptMessage) -> None:
    """The workflow repeats its task, because SQS did not answer it: the same place with another token."""
    world.run(world.message(world.job(message.job_id), image=message.image))


HELP = {
    "message, watchdog": (again, swept),
    "watchdog, message": (swept, again, swept),
    "message twice, watchdog": (again, again, swept),
    "another token, watchdog": (asked_anew, swept),
    "watchdog, another token": (swept, asked_anew, swept),
}


def crashed(step: str, *help_comes: Help) -> tuple[World, Job, AttemptMessage]:
    world = World()
    job = world.running()
    message = world.message(job)
    world.dies(message, step)
    for comes in help_comes:
        comes(world, message)
    return world, job, message


def test_the_protocol_has_the_steps_that_these_tests_are_about() -> None:
    order = ["before begin", "after begin", "before send", "sent", "received", "before put", "after put", "before end"]

    assert [step for step in STEPS if step in order] == order
    told = ["after end", "before succeed", "after succeed", "before reported", "after reported"]
    assert [step for step in STEPS if step in told] == told


@pytest.mark.parametrize("orders", HELP)
@pytest.mark.parametrize("step", STEPS)
def test_wherever_a_worker_dies_the_model_is_called_once_at_most_and_the_workflow_hears_the_end(
    step: str, orders: str
) -> None:
    world, _, message = crashed(step, *HELP[orders])
    lost = WRITTEN <= STEPS.index(step) < SAFE

    assert len(world.models.calls) <= 1
    assert {said.replace("Attempt.Lost", "lost_worker") for said in world.heard()} == {"lost_worker" if lost else "ok"}
    assert world.attempt(message.key).state is State.REPORTED
    assert list(world.jobs.due(world.clock() + 30)) == []


@pytest.mark.parametrize("step", STEPS[:WRITTEN])
def test_a_worker_that_dies_before_the_row_is_written_is_simply_repeated(step: str) -> None:
    world, _, message = crashed(step, again)

    assert (world.heard(), len(world.models.calls), world.attempt(message.key).made) == (["ok"], 1, True)


@pytest.mark.parametrize("step", ["after begin", "before send", "sent", "received", "before put"])
def test_a_worker_that_dies_in_mid_call_is_never_repeated_but_lost_and_perhaps_billed(step: str) -> None:
    world, _, message = crashed(step, again, swept)
    result = world.attempt(message.key).result

    assert world.heard() == ["Attempt.Lost"]
    assert result is not None
    assert (result.report.outcome, result.report.billed, result.cost_usd) == (Outcome.LOST_WORKER, "unknown", 0.0336)


@pytest.mark.parametrize("step", ["after put", "before end"])
def test_a_picture_that_was_stored_is_found_by_the_watchdog(step: str) -> None:
    world, _, message = crashed(step, swept)
    row = world.attempt(message.key)

    assert (world.heard(), row.made, row.state) == (["ok"], True, State.REPORTED)
    assert row.result is not None
    assert row.result.cost_usd > 0


@pytest.mark.parametrize("step", ["after end", "before succeed"])
@pytest.mark.parametrize("comes", [again, swept])
def test_an_end_that_was_not_told_is_told_by_whoever_comes_first(step: str, comes: Help) -> None:
    world, _, message = crashed(step, comes)

    assert world.heard() == ["ok"]
    assert world.workflow.heard[0][0] == message.token


@pytest.mark.parametrize("step", ["after succeed", "before reported"])
def test_an_end_that_was_told_but_not_noted_is_told_again_to_nobodys_harm(step: str) -> None:
    world, _, message = crashed(step, swept, again)

    assert (world.heard(), world.attempt(message.key).state) == (["ok"], State.REPORTED)


def test_the_watchdog_leaves_a_worker_its_time() -> None:
    world = World()
    message = world.message(world.running())
    world.dies(message, "sent")
    world.sweep(after_s=60)

    assert (world.heard(), world.attempt(message.key).state) == ([], State.CALLING)


@pytest.mark.parametrize("step", ["sent", "before put"])
def test_after_a_lost_worker_the_next_attempt_may_call(step: str) -> None:
    world, job, _ = crashed(step, swept)
    world.run(world.message(job, Position(try_=1)))

    assert world.heard() == ["Attempt.Lost", "ok"]


def test_a_picture_stored_after_its_attempt_was_given_up_is_adopted_before_another_call() -> None:
    world, job, message = crashed("sent", swept)
    late = a_result(key=message.key)
    world.images.put(
        io.BytesIO(b"bytes"), late, crc32=base64.b64encode(zlib.crc32(b"bytes").to_bytes(4, "big")).decode()
    )
    world.run(world.message(job, Position(try_=1)))

    assert (world.heard()[-1], len(world.models.calls)) == ("ok", 1)


def dispatched() -> list[str]:
    world, fate = World(), Fate()
    world.dispatch(world.submit().id, fate)
    return fate.path


@pytest.mark.parametrize("step", dispatched())
@pytest.mark.parametrize("comes", ["message", "watchdog"])
def test_wherever_dispatch_dies_the_job_still_runs_once(step: str, comes: str) -> None:
    world = World()
    job = world.submit()
    with pytest.raises(WorkerDied):
        world.dispatch(job.id, Fate(step))
    if comes == "watchdog":
        world.sweep(after_s=130)
    world.dispatch(world.queue.sent[-1])

    assert (world.job(job.id).status, list(world.workflow.started)) == (Status.RUNNING, [job.id])
    assert [event.type for event in world.jobs.events] == ["job.queued", "job.started"]
