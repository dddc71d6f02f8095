"""A request becomes a queued job: acknowledged once its row stands, whatever happens to its message."""

import pytest

from cavendish.errors import JobConflict
from cavendish.job import Status
from cavendish.pipeline.submit import submit
from tests.builders import NOW, PRO, TENANT, a_job, a_request
from tests.fakes import FakeJobs, FakeQueue
from tests.world import World


def test_a_job_is_written_with_its_event_and_sent() -> None:
    world = World()
    job = world.submit(size="4K", deadline_s=600)

    assert world.jobs.get(job.id) == job
    assert (job.status, job.sequence, job.deadline_at) == (Status.QUEUED, 1, job.created_at + 600)
    assert [(one.type, one.job_id, one.sequence) for one in world.jobs.events] == [("job.queued", job.id, 1)]
    assert world.queue.sent == [job.id]


@pytest.mark.parametrize(
    ("fields", "model"),
    [({}, "gemini-nano-banana-2.1"), ({"model": "nano-banana-pro"}, PRO), ({"policy": "s0-speed"}, PRO)],
)
def test_a_job_says_which_model_is_tried_first(fields: dict[str, str], model: str) -> None:
    job = World().submit(**fields)

    assert (job.model, job.route) == (model, "gemini")


def test_a_job_whose_message_cannot_be_sent_is_acknowledged_all_the_same_and_sent_by_the_watchdog() -> None:
    world = World()
    world.queue.down = True
    job = world.submit()
    assert (world.job(job.id).status, world.queue.sent) == (Status.QUEUED, [])

    world.queue.down = False
    world.sweep(after_s=121)
    assert world.queue.sent == [job.id]


def test_a_job_that_exists_is_not_written_again_nor_sent() -> None:
    jobs, queue = FakeJobs(), FakeQueue()
    jobs.add(a_job(), a_job().event("job.queued"))

    with pytest.raises(JobConflict, match="exists"):
        submit(
            a_request(),
            tenant=TENANT,
            job_id=a_job().id,
            jobs=jobs,
            budgets=jobs.accounts,
            queue=queue,
            catalog=World.catalog,
            now=NOW,
        )
    assert queue.sent == []
