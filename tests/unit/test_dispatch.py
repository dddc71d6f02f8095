"""A queued job gets its plan and its workflow; every message of it may come twice, or late."""

import math

import pytest

from cavendish.health.doors import Closure, Doors
from cavendish.job import TERMINAL, Status
from cavendish.ladder.build import build
from tests.builders import PRO
from tests.world import Meanwhile, World


def test_a_queued_job_is_planned_started_and_marked() -> None:
    world = World()
    job = world.submit(size="4K")
    world.dispatch(job.id)
    running = world.job(job.id)

    assert running.plan == build(job.request, world.catalog, deadline_at=job.deadline_at)
    assert (running.status, world.workflow.started[job.id].plan) == (Status.RUNNING, running.plan)
    assert [(one.type, one.sequence) for one in world.jobs.events] == [("job.queued", 1), ("job.started", 2)]


def test_a_dispatcher_that_died_between_start_and_mark_leaves_the_plan_that_runs() -> None:
    world = World()
    job = world.submit(size="4K")
    first = build(job.request, world.catalog, deadline_at=job.deadline_at)
    world.workflow.start(job.model_copy(update={"plan": first}))
    world.doors = Doors(closures=(Closure(route="gemini", model=PRO, until=math.inf, reason="closed"),))
    world.dispatch(job.id)

    assert world.job(job.id).plan == first


def test_a_message_that_comes_twice_starts_one_execution() -> None:
    world = World()
    job = world.running()
    world.dispatch(job.id)

    assert (list(world.workflow.started), world.job(job.id)) == ([job.id], job)


@pytest.mark.parametrize("status", sorted(set(Status) - {Status.QUEUED}))
def test_only_a_queued_job_is_started(status: Status) -> None:
    world = World()
    job = world.submit()
    world.jobs.save(job, job.model_copy(update={"status": status}))
    world.dispatch(job.id)

    assert (world.workflow.started, world.job(job.id).status) == ({}, status)


def test_a_message_of_a_job_that_is_unknown_does_nothing() -> None:
    world = World()
    world.dispatch("01ARYZ6S41TSV4RRFFQ69G5FAV")

    assert world.workflow.started == {}


@pytest.mark.parametrize("status", sorted(TERMINAL | {Status.CANCELLING}))
def test_what_was_written_while_the_workflow_was_started_is_newer(status: Status) -> None:
    world = World()
    job = world.submit()
    changed = job.model_copy(update={"status": status, "sequence": 2})
    world.workflow = Meanwhile(world.workflow, "start", lambda _: world.jobs.save(job, changed))
    world.dispatch(job.id)

    assert (world.job(job.id).status, world.workflow.runs(job.id)) == (status, True)
