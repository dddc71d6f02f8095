"""Why a model says that it ended, and what that means where it gave no picture.

Gemini's words are FinishReason of google-genai 3.3.0; gateways pass them on in OpenAI's words, or beside them.
"""

from typing import Any, Final

from cavendish.outcome import Outcome
from cavendish.wire.unknown import mark

#: The model made something, or would have, and may not show it.
_REFUSED: Final = """
    SAFETY RECITATION LANGUAGE BLOCKLIST PROHIBITED_CONTENT SPII
    IMAGE_SAFETY IMAGE_PROHIBITED_CONTENT IMAGE_RECITATION MODEL_ARMOR
    CONTENT_FILTER
"""
_NO_IMAGE: Final = """
    STOP MAX_TOKENS OTHER MALFORMED_FUNCTION_CALL IMAGE_OTHER NO_IMAGE UNEXPECTED_TOOL_CALL TOO_MANY_TOOL_CALLS
    MISSING_THOUGHT_SIGNATURE MALFORMED_RESPONSE ESCALATION PUP_LIMITED_DISABLED CONTINUATION FINISH_REASON_UNSPECIFIED
    LENGTH TOOL_CALLS FUNCTION_CALL
"""
_ENDS: Final = {
    **dict.fromkeys(_REFUSED.split(), Outcome.REFUSED_OUTPUT),
    **dict.fromkeys(_NO_IMAGE.split(), Outcome.NO_IMAGE),
    "ERROR": Outcome.OVERLOADED,  # OpenRouter's, of a provider that broke off
}


def known(reason: Any) -> bool:
    """Whether a table has it."""
    return isinstance(reason, str) and reason.upper() in _ENDS


def outcome_of(reason: Any) -> Outcome:
    """The outcome of an answer without a picture; no reason, or a new one, says only that there is none."""
    return _ENDS.get(reason.upper(), Outcome.NO_IMAGE) if isinstance(reason, str) else Outcome.NO_IMAGE


def unknown(reason: Any) -> str:
    """The mark of a reason that is in no table."""
    return "" if reason in (None, "") or known(reason) else mark("finish_reason", reason)
