"""How the API says no: one row per problem code. The answers, the OpenAPI document and docs/errors.md show it."""

from dataclasses import dataclass
from typing import Any, Final


@dataclass(frozen=True, slots=True)
class Kind:
    """What is the same each time a problem is told."""

    status: int
    title: str
    #: When it comes, and what to do about it.
    when: str
    #: Headers that such an answer always has.
    headers: tuple[str, ...] = ()


PROBLEMS: Final[dict[str, Kind]] = {
    "malformed_body": Kind(
        400,
        "The body cannot be read",
        "The body is no JSON object, names a field twice, holds NaN or Infinity, or is no base64 where it should be. "
        "`detail` says where.",
    ),
    "invalid_idempotency_key": Kind(
        400,
        "The Idempotency-Key cannot be read",
        "The header's value is no key. `detail` says what one looks like.",
    ),
    "unauthorized": Kind(
        401,
        "A valid key is needed",
        "The key is missing, unknown or expired. Send it as `Authorization: Bearer KEY`.",
        headers=("WWW-Authenticate",),
    ),
    "unknown_job": Kind(
        404,
        "There is no such job",
        "No job of yours has this id. Another tenant's job, and an id that is none, are answered alike.",
    ),
    "unknown_model": Kind(
        404,
        "There is no such model",
        "No model has this id or alias. `GET /v1/models` lists them.",
    ),
    "unknown_path": Kind(
        404,
        "There is nothing here",
        "The path leads nowhere. `GET /openapi.json` lists those that lead somewhere.",
    ),
    "method_not_allowed": Kind(
        405,
        "This cannot be done here",
        "The path exists, the method does not. `Allow` lists those that do.",
        headers=("Allow",),
    ),
    "job_changed": Kind(
        409,
        "The job changed meanwhile",
        "Somebody else changed the job while this was done. Send it again.",
    ),
    "not_ended": Kind(
        409,
        "The job has not ended",
        "Only a job that has ended can be deleted. Cancel it first.",
    ),
    "gone": Kind(
        410,
        "The job is gone",
        "The job was deleted, or its `retention_s` is over. Nothing of it is left.",
    ),
    "too_large": Kind(
        413,
        "The request is too large",
        "The body has more than 1 MiB, or more than 256 KiB would have to be kept of it.",
    ),
    "unsupported_media_type": Kind(
        415,
        "The body is not JSON",
        "The Content-Type says that the body is something else. Send `application/json`, or leave the header out.",
    ),
    "invalid_request": Kind(
        422,
        "The request cannot become a job",
        "Fields are wrong, alone or together. `errors` has every fault with its JSON pointer; nothing was queued.",
    ),
    "invalid_query": Kind(
        422,
        "The list cannot be made",
        "Parameters of the query are unknown, wrong, or sent twice. `errors` has every fault; a pointer such as "
        "`/limit` names the parameter.",
    ),
    "idempotency_key_reused": Kind(
        422,
        "The Idempotency-Key stands for another request",
        "A key stands for one request. Send another key with another request.",
    ),
    "internal": Kind(
        500,
        "Cavendish failed",
        "It is not your fault, and whether anything was done is not known: a submit with an `Idempotency-Key` can be "
        "sent again.",
    ),
}


def told(code: str, detail: str, **more: Any) -> dict[str, Any]:
    """A problem as a caller reads it (RFC 9457)."""
    kind = PROBLEMS[code]
    told = {"type": f"urn:cavendish:problem:{code}", "title": kind.title, "status": kind.status}
    return {**told, "detail": detail, "code": code, **more}
