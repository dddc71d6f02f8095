"""A bulk job's deadline counts from its first attempt, once for all its images, whoever dies or comes twice."""

import pytest

from cavendish.contract.explain import next_in_words
from cavendish.job import GRACE_S, Status
from cavendish.ladder.plan import Position
from cavendish.outcome import Outcome
from cavendish.request import WAIT_MAX_S
from tests.builders import a_job, a_request, a_result, an_answer
from tests.fakes import FakeAnswer
from tests.world import Meanwhile, World

#: Long beyond any deadline.
WAITED_S = 2 * 86_400
OVERLOADED = FakeAnswer(b"{}", status=503)


def attempted(world: World) -> list[int]:
    """The changes of the job that told of its first attempt, by their sequence."""
    return [event.sequence for event in world.jobs.events if event.type == "job.attempted"]


def test_a_bulk_job_may_wait_for_three_days() -> None:
    job = World().submit(lane="bulk", deadline_s=60)

    assert job.deadline_at == job.created_at + WAIT_MAX_S


def test_after_a_long_wait_the_first_attempt_has_all_of_the_deadline() -> None:
    world = World()
    job = world.running(lane="bulk", deadline_s=60)
    world.clock.advance(WAITED_S)
    message = world.message(job)

    assert world.run(message) is Outcome.OK
    began_at, after = world.attempt(message.key).started_at, world.job(job.id)
    assert (after.attempted_at, after.deadline_at) == (began_at, began_at + 60)
    assert world.models.calls[0].limit_s == 60


def test_a_later_attempt_moves_nothing() -> None:
    world = World(OVERLOADED)
    job = world.running(lane="bulk", deadline_s=600)
    world.run(world.message(job))
    first = world.job(job.id)
    world.clock.advance(100)
    world.run(world.message(job, Position(try_=1)))

    assert world.job(job.id) == first
    assert attempted(world) == [3]


def test_an_interactive_job_has_its_deadline_from_its_submit() -> None:
    world = World()
    job = world.running(deadline_s=60)
    world.run(world.message(job))

    assert (world.job(job.id).deadline_at, attempted(world)) == (job.created_at + 60, [])
    assert [said.deadline_at for _, said in world.workflow.heard if not isinstance(said, str)] == [None]


def test_images_that_begin_together_have_one_deadline() -> None:
    world = World()
    job = world.running(lane="bulk", deadline_s=60, n=2)
    first, second = world.message(job), world.message(job, image=1)
    jobs = world.jobs

    def meanwhile(*_: object) -> None:
        world.jobs = jobs
        assert world.run(second) is Outcome.OK

    world.jobs = Meanwhile(jobs, "save", meanwhile)
    assert world.run(first) is Outcome.OK
    assert world.job(job.id).deadline_at == world.attempt(second.key).started_at + 60
    assert (attempted(world), len(world.models.calls)) == ([3], 2)


@pytest.mark.parametrize("at", ["before save", "after save", "before begin"])
def test_a_worker_that_dies_before_its_attempt_stands_is_replaced_within_the_same_deadline(at: str) -> None:
    world = World()
    job = world.running(lane="bulk", deadline_s=1000)
    message = world.message(job)
    world.dies(message, at)
    died = world.job(job.id)
    world.clock.advance(780)

    assert world.run(message) is Outcome.OK
    after = world.job(job.id)
    assert died.attempted_at in (None, after.attempted_at)
    assert (attempted(world), len(world.models.calls)) == ([3], 1)


def test_the_workflow_hears_of_the_deadline_with_the_first_report() -> None:
    world = World(OVERLOADED)
    job = world.running(lane="bulk", deadline_s=60)
    world.run(world.message(job))

    ((_, said),) = world.workflow.heard
    assert not isinstance(said, str)
    assert said.deadline_at == world.job(job.id).deadline_at


def test_it_hears_of_it_also_from_the_watchdog() -> None:
    world = World()
    job = world.running(lane="bulk")
    message = world.message(job)
    world.dies(message, "sent")
    world.jobs.end(message.key, a_result(Outcome.OVERLOADED), world.clock())
    world.sweep(after_s=100)

    ((_, said),) = world.workflow.heard
    assert not isinstance(said, str)
    assert said.deadline_at == world.job(job.id).deadline_at


def test_what_is_not_called_begins_nothing() -> None:
    world = World()
    world.models = type(world.models)(FakeAnswer(an_answer()), keys={})
    job = world.running(lane="bulk", deadline_s=60)

    assert world.run(world.message(job)) is Outcome.BAD_KEY
    assert world.job(job.id).attempted_at is None


def test_an_attempt_that_begins_before_its_job_is_marked_does_not_keep_it_from_being_marked() -> None:
    world = World()
    job = world.submit(lane="bulk", deadline_s=60)
    jobs = world.jobs

    def meanwhile(*_: object) -> None:
        world.jobs = jobs
        assert world.run(world.message(job)) is Outcome.OK

    world.jobs = Meanwhile(jobs, "save", meanwhile)
    world.dispatch(job.id)
    running = world.job(job.id)
    assert (running.status, running.plan) == (Status.RUNNING, world.workflow.started[job.id].plan)
    assert running.deadline_at == (running.attempted_at or 0) + 60


@pytest.mark.parametrize(
    ("begins", "after_s", "detail"),
    [
        (False, WAIT_MAX_S + GRACE_S, "no attempt could begin within 259200 s, as long as a bulk job may wait"),
        (True, 60 + GRACE_S, "the deadline of 60 s left no time for another attempt"),
    ],
)
def test_the_watchdog_ends_it_at_the_deadline_that_it_has_and_says_which(
    begins: bool, after_s: float, detail: str
) -> None:
    world = World(OVERLOADED)
    job = world.running(lane="bulk", deadline_s=60)
    world.clock.advance(100)
    if begins:
        world.run(world.message(job))
    world.sweep(after_s=after_s - 102)
    assert not world.job(job.id).ended

    world.sweep(after_s=104)
    ended = world.job(job.id)
    assert (ended.status, ended.error and ended.error.detail) == (Status.EXPIRED, detail)


def test_what_follows_an_attempt_is_told_by_the_deadline_that_the_job_has() -> None:
    world = World(OVERLOADED)
    job = world.running(lane="bulk", deadline_s=10, policy="s0-tenacity", size="4K")
    message = world.message(job)
    world.run(message)
    (attempt,) = world.jobs.attempts(job.id)
    late = attempt.model_copy(update={"ended_at": world.job(job.id).deadline_at + 1})

    assert next_in_words(world.job(job.id), late, [late]) == (
        "end: the model was overloaded or failed, and nothing is left to try"
    )


def test_the_first_answer_shows_the_wait_and_not_the_deadline() -> None:
    job = a_job(a_request(lane="bulk"))

    assert job.attempted(job.created_at + 9).as_submitted() == job


def test_the_row_is_kept_by_the_deadline_that_the_job_has() -> None:
    job = a_job(a_request(lane="bulk", deadline_s=60))
    after = job.attempted(job.created_at + WAITED_S)

    assert after.expires_at - job.expires_at == WAITED_S + 60 - WAIT_MAX_S
    assert after.model_copy(update={"looked_at": 1e11}).due_at == after.deadline_at + GRACE_S
