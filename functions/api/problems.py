"""Errors to application/problem+json (RFC 9457), here only. A problem says what is wrong, where, and what to do."""

import json
from collections.abc import Sequence
from functools import partial

from aws_lambda_powertools.event_handler import APIGatewayHttpResolver, Response
from aws_lambda_powertools.event_handler.exceptions import NotFoundError

import wiring
from cavendish.batch.errors import BatchUnknown, NoResults, RetryRefused
from cavendish.contract.problem import PROBLEMS, told
from cavendish.errors import (
    DeliveryUnknown,
    EndpointsFull,
    EndpointUnknown,
    JobConflict,
    JobGone,
    JobNotEnded,
    JobUnknown,
    KeyMalformed,
    KeyReused,
    OverBudget,
    Overtaken,
    QueryInvalid,
    ReceiverOff,
    RequestFault,
    RequestInvalid,
    RequestTooLarge,
)
from cavendish.openapi.operations import methods


class Unauthorized(Exception):
    """No key, or none that is valid."""


class UnknownModel(Exception):
    """No model has this id or alias."""


class UnsupportedMedia(Exception):
    """The body says that it is something else than JSON."""


def register(app: APIGatewayHttpResolver) -> None:
    """Translate what the routes raise."""
    app.exception_handler(RequestInvalid)(_invalid)
    app.exception_handler(QueryInvalid)(_invalid_query)
    app.exception_handler(RequestTooLarge)(_too_large)
    app.exception_handler(KeyMalformed)(_key_malformed)
    app.exception_handler(KeyReused)(_key_reused)
    app.exception_handler(OverBudget)(_over_budget)
    app.exception_handler(Unauthorized)(_unauthorized)
    app.exception_handler(JobUnknown)(_unknown_job)
    app.exception_handler(JobGone)(_gone)
    app.exception_handler(JobNotEnded)(_not_ended)
    app.exception_handler(UnknownModel)(_unknown_model)
    app.exception_handler(UnsupportedMedia)(_unsupported)
    app.exception_handler(JobConflict)(_conflict)
    app.exception_handler(EndpointUnknown)(_unknown_endpoint)
    app.exception_handler(DeliveryUnknown)(_unknown_delivery)
    app.exception_handler(BatchUnknown)(_unknown_batch)
    app.exception_handler(NoResults)(_no_results)
    app.exception_handler(RetryRefused)(_nothing_to_retry)
    app.exception_handler(EndpointsFull)(_endpoints_full)
    app.exception_handler(ReceiverOff)(_receiver_off)
    app.exception_handler(Overtaken)(_overtaken)
    app.exception_handler(Exception)(_internal)
    app.not_found()(partial(_no_route, app))


def problem(
    code: str, detail: str, faults: Sequence[RequestFault] = (), *, headers: dict[str, str] | None = None
) -> Response[str]:
    """A problem of cavendish/contract/problem.py, where its status, its title and the place of its fault stand."""
    return Response(
        status_code=PROBLEMS[code].status,
        content_type="application/problem+json",
        body=json.dumps(told(code, detail, faults), ensure_ascii=False),
        headers={"Cache-Control": "no-store", **(headers or {})},
    )


def _invalid(error: RequestInvalid) -> Response[str]:
    unread = next((one for one in error.faults if (one.part, one.pointer) == ("body", "")), None)
    if unread:
        return problem("malformed_body", unread.detail, error.faults)
    count = f"{len(error.faults)} fault{'s' if len(error.faults) > 1 else ''}"
    return problem("invalid_request", f"{count}, see errors; nothing was done, nothing is billed", error.faults)


def _invalid_query(error: QueryInvalid) -> Response[str]:
    return problem("invalid_query", "each pointer in errors names a parameter of the query", error.faults)


def _too_large(error: RequestTooLarge) -> Response[str]:
    return problem("too_large", str(error))


def _key_malformed(error: KeyMalformed) -> Response[str]:
    return problem("invalid_idempotency_key", error.faults[0].detail, error.faults)


def _key_reused(error: KeyReused) -> Response[str]:
    return problem("idempotency_key_reused", str(error))


def _over_budget(error: OverBudget) -> Response[str]:
    return problem("over_budget", str(error), [error.fault] if error.fault else [])


def _unauthorized(error: Unauthorized) -> Response[str]:
    return problem("unauthorized", str(error), headers={"WWW-Authenticate": 'Bearer realm="cavendish"'})


def _unknown_job(error: JobUnknown) -> Response[str]:
    return problem("unknown_job", "no job of yours has this id")


def _gone(error: JobGone) -> Response[str]:
    detail = "the job was deleted, or its retention_s is over; nothing of it is left"
    return problem("gone", detail, [error.fault] if error.fault else [])


def _not_ended(error: JobNotEnded) -> Response[str]:
    return problem("not_ended", "only a job that has ended can be deleted; cancel it first")


def _conflict(error: JobConflict) -> Response[str]:
    return problem("job_changed", "the job changed while this was done; send it again")


def _unknown_endpoint(error: EndpointUnknown) -> Response[str]:
    return problem("unknown_endpoint", "no endpoint of yours has this id")


def _unknown_delivery(error: DeliveryUnknown) -> Response[str]:
    return problem("unknown_delivery", "no delivery of yours has this id")


def _unknown_batch(error: BatchUnknown) -> Response[str]:
    return problem("unknown_batch", "no batch of yours has this id")


def _no_results(error: NoResults) -> Response[str]:
    return problem("no_results", str(error))


def _nothing_to_retry(error: RetryRefused) -> Response[str]:
    return problem("nothing_to_retry", str(error))


def _endpoints_full(error: EndpointsFull) -> Response[str]:
    return problem("too_many_endpoints", str(error))


def _receiver_off(error: ReceiverOff) -> Response[str]:
    return problem("receiver_off", str(error))


def _overtaken(error: Overtaken) -> Response[str]:
    return problem("webhook_changed", "somebody else changed it while this was done; send it again")


def _unknown_model(error: UnknownModel) -> Response[str]:
    return problem("unknown_model", "no model has this id or alias; GET /v1/models lists them")


def _unsupported(error: UnsupportedMedia) -> Response[str]:
    return problem("unsupported_media_type", str(error))


def _no_route(app: APIGatewayHttpResolver, error: NotFoundError) -> Response[str]:
    method, allowed = app.current_event.http_method, methods(app.current_event.path)
    if allowed and method not in allowed:
        only = ", ".join(allowed)
        return problem("method_not_allowed", f"{method} cannot be done here, only {only}", headers={"Allow": only})
    return problem("unknown_path", "this path leads nowhere; GET /openapi.json lists those that do not")


def _internal(error: Exception) -> Response[str]:
    wiring.logger.exception("request.failed")
    return problem("internal", "this is not your fault; the log has it under request.failed")
