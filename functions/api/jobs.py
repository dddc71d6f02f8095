"""The routes of jobs: submit, read, cancel."""

import base64
import os

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.event_handler.router import APIGatewayHttpRouter

import wiring
from api import caller
from api.answers import json_answer
from api.problems import UnknownJob
from cavendish.attempt import Attempt
from cavendish.catalog import catalog
from cavendish.fit import parse
from cavendish.job import Job
from cavendish.pipeline.cancel import cancel
from cavendish.pipeline.submit import submit
from cavendish.ulid import is_ulid, ulid
from cavendish.view import ASK_AGAIN_S, LINK_EXPIRES_S, view

router = APIGatewayHttpRouter()  # type: ignore[no-untyped-call]  # powertools 3.37 does not annotate it


@router.post("/v1/jobs")
def submit_job() -> Response[str]:
    tenant = caller.tenant(router)
    now = wiring.clock()
    request = parse(_body(), catalog())
    job = submit(
        request,
        tenant=tenant,
        job_id=ulid(now, os.urandom(10)),
        jobs=wiring.jobs(),
        queue=wiring.queue(),
        catalog=catalog(),
        now=now,
    )
    wiring.logger.info("job.accepted", job_id=job.id, tenant=tenant)
    return _show(202, job, [], {"Location": f"{_base_url()}/v1/jobs/{job.id}"})


@router.get("/v1/jobs/<job_id>")
def read_job(job_id: str) -> Response[str]:
    job = _own(job_id)
    return _show(200, job, wiring.jobs().attempts(job.id))


@router.post("/v1/jobs/<job_id>/cancel")
def cancel_job(job_id: str) -> Response[str]:
    job = cancel(_own(job_id), jobs=wiring.jobs(), workflow=wiring.workflow(), now=wiring.clock())
    return _show(202, job, wiring.jobs().attempts(job.id))


def _own(job_id: str) -> Job:
    tenant = caller.tenant(router)
    job = wiring.jobs().get(job_id) if is_ulid(job_id) else None
    if job is None or job.tenant != tenant:
        raise UnknownJob
    return job


def _show(status: int, job: Job, attempts: list[Attempt], headers: dict[str, str] | None = None) -> Response[str]:
    body = view(job, attempts, base_url=_base_url(), link=_link, now=wiring.clock())
    again = {} if job.ended else {"Retry-After": str(ASK_AGAIN_S)}
    return json_answer(status, body, {**again, **(headers or {})})


def _body() -> bytes:
    """The body as it was sent: API Gateway wraps what is not text in base64."""
    event = router.current_event
    body = event.body or ""
    return base64.b64decode(body) if event.is_base64_encoded else body.encode()


def _base_url() -> str:
    """The address the caller used, to which /v1/jobs is appended."""
    context = router.current_event.request_context
    origin = wiring.setting("API_ORIGIN")
    return f"{origin}/{context.api_id}" if origin else f"https://{context.domain_name}"


def _link(object_key: str, mime: str) -> str:
    return wiring.images().link(object_key, mime=mime, expires_s=LINK_EXPIRES_S)
