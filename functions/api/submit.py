"""POST /v1/jobs: a request becomes a job."""

import os

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.event_handler.router import APIGatewayHttpRouter

import wiring
from api import caller, incoming, wait
from api.answers import job_answer
from api.receivers import check
from cavendish.catalog.file import catalog
from cavendish.contract.fit import parse_submit
from cavendish.job import Status
from cavendish.pipeline.submit import submit
from cavendish.ulid import ulid

router = APIGatewayHttpRouter()  # type: ignore[no-untyped-call]  # powertools 3.37 does not annotate it


@router.post("/v1/jobs")
def submit_job() -> Response[str]:
    tenant = caller.tenant(router)
    body, header = incoming.json_body(router), router.current_event.headers.get("idempotency-key")
    request, key = parse_submit(body, header, catalog(), check)
    now = wiring.clock()
    job, replayed = submit(
        request,
        tenant=tenant,
        job_id=ulid(now, os.urandom(10)),
        jobs=wiring.jobs(),
        budgets=wiring.budgets(),
        queue=wiring.queue(),
        catalog=catalog(),
        now=now,
        key=key,
    )
    wiring.logger.info("job.accepted", job_id=job.id, tenant=tenant, replayed=replayed)
    headers = {"Idempotency-Replayed": "true"} if replayed else {}
    headers |= {"Location": f"{incoming.base_url(router)}/v1/jobs/{job.id}"}
    job, waited = wait.for_end(router, job)
    attempts = [] if job.status is Status.QUEUED else wiring.jobs().attempts(job.id)
    return job_answer(router, 200 if job.ended else 202, job, attempts, {**headers, **waited})
