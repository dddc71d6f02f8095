"""What a job may be made by at half the price: its first call, asked of the provider's batch API."""

from cavendish.catalog.catalog import Catalog
from cavendish.health.doors import ALL_OPEN, Doors
from cavendish.job import Job
from cavendish.ladder.build import build
from cavendish.ladder.plan import Call


def first_call(job: Job, catalog: Catalog, doors: Doors = ALL_OPEN) -> Call | None:
    """The first call of a job's plan as a batch API is asked for it.

    None: the call's route has no batch API, or the job cannot wait for one (of the lanes only bulk can).
    """
    if job.request.lane != "bulk":
        return None
    call = build(job.request, catalog, deadline_at=job.deadline_at, doors=doors).first
    return call.model_copy(update={"economy": True}) if catalog.routes[call.route].economy else None
