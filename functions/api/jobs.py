"""The routes of one job: read, cancel, delete."""

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.event_handler.router import APIGatewayHttpRouter

import wiring
from api import caller, conditions, wait
from api.answers import again, empty_answer, job_answer, job_body, json_answer
from cavendish.contract.charge import charge
from cavendish.contract.view import etag
from cavendish.job import Job
from cavendish.pipeline.cancel import cancel
from cavendish.pipeline.delete import delete
from cavendish.pipeline.find import find

router = APIGatewayHttpRouter()  # type: ignore[no-untyped-call]  # powertools 3.37 does not annotate it


@router.get("/v1/jobs/<job_id>")
def read_job(job_id: str) -> Response[str]:
    job, waited = wait.for_end(router, _own(job_id))
    attempts = wiring.jobs().attempts(job.id)
    headers = {"ETag": etag(job, attempts), **waited}
    if conditions.unchanged(router, headers["ETag"]):
        return empty_answer(304, {**again(job, attempts), **headers})
    return job_answer(router, 200, job, attempts, headers)


@router.post("/v1/jobs/<job_id>/cancel")
def cancel_job(job_id: str) -> Response[str]:
    before = _own(job_id)
    job = cancel(
        before, jobs=wiring.jobs(), workflow=wiring.workflow(), now=wiring.clock(), statistics=wiring.statistics()
    )
    attempts = wiring.jobs().attempts(job.id)
    body = {**job_body(router, job, attempts), "charge": charge(attempts)}
    return json_answer(200 if before.ended else 202, body, again(job, attempts))


@router.delete("/v1/jobs/<job_id>")
def delete_job(job_id: str) -> Response[str]:
    job = _own(job_id)
    delete(job, jobs=wiring.jobs(), tombstones=wiring.tombstones(), images=wiring.images(), now=wiring.clock())
    wiring.logger.info("job.deleted", job_id=job.id, tenant=job.tenant)
    return empty_answer(204)


def _own(job_id: str) -> Job:
    tenant = caller.tenant(router)
    return find(job_id, tenant=tenant, jobs=wiring.jobs(), tombstones=wiring.tombstones(), now=wiring.clock())
