"""All images of a bulk job at once, each in a worker of its own: they have one deadline, and none is held up."""

from concurrent.futures import ThreadPoolExecutor
from typing import Any

from adapters.jobs_table import JobsTable
from cavendish.outcome import Outcome
from tests.integration.test_budget_race import Meeting
from tests.world import World

IMAGES = 9


def test_images_that_begin_together_have_one_deadline(dynamodb: Any, table: str) -> None:
    world = World()
    job = world.running(lane="bulk", n=IMAGES, deadline_s=60)
    JobsTable(dynamodb, table).add(job, job.event("job.queued"))
    client = Meeting(dynamodb, IMAGES)
    jobs = JobsTable(client, table)
    world.jobs = jobs
    messages = [world.message(job, image=image) for image in range(IMAGES)]
    client.meets = True

    with ThreadPoolExecutor(IMAGES) as pool:
        said = list(pool.map(world.run, messages))

    after = jobs.get(job.id)
    assert after is not None
    assert after.attempted_at is not None
    assert (after.sequence, after.deadline_at) == (job.sequence + 1, after.attempted_at + 60)
    assert said == [Outcome.OK] * IMAGES
    assert len(jobs.attempts(job.id)) == len(world.models.calls) == IMAGES
