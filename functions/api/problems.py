"""Errors to application/problem+json (RFC 9457), here only. A problem says what is wrong, where, and what to do."""

import json
from typing import Any

from aws_lambda_powertools.event_handler import APIGatewayHttpResolver, Response
from aws_lambda_powertools.event_handler.exceptions import NotFoundError

import wiring
from cavendish.errors import JobConflict, KeyMalformed, KeyReused, RequestInvalid, RequestTooLarge


class Unauthorized(Exception):
    """No key, or none that is valid."""


class UnknownJob(Exception):
    """No such job for this caller."""


def register(app: APIGatewayHttpResolver) -> None:
    """Translate what the routes raise."""
    app.exception_handler(RequestInvalid)(_invalid)
    app.exception_handler(RequestTooLarge)(_too_large)
    app.exception_handler(KeyMalformed)(_key_malformed)
    app.exception_handler(KeyReused)(_key_reused)
    app.exception_handler(Unauthorized)(_unauthorized)
    app.exception_handler(UnknownJob)(_unknown_job)
    app.exception_handler(JobConflict)(_conflict)
    app.exception_handler(Exception)(_internal)
    app.not_found()(_no_route)


def problem(status: int, code: str, title: str, detail: str, **more: Any) -> Response[str]:
    headers = {"Cache-Control": "no-store", **more.pop("headers", {})}
    body = {
        "type": f"urn:cavendish:problem:{code}",
        "title": title,
        "status": status,
        "detail": detail,
        "code": code,
        **more,
    }
    return Response(
        status_code=status,
        content_type="application/problem+json",
        body=json.dumps(body, ensure_ascii=False),
        headers=headers,
    )


def _invalid(error: RequestInvalid) -> Response[str]:
    errors = [{"pointer": fault.pointer, "detail": fault.detail} for fault in error.faults]
    if len(errors) == 1 and error.faults[0].pointer == "":
        return problem(400, "malformed_body", "The body cannot be read", error.faults[0].detail)
    detail = f"{len(errors)} fault{'s' if len(errors) > 1 else ''}, see errors; nothing was queued, nothing is billed"
    return problem(422, "invalid_request", "The request cannot become a job", detail, errors=errors)


def _too_large(error: RequestTooLarge) -> Response[str]:
    return problem(413, "too_large", "The request is too large", str(error))


def _key_malformed(error: KeyMalformed) -> Response[str]:
    return problem(400, "invalid_idempotency_key", "The Idempotency-Key cannot be read", str(error))


def _key_reused(error: KeyReused) -> Response[str]:
    return problem(422, "idempotency_key_reused", "The Idempotency-Key stands for another request", str(error))


def _unauthorized(error: Unauthorized) -> Response[str]:
    return problem(
        401,
        "unauthorized",
        "A valid key is needed",
        str(error),
        headers={"WWW-Authenticate": 'Bearer realm="cavendish"'},
    )


def _unknown_job(error: UnknownJob) -> Response[str]:
    return problem(404, "unknown_job", "There is no such job", "no job of yours has this id")


def _conflict(error: JobConflict) -> Response[str]:
    return problem(
        409, "job_changed", "The job changed meanwhile", "the job changed while this was done; send it again"
    )


def _no_route(error: NotFoundError) -> Response[str]:
    return problem(404, "unknown_path", "There is nothing here", "the API has /v1/jobs, /v1/jobs/{id} and /health")


def _internal(error: Exception) -> Response[str]:
    wiring.logger.exception("request.failed")
    return problem(500, "internal", "Cavendish failed", "this is not your fault; the log has it under request.failed")
