"""What a queue gave up is ended, with the reason."""

from typing import Any

import pytest

from cavendish.attempt import AttemptKey, AttemptMessage, State
from cavendish.job import Status
from cavendish.pipeline.dead_letters import bury
from tests.builders import NOW, a_hold, an_attempt, an_ended_attempt
from tests.world import Meanwhile, World


def buried(world: World, fields: AttemptMessage | dict[str, Any]) -> str | None:
    fields = fields.model_dump(mode="json", by_alias=True) if isinstance(fields, AttemptMessage) else fields
    ports = {"jobs": world.jobs, "images": world.images, "workflow": world.workflow, "statistics": world.statistics}
    return bury(fields, **ports, catalog=world.catalog, now=world.clock())  # type: ignore[arg-type]


def test_a_job_that_could_not_be_started_fails_and_says_so() -> None:
    world = World()
    job = world.submit()

    assert buried(world, {"v": 1, "job_id": job.id}) == job.id
    ended = world.job(job.id)
    assert (ended.status, ended.error and ended.error.code) == (Status.FAILED, "undeliverable")
    assert [event.type for event in world.jobs.events] == ["job.queued", "job.failed"]


def test_a_picture_that_was_made_ahead_is_delivered_by_a_job_that_could_not_be_started() -> None:
    world = World()
    job = world.submit()
    made = an_ended_attempt(key=AttemptKey(job.id, 0, 0, 0, 0), hold=a_hold())
    world.jobs._keep(made)
    buried(world, {"v": 1, "job_id": job.id})

    assert (world.job(job.id).status, world.job(job.id).delivered) == (Status.SUCCEEDED, (made.path,))
    sums = world.statistics.read(job.tenant, "way", NOW, NOW, 10)
    assert [one.tally.calls for one in sums or ()] == [1]


def test_a_job_whose_first_attempt_is_still_under_way_is_not_given_up() -> None:
    world = World()
    job = world.submit()
    world.jobs._keep(an_attempt(key=AttemptKey(job.id, 0, 0, 0, 0)))
    buried(world, {"v": 1, "job_id": job.id})

    assert world.job(job.id).status is Status.QUEUED


@pytest.mark.parametrize("status", sorted(set(Status) - {Status.QUEUED}))
def test_a_job_that_got_further_is_left_alone(status: Status) -> None:
    world = World()
    job = world.submit()
    world.jobs.save(job, job.model_copy(update={"status": status}))
    buried(world, {"job_id": job.id})

    assert world.job(job.id).status is status


def test_a_job_that_was_started_and_only_not_marked_is_left_to_its_workflow() -> None:
    world = World()
    job = world.submit()
    world.dispatch(job.id)
    world.jobs.save(world.job(job.id), job.model_copy(update={"sequence": 9}))
    buried(world, {"job_id": job.id})

    assert world.job(job.id).status is Status.QUEUED


def test_a_job_that_somebody_changes_meanwhile_is_read_again() -> None:
    world = World()
    job = world.submit()
    world.jobs = Meanwhile(world.jobs, "save", lambda *_: world.dispatch(job.id))

    buried(world, {"job_id": job.id})
    assert world.job(job.id).status is Status.RUNNING


def test_an_attempt_that_was_never_begun_is_undeliverable() -> None:
    world = World()
    message = world.message(world.running())

    assert buried(world, message) == message.job_id
    assert (world.heard(), world.jobs.attempts(message.job_id)) == (["Attempt.Undeliverable"], [])


def test_an_attempt_that_is_being_made_is_left_to_its_worker_and_answers_the_new_token_too() -> None:
    world = World()
    job = world.running()
    message = world.message(job)
    world.dies(message, "sent")
    again = world.message(job)
    buried(world, again)

    assert (world.heard(), world.attempt(message.key).state) == ([], State.CALLING)
    assert world.attempt(message.key).tokens == (message.token, again.token)


@pytest.mark.parametrize(("step", "heard"), [("sent", "Attempt.Lost"), ("after put", "ok"), ("after end", "ok")])
def test_an_attempt_whose_worker_is_gone_is_ended_like_any_lost_one(step: str, heard: str) -> None:
    world = World()
    message = world.message(world.running())
    world.dies(message, step)
    world.clock.advance(1000)
    buried(world, message)

    assert (world.heard(), world.attempt(message.key).state) == ([heard], State.REPORTED)


def test_an_attempt_that_was_reported_is_buried_in_silence() -> None:
    world = World()
    message = world.message(world.running())
    world.run(message)
    buried(world, message)

    assert world.heard() == ["ok"]


@pytest.mark.parametrize("version", [2, 99, None, "1"])
def test_a_message_of_another_version_is_undeliverable(version: object) -> None:
    world = World()
    message = world.message(world.running())
    buried(world, {**message.model_dump(mode="json", by_alias=True), "v": version})

    assert world.heard() == ["Attempt.Undeliverable"]


@pytest.mark.parametrize("fields", [{}, {"job_id": None}, {"job_id": 5}, {"job_id": "nobody"}, {"hello": "world"}])
def test_a_message_that_is_none_of_ours_is_buried_without_harm(fields: dict[str, Any]) -> None:
    world = World()
    buried(world, fields)

    assert (world.jobs.events, world.heard()) == ([], [])


def test_a_token_that_is_closed_is_no_reason_to_bring_the_message_again() -> None:
    world = World()
    message = world.message(world.running())
    world.workflow.open.clear()
    buried(world, message)

    assert world.heard() == []
