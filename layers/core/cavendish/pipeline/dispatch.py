"""A queued job gets its plan and its workflow."""

from contextlib import suppress

from cavendish.catalog import Catalog
from cavendish.doors import Doors
from cavendish.errors import JobConflict
from cavendish.job import Status
from cavendish.ladder import build
from cavendish.outlook import Routing
from cavendish.ports import Jobs, Workflow


def dispatch(
    job_id: str,
    *,
    jobs: Jobs,
    workflow: Workflow,
    catalog: Catalog,
    doors: Doors,
    routing: Routing,
    now: float,
) -> None:
    """Plan and start. Safe to repeat: the execution's name is the job's id, and it runs with the plan that came first.

    Started first, marked second: a crash between leaves a queued job, which is sent again, never a running one without
    an execution.
    """
    job = jobs.get(job_id)
    if job is None or job.status is not Status.QUEUED:
        return
    plan = build(job.request, catalog, deadline_at=job.deadline_at, doors=doors)
    plan = routing.route(plan, now, named=job.request.model is not None)
    started = job.started(workflow.start(job.model_copy(update={"plan": plan})), now)
    with suppress(JobConflict):  # told of an attempt, ended or cancelled meanwhile: what they wrote is newer
        jobs.save(job, started, started.event("job.started"))
