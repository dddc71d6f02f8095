"""How the API says no: one row per problem code. The answers, the OpenAPI document and docs/errors.md show it."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from cavendish.errors import Part, RequestFault


@dataclass(frozen=True, slots=True)
class Kind:
    """What is the same each time a problem is told."""

    status: int
    title: str
    #: When it comes, and what to do about it.
    when: str
    #: Where the fault lies, if not said otherwise; None: not with the caller.
    at: tuple[Part, str] | None = ("body", "")
    #: Headers that such an answer always has.
    headers: tuple[str, ...] = ()


PROBLEMS: Final[dict[str, Kind]] = {
    "malformed_body": Kind(
        400,
        "The body cannot be read",
        "The body is no JSON object, names a field twice, holds NaN, Infinity or a number above 1.8e308, or is no "
        "base64 where it should be. `detail` says where.",
    ),
    "invalid_idempotency_key": Kind(
        400,
        "The Idempotency-Key cannot be read",
        "The header's value is no key. `detail` says what one looks like.",
        at=("header", "/Idempotency-Key"),
    ),
    "unauthorized": Kind(
        401,
        "A valid key is needed",
        "The key is missing, unknown or expired. Send it as `Authorization: Bearer KEY`.",
        at=("header", "/Authorization"),
        headers=("WWW-Authenticate",),
    ),
    "over_budget": Kind(
        402,
        "There is not enough money for it",
        "Not even the cheapest call has room in the job's `max_cost_usd`, or in what is left of your budget of the day "
        "or the month (UTC). `detail` names that call and its price; nothing was queued.",
        at=("body", "/max_cost_usd"),
    ),
    "unknown_job": Kind(
        404,
        "There is no such job",
        "No job of yours has this id. Another tenant's job, and an id that is none, are answered alike.",
        at=("path", "/job_id"),
    ),
    "unknown_batch": Kind(
        404,
        "There is no such batch",
        "No batch of yours has this id. Another tenant's batch, and an id that is none, are answered alike.",
        at=("path", "/batch_id"),
    ),
    "unknown_model": Kind(
        404,
        "There is no such model",
        "No model has this id or alias. `GET /v1/models` lists them.",
        at=("path", "/model_id"),
    ),
    "unknown_endpoint": Kind(
        404,
        "There is no such endpoint",
        "No endpoint of yours has this id. Another tenant's endpoint, and an id that is none, are answered alike.",
        at=("path", "/endpoint_id"),
    ),
    "unknown_delivery": Kind(
        404,
        "There is no such delivery",
        "No delivery of yours has this id, or it is more than 30 days old.",
        at=("path", "/delivery_id"),
    ),
    "unknown_path": Kind(
        404,
        "There is nothing here",
        "The path leads nowhere. `GET /openapi.json` lists those that lead somewhere.",
        at=("path", ""),
    ),
    "method_not_allowed": Kind(
        405,
        "This cannot be done here",
        "The path exists, the method does not. `Allow` lists those that do.",
        at=("method", ""),
        headers=("Allow",),
    ),
    "job_changed": Kind(
        409,
        "The job changed meanwhile",
        "Somebody else changed the job while this was done. Send it again.",
        at=("path", "/job_id"),
    ),
    "not_ended": Kind(
        409,
        "The job has not ended",
        "Only a job that has ended can be deleted. Cancel it first.",
        at=("path", "/job_id"),
    ),
    "no_results": Kind(
        409,
        "The batch has no results",
        "It has not ended, or its file could not be read. `detail` says which.",
        at=("path", "/batch_id"),
    ),
    "nothing_to_retry": Kind(
        409,
        "There is nothing to try again",
        "The batch has not ended, or none of its items failed or expired. `detail` says which.",
        at=("path", "/batch_id"),
    ),
    "too_many_endpoints": Kind(
        409,
        "There are too many endpoints",
        "You have as many endpoints as a tenant may have. Delete one that is not used.",
    ),
    "receiver_off": Kind(
        409,
        "The endpoint gets nothing",
        "The endpoint of the delivery was deleted or is disabled. `detail` says why; `PATCH` it with "
        '`{"enabled": true}` first.',
        at=("path", ""),
    ),
    "webhook_changed": Kind(
        409,
        "It changed meanwhile",
        "Somebody else changed the endpoint, the delivery or the batch while this was done, again and again. Send it "
        "again.",
        at=("path", ""),
    ),
    "gone": Kind(
        410,
        "The job is gone",
        "The job was deleted, or its `retention_s` is over. Nothing of it is left.",
        at=("path", "/job_id"),
    ),
    "too_large": Kind(
        413,
        "The request is too large",
        "The body has more than 1 MiB, or more than 256 KiB when its fields are written as compact JSON in UTF-8, "
        "without the escapes and spaces it was sent with. The items of a larger batch are uploaded as a file.",
    ),
    "unsupported_media_type": Kind(
        415,
        "The body is not JSON",
        "The Content-Type says that the body is something else, or not in UTF-8. Send `application/json`, or leave the "
        "header out.",
        at=("header", "/Content-Type"),
    ),
    "invalid_request": Kind(
        422,
        "The request cannot be taken",
        "Fields are wrong, alone or together. `errors` has every fault with its JSON pointer, also that of an "
        "Idempotency-Key; nothing was done.",
    ),
    "invalid_query": Kind(
        422,
        "The query cannot be answered",
        "Parameters of the query are unknown, wrong, or sent twice. `errors` has every fault; a pointer such as "
        "`/limit` names the parameter.",
        at=("query", ""),
    ),
    "idempotency_key_reused": Kind(
        422,
        "The Idempotency-Key stands for another request",
        "A key stands for one request. Send another key with another request.",
        at=("header", "/Idempotency-Key"),
    ),
    "internal": Kind(
        500,
        "Cavendish failed",
        "It is not your fault, and whether anything was done is not known: a submit with an `Idempotency-Key` can be "
        "sent again.",
        at=None,
    ),
}


def told(code: str, detail: str, faults: Sequence[RequestFault] = ()) -> dict[str, Any]:
    """A problem as a caller reads it (RFC 9457). What is not about the caller's request has no `errors`."""
    kind = PROBLEMS[code]
    errors = [_shown(one) for one in faults or _faults(kind, detail)]
    told = {"type": f"urn:cavendish:problem:{code}", "title": kind.title, "status": kind.status}
    return {**told, "detail": detail, "code": code, **({"errors": errors} if errors else {})}


def _faults(kind: Kind, detail: str) -> list[RequestFault]:
    return [RequestFault(kind.at[1], detail, kind.at[0])] if kind.at else []


def _shown(fault: RequestFault) -> dict[str, str]:
    return {"in": fault.part, "pointer": fault.pointer, "detail": fault.detail}
