"""A queued job gets its plan and its workflow, when its hour has come."""

from cavendish.catalog.catalog import Catalog
from cavendish.health.doors import Doors
from cavendish.health.outlook import Routing
from cavendish.health.schedule import Schedule
from cavendish.job import Job, Status
from cavendish.ladder.build import build
from cavendish.ladder.plan import Plan
from cavendish.pipeline.looks import look_again
from cavendish.ports import Jobs, Workflow


def dispatch(
    job_id: str,
    *,
    jobs: Jobs,
    workflow: Workflow,
    catalog: Catalog,
    doors: Doors,
    routing: Routing,
    schedule: Schedule,
    now: float,
) -> None:
    """Plan and start. Safe to repeat: the execution's name is the job's id, and it runs with the plan that came first.

    Raises JobConflict if others keep changing the job: the queue brings the message again.
    """

    def act() -> None:
        job = jobs.get(job_id)
        if job is None or job.status is not Status.QUEUED:
            return
        plan = build(job.request, catalog, deadline_at=job.deadline_at, doors=doors)
        job = _scheduled(job, plan, jobs, schedule, now)
        if job.waiting(now):
            return
        _start(job, routing.route(plan, now, named=job.request.model is not None), jobs, workflow, now)

    look_again(act)


def _start(job: Job, plan: Plan, jobs: Jobs, workflow: Workflow, now: float) -> None:
    """Started first, marked second: a crash between leaves a queued job, which is sent again, never a running one
    without an execution."""
    started = job.started(workflow.start(job.model_copy(update={"plan": plan})), now)
    jobs.save(job, started, started.event("job.started"))


def _scheduled(job: Job, plan: Plan, jobs: Jobs, schedule: Schedule, now: float) -> Job:
    """The job with its hour. That is written before anything starts, so that no running job is put off.

    It goes by the plan's first call; when the hour has come, the watchdog sends the job again, and it is planned anew.
    """
    if job.request.schedule == "now" or job.starts_at is not None:
        return job
    scheduled = job.scheduled(schedule.start(plan.first, now), now)
    jobs.save(job, scheduled, scheduled.event("job.scheduled"))
    return scheduled
