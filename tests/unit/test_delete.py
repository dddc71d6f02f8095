"""A job is deleted, by its caller or by its age: whoever dies on the way, nothing of it is left or shown."""

import json

import pytest

from cavendish.errors import CallFailed, JobConflict, JobGone, JobNotEnded, JobUnknown
from cavendish.job import TERMINAL, Job, Status
from cavendish.pipeline.find import find
from cavendish.pipeline.watchdog import PURGES
from cavendish.tombstone import FINISH_WITHIN_S, GONE_S
from tests.builders import NOW, TENANT, a_job
from tests.fakes import FakeJobs
from tests.world import Fate, Meanwhile, WorkerDied, World


def done(world: World, **request: object) -> Job:
    """A job that ended with its picture."""
    job = world.running(prompt="a heron", metadata={"a": "secret"}, **request)
    world.run(world.message(job))
    world.settle(job.id)
    return world.job(job.id)


def found(world: World, job_id: str, tenant: str = TENANT) -> Job:
    return find(job_id, tenant=tenant, jobs=world.jobs, tombstones=world.jobs, now=world.clock())


def left(world: World, job_id: str) -> tuple[object, ...]:
    """All that is kept of a job."""
    events = [event for event in world.jobs.events if event.job_id == job_id]
    pictures = [key for key in world.images.contents if key.startswith(job_id)]
    return world.jobs.get(job_id), world.jobs.attempts(job_id), events, pictures


NOTHING: tuple[object, ...] = (None, [], [], [])


def path() -> list[str]:
    """All the steps of a deletion that comes to its end."""
    world, fate = World(), Fate()
    world.delete(done(world).id, fate)
    return fate.path


STEPS = path()


def test_a_deleted_job_leaves_a_tombstone_and_nothing_else() -> None:
    world = World()
    job, other = done(world), done(world)
    world.delete(job.id)
    tombstone = world.jobs.tombstone(job.id)

    assert left(world, job.id) == NOTHING
    assert tombstone
    assert json.loads(tombstone.model_dump_json()).keys() == {"id", "tenant", "deleted_at", "due_at"}
    assert (tombstone.tenant, tombstone.due_at, tombstone.expires_at) == (TENANT, None, tombstone.deleted_at + GONE_S)
    assert None not in left(world, other.id)
    assert len(world.images.contents) == 1


def test_the_tombstone_comes_first_and_is_done_last() -> None:
    after = [step.removeprefix("after ") for step in STEPS if step.startswith("after ")]

    assert after == ["bury", "attempts", "clear", "clear", "keep"]


@pytest.mark.parametrize("at", range(STEPS.index("after bury"), len(STEPS)))
def test_wherever_a_deletion_breaks_off_the_job_is_gone_and_the_watchdog_finishes(at: int) -> None:
    world = World()
    job = done(world)
    with pytest.raises(WorkerDied):
        world.delete(job.id, Fate(at))

    with pytest.raises(JobGone):
        found(world, job.id)
    assert world.sweep(after_s=FINISH_WITHIN_S - 1) == []
    assert world.sweep(after_s=2) == []
    assert left(world, job.id) == NOTHING
    assert list(world.jobs.outdated(world.clock() + 10**9, 10)) == []


def test_a_deletion_that_dies_before_its_tombstone_has_done_nothing() -> None:
    world = World()
    job = done(world)
    before = left(world, job.id)
    with pytest.raises(WorkerDied):
        world.delete(job.id, Fate("before bury"))

    assert left(world, job.id) == before


@pytest.mark.parametrize("status", sorted(set(Status) - TERMINAL))
def test_only_a_job_that_has_ended_is_deleted(status: Status) -> None:
    world = World()
    job = world.submit()
    world.jobs.save(job, job.model_copy(update={"status": status}))

    with pytest.raises(JobNotEnded):
        world.delete(job.id)
    assert (world.job(job.id).status, world.jobs.tombstone(job.id)) == (status, None)


