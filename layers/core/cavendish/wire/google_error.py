"""Google's error envelope, and what its statuses mean (model-apis: recorded answers, issues and documentation)."""

import re
from collections.abc import Mapping
from email.utils import parsedate_to_datetime
from typing import Any, Final

from cavendish.outcome import Billed, Outcome, Report, report

_BY_STATUS: Final = {
    401: Outcome.BAD_KEY,
    402: Outcome.QUOTA_ZERO,
    403: Outcome.BAD_KEY,
    404: Outcome.MODEL_GONE,
    408: Outcome.OVERLOADED,
    409: Outcome.OVERLOADED,
    425: Outcome.OVERLOADED,
    429: Outcome.THROTTLED,
}
#: A gateway's time-out: the model behind it may go on, and be billed.
_GATEWAY_TIMED_OUT: Final = frozenset({504, 522, 524})


def read_error(status: int, headers: Mapping[str, str], document: Any) -> Report:
    """Say what an error answer means. `document` is its JSON, or None."""
    error = _envelope(document)
    status = _code(error) if 200 <= status < 300 else status
    outcome = _outcome(status, error)
    billed = Billed.UNKNOWN if outcome is Outcome.TIMED_OUT else Billed.NO
    message = str(error.get("message") or "").strip()[:500]
    return report(
        outcome, billed=billed, retry_after_s=_retry_after(headers, error), detail=f"HTTP {status} {message}".strip()
    )


def pick(fields: Mapping[str, Any], name: str) -> Any:
    """A field in either of proto-JSON's spellings: camelCase or snake_case."""
    return fields.get(name, fields.get(re.sub(r"[A-Z]", lambda letter: "_" + letter[0].lower(), name)))


def _envelope(document: Any) -> dict[str, Any]:
    inner = document[0] if isinstance(document, list) and document else document
    error = inner.get("error") if isinstance(inner, dict) else None
    return error if isinstance(error, dict) else {"message": error} if isinstance(error, str) else {}


def _code(error: dict[str, Any]) -> int:
    code = error.get("code")
    return code if isinstance(code, int) else 500


def _outcome(status: int, error: dict[str, Any]) -> Outcome:
    if status == 429:
        return _quota(error)
    if status == 400 and _is_key(error):
        return Outcome.BAD_KEY
    if status in _GATEWAY_TIMED_OUT and not error:
        return Outcome.TIMED_OUT
    if status >= 500:
        return Outcome.OVERLOADED
    return _BY_STATUS.get(status, Outcome.BAD_REQUEST)


def _quota(error: dict[str, Any]) -> Outcome:
    violations = [one for detail in _details(error) for one in objects(detail.get("violations"))]
    if any(str(pick(one, "quotaValue")) == "0" for one in violations) or "limit: 0" in str(error.get("message")):
        return Outcome.QUOTA_ZERO
    if any("PerDay" in str(pick(one, "quotaId")) for one in violations):
        return Outcome.QUOTA_DAY
    return Outcome.THROTTLED


def _is_key(error: dict[str, Any]) -> bool:
    reasons = [detail.get("reason") for detail in _details(error)]
    return "API_KEY_INVALID" in reasons or str(error.get("message")).startswith("API key")


def _details(error: dict[str, Any]) -> list[dict[str, Any]]:
    return objects(error.get("details"))


def objects(items: Any) -> list[dict[str, Any]]:
    """The objects of a list; none, if it is no list."""
    return [one for one in items if isinstance(one, dict)] if isinstance(items, list) else []


def _retry_after(headers: Mapping[str, str], error: dict[str, Any]) -> float | None:
    """What the model asked callers to wait, in seconds: RetryInfo in the body first, then the header."""
    delays = [pick(one, "retryDelay") for one in _details(error)]
    header = headers.get("retry-after", "")
    candidates = [str(delay).removesuffix("s") for delay in delays if delay] + [header]
    seconds = [float(text) for text in candidates if re.fullmatch(r"[0-9]{1,9}(\.[0-9]+)?", text)]
    return seconds[0] if seconds else _until(header, headers.get("date", ""))


def _until(then: str, now: str) -> float | None:
    """The seconds between two HTTP dates: when to come back, and when the answer was given."""
    try:
        left = (parsedate_to_datetime(then) - parsedate_to_datetime(now)).total_seconds()
    except (TypeError, ValueError):
        return None
    return max(0.0, left)
