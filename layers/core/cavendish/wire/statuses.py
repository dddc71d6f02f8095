"""What an HTTP status of a model or of a gateway means, where nothing more is said.

Statuses by model-apis 3.1; 402, 502 and 529 also by OpenRouter's documentation, 422 by LiteLLM's, 451 by APIYI's.
"""

from typing import Final

from cavendish.outcome import Outcome
from cavendish.wire.unknown import mark

_BY_STATUS: Final = {
    400: Outcome.BAD_REQUEST,
    401: Outcome.BAD_KEY,
    402: Outcome.QUOTA_ZERO,
    403: Outcome.BAD_KEY,
    404: Outcome.MODEL_GONE,
    408: Outcome.OVERLOADED,
    409: Outcome.OVERLOADED,
    413: Outcome.BAD_REQUEST,
    422: Outcome.BAD_REQUEST,
    425: Outcome.OVERLOADED,
    429: Outcome.THROTTLED,
    451: Outcome.REFUSED_INPUT,
    499: Outcome.BAD_REQUEST,
    500: Outcome.OVERLOADED,
    501: Outcome.MODEL_GONE,  # Google's UNIMPLEMENTED: not there, or not for this account
    502: Outcome.OVERLOADED,
    503: Outcome.OVERLOADED,
    504: Outcome.OVERLOADED,  # the model's own DEADLINE_EXCEEDED
    522: Outcome.TIMED_OUT,  # Cloudflare's, of a gateway or passed on by one: the model may go on, and be billed
    524: Outcome.TIMED_OUT,
    529: Outcome.OVERLOADED,
}


def outcome_of(status: int, *, silent: bool) -> Outcome:
    """The outcome of a status that is no success. `silent`: nothing but the status was said."""
    if silent and status == 504:
        return Outcome.TIMED_OUT  # the gateway's own word: the model behind it may go on, and be billed
    return _BY_STATUS.get(status, Outcome.OVERLOADED if status >= 500 else Outcome.BAD_REQUEST)


def unknown(status: int) -> str:
    """The mark of a status that is in no table."""
    return "" if status in _BY_STATUS else mark("status", status)