def test_of_two_who_delete_a_job_at_the_same_time_one_is_told() -> None:
    world = World()
    job, jobs = done(world), world.jobs
    world.jobs = Meanwhile(jobs, "bury", lambda *_: world.delete(job.id))

    with pytest.raises(JobConflict):
        world.delete(job.id)
    assert left(world, job.id) == NOTHING


def test_a_picture_that_is_stored_after_the_deletion_is_deleted_by_the_watchdog() -> None:
    world = World()
    job = world.running(deadline_s=60)
    message, models = world.message(job), world.models

    def meanwhile(*_: object) -> None:
        """While the model paints, the job ends without it and is deleted."""
        ended = world.job(job.id).end(Status.EXPIRED, world.clock())
        world.jobs.save(world.job(job.id), ended, ended.event("job.expired"))
        world.delete(job.id)

    world.models = Meanwhile(models, "send", meanwhile)
    world.run(message)
    assert world.images.contents

    assert world.sweep(after_s=200) == []
    assert (world.images.contents, left(world, job.id)) == ({}, NOTHING)
    assert list(world.jobs.outdated(world.clock() + 10**9, 10)) == []


def test_a_call_that_fails_after_the_deletion_writes_nothing() -> None:
    world = World(CallFailed("connection_lost", sent=False, detail="no"))
    job = world.running(deadline_s=60)
    ended = job.end(Status.EXPIRED, world.clock())
    message = world.message(job)
    world.models = Meanwhile(world.models, "send", lambda *_: (world.jobs.save(job, ended), world.delete(job.id)))
    world.run(message)

    assert left(world, job.id) == NOTHING


def test_when_its_retention_is_over_a_job_is_gone_at_once_and_deleted_soon() -> None:
    world = World()
    job = done(world, retention_s=60)
    world.clock.advance(58)
    assert found(world, job.id) == job
    assert world.sweep() == []
    assert world.job(job.id) == job

    world.clock.advance(2)
    with pytest.raises(JobGone):
        found(world, job.id)
    assert world.sweep() == []
    assert left(world, job.id) == NOTHING
    with pytest.raises(JobGone):
        found(world, job.id)


def test_a_job_that_has_ended_is_due_once() -> None:
    world = World()
    done(world, retention_s=600)
    seen = [
        world.watchdog().sweep(world.clock.advance(after_s), failed=lambda *_: None)
        for after_s in (500, 101, 60, 10**6)
    ]

    assert seen == [0, 1, 0, 0]


def test_so_many_jobs_are_deleted_in_one_sweep_at_most() -> None:
    jobs = FakeJobs()
    ended = [a_job(id=f"{number:026}", status=Status.FAILED) for number in range(PURGES + 1)]
    for job in ended:
        jobs.add(job, job.event("job.failed"))

    assert len(list(jobs.outdated(NOW + 10**8, PURGES))) == PURGES


def test_a_job_that_cannot_be_deleted_stays_due() -> None:
    world = World()
    job, images = done(world, retention_s=60), world.images

    def down(*_: object) -> None:
        raise ConnectionError

    world.images = Meanwhile(images, "clear", down)
    assert len(world.sweep(after_s=61)) == 1
    assert world.sweep(after_s=61) == []
    assert left(world, job.id) == NOTHING


@pytest.mark.parametrize("deleted", [False, True])
def test_to_other_tenants_a_job_was_never_there(deleted: bool) -> None:
    world = World()
    job = done(world)
    if deleted:
        world.delete(job.id)

    with pytest.raises(JobUnknown):
        found(world, job.id, tenant="other")


@pytest.mark.parametrize("job_id", ["", "1", a_job().id, a_job().id.lower()])
def test_what_was_never_there_is_unknown(job_id: str) -> None:
    with pytest.raises(JobUnknown):
        found(World(), job_id)
