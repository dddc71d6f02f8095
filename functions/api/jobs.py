"""The routes of one job: read, cancel."""

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.event_handler.router import APIGatewayHttpRouter

import wiring
from api import caller
from api.answers import job_answer
from api.problems import UnknownJob
from cavendish.job import Job
from cavendish.pipeline.cancel import cancel
from cavendish.ulid import is_ulid

router = APIGatewayHttpRouter()  # type: ignore[no-untyped-call]  # powertools 3.37 does not annotate it


@router.get("/v1/jobs/<job_id>")
def read_job(job_id: str) -> Response[str]:
    job = _own(job_id)
    return job_answer(router, 200, job, wiring.jobs().attempts(job.id))


@router.post("/v1/jobs/<job_id>/cancel")
def cancel_job(job_id: str) -> Response[str]:
    job = cancel(_own(job_id), jobs=wiring.jobs(), workflow=wiring.workflow(), now=wiring.clock())
    return job_answer(router, 202, job, wiring.jobs().attempts(job.id))


def _own(job_id: str) -> Job:
    tenant = caller.tenant(router)
    job = wiring.jobs().get(job_id) if is_ulid(job_id) else None
    if job is None or job.tenant != tenant:
        raise UnknownJob
    return job
