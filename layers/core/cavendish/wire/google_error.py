"""Google's error envelope, and what its statuses mean (model-apis: recorded answers, issues and documentation)."""

from collections.abc import Mapping
from typing import Any, Final

from cavendish.outcome import Outcome, Report, report
from cavendish.wire import statuses
from cavendish.wire.fields import fields, objects, pick, text
from cavendish.wire.retry_after import retry_after

#: So much of an error's message is quoted.
MESSAGE_MAX: Final = 500


#: google.rpc.Code: its numbers, names and the HTTP statuses they stand for (googleapis, google/rpc/code.proto).
_CODES: Final = (
    (1, "CANCELLED", 499),
    (2, "UNKNOWN", 500),
    (3, "INVALID_ARGUMENT", 400),
    (4, "DEADLINE_EXCEEDED", 504),
    (5, "NOT_FOUND", 404),
    (6, "ALREADY_EXISTS", 409),
    (7, "PERMISSION_DENIED", 403),
    (8, "RESOURCE_EXHAUSTED", 429),
    (9, "FAILED_PRECONDITION", 400),
    (10, "ABORTED", 409),
    (11, "OUT_OF_RANGE", 400),
    (12, "UNIMPLEMENTED", 501),
    (13, "INTERNAL", 500),
    (14, "UNAVAILABLE", 503),
    (15, "DATA_LOSS", 500),
    (16, "UNAUTHENTICATED", 401),
)
_BY_CODE: Final = {str(key): status for number, name, status in _CODES for key in (number, name)}


def read_error(status: int, headers: Mapping[str, str], document: Any) -> Report:
    """Say what an error answer means. `document` is its JSON, or None."""
    error = envelope(document)
    status = _code(error) if 200 <= status < 300 else status
    message = (text(error.get("message")) or "").strip()[:MESSAGE_MAX]
    delays = [str(delay) for one in _details(error) if (delay := pick(one, "retryDelay"))]
    return report(
        _outcome(status, error, message),
        retry_after_s=retry_after(headers, delays, message),
        detail=f"HTTP {status} {message}".strip(),
        unknown=statuses.unknown(status),
    )


def envelope(document: Any) -> dict[str, Any]:
    """The error in an answer, also where it is only a sentence, or in a list as Google sends it; else nothing."""
    inner = document[0] if isinstance(document, list) and document else document
    error = fields(inner).get("error")
    return {"message": error} if isinstance(error, str) else fields(error)


def known(code: Any) -> bool:
    """Whether it is a status: a number, HTTP's or google.rpc's, or the name of one of the latter."""
    return str(code).isdecimal() or str(code).upper() in _BY_CODE


def _code(error: dict[str, Any]) -> int:
    """The HTTP status that an error says of itself: so, as a number of google.rpc.Code, or by that one's name."""
    code = error.get("code")
    if isinstance(code, int) and not isinstance(code, bool) and code >= 100:
        return code
    named = (_BY_CODE.get(str(said).upper()) for said in (code, error.get("status")))
    return next((status for status in named if status), 500)


def _outcome(status: int, error: dict[str, Any], message: str) -> Outcome:
    if status == 429:
        return _quota(error, message)
    if status == 400 and _is_key(error, message):
        return Outcome.BAD_KEY
    if status == 400 and "enable billing" in message.lower():
        return Outcome.QUOTA_ZERO  # the account's fault, and nothing that the caller could say otherwise
    return statuses.outcome_of(status, silent=not error)


def _quota(error: dict[str, Any], message: str) -> Outcome:
    violations = [one for detail in _details(error) for one in objects(detail.get("violations"))]
    if any(str(pick(one, "quotaValue")) == "0" for one in violations) or "limit: 0" in message:
        return Outcome.QUOTA_ZERO
    if any("PerDay" in str(pick(one, "quotaId")) for one in violations):
        return Outcome.QUOTA_DAY
    return Outcome.THROTTLED


def _is_key(error: dict[str, Any], message: str) -> bool:
    reasons = [detail.get("reason") for detail in _details(error)]
    return "API_KEY_INVALID" in reasons or message.startswith("API key")


def _details(error: dict[str, Any]) -> list[dict[str, Any]]:
    return objects(error.get("details"))
