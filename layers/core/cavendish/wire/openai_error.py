"""Errors in OpenAI's envelope, and in those of the gateways that speak like it: what each means, and how long to wait.

{"error": {"message", "type", "param", "code"}}: a code that is known decides, then the words, then the status.
"""

import re
from collections.abc import Mapping
from typing import Any, Final

from cavendish.outcome import Outcome, Report, report
from cavendish.wire import google_error, statuses
from cavendish.wire.fields import fields, objects, only, text
from cavendish.wire.openai_codes import MEANING, SAY_NOTHING
from cavendish.wire.retry_after import retry_after
from cavendish.wire.unknown import mark

#: For errors whose code says nothing. Texts: OpenAI's and Azure's safety system (APIYI's pages, ZJT#480), new-api and
#: its kin ("not supported model for image generation", no channel for the model, no money left).
_WORDS: Final = (
    (Outcome.REFUSED_INPUT, r"safety system|safety policy|content policy|content management policy|sensitive words"),
    (
        Outcome.QUOTA_ZERO,
        r"insufficient (?:quota|balance|credits?|funds)|billing hard limit|limit: 0(?![.0-9])|余额不足|额度不足",
    ),
    (Outcome.MODEL_GONE, r"not supported model|no available channel|无可用渠道|is not found for API version"),
)
#: What is said where a picture was made and is kept back (APIYI: "The generated image was filtered").
_OF_OUTPUT: Final = re.compile(r"\bgenerated (?:image|picture|content)|\boutput\b|\bimage[ _]safety", re.IGNORECASE)
_OF_DAY: Final = re.compile(r"\bper[ _]?day|\bdaily\b|\bRPD\b", re.IGNORECASE)


def read_error(status: int, headers: Mapping[str, str], document: Any) -> Report:
    """Say what an error answer means. `document` is its JSON, or None: a page, a sentence, nothing."""
    error = envelope(document) or _bare(document)
    if _is_googles(error):
        return google_error.read_error(status, headers, {"error": error})
    message = _message(error)
    status = _number(error) if 200 <= status < 300 else status
    outcome = _of_name(error) or _of_words(message)
    named = next((name for _, name in _names(error) if name not in SAY_NOTHING), "")
    return report(
        _refined(outcome or statuses.outcome_of(status, silent=not error), message),
        retry_after_s=retry_after(headers, words=message),
        detail=f"HTTP {status} {named[:64]}: {message}" if named else f"HTTP {status} {message}".strip(),
        unknown=_unknown(error) or ("" if outcome else statuses.unknown(status)),
    )


def envelope(document: Any) -> dict[str, Any]:
    """The error in an answer, which may have status 200; OpenRouter puts it beside the choice that broke."""
    inside = [fields(choice.get("error")) for choice in objects(fields(only(document)).get("choices"))]
    return google_error.envelope(document) or next(filter(None, inside), {})


def _bare(document: Any) -> dict[str, Any]:
    """An error without envelope: the fields themselves, or FastAPI's `detail` (LiteLLM)."""
    bare = fields(only(document))
    detail = bare.get("detail")
    if isinstance(detail, dict):
        return google_error.envelope(detail) or detail
    told = {"message": bare.get("message") or detail, "code": bare.get("code"), "type": bare.get("type")}
    return {name: value for name, value in told.items() if value}


def _message(error: dict[str, Any]) -> str:
    """What it says, and what the provider behind OpenRouter said."""
    said = [text(error.get("message")), text(fields(error.get("metadata")).get("raw"))]
    return " ".join(filter(None, said)).strip()[: google_error.MESSAGE_MAX]


def _is_googles(error: dict[str, Any]) -> bool:
    """Whether a gateway passed Google's own error through: it has a status in words, or typed details."""
    status = error.get("status")
    return (isinstance(status, str) and status.isupper()) or any(
        "@type" in one for one in objects(error.get("details"))
    )


def _number(error: dict[str, Any]) -> int:
    """The status that an error with status 200 says of itself."""
    code = str(error.get("code"))
    return int(code) if re.fullmatch("[1-5][0-9]{2}", code, re.ASCII) else 500


def _names(error: dict[str, Any]) -> list[tuple[str, str]]:
    """What the error calls itself, the most exact first; numbers are statuses, and no names."""
    kind = fields(error.get("metadata")).get("error_type")
    names = [("code", error.get("code")), ("code", kind), ("type", error.get("type"))]
    words = [(field, name.strip().lower()) for field, name in names if isinstance(name, str)]
    return [(field, name) for field, name in words if name and not name.isdecimal()]


def _of_name(error: dict[str, Any]) -> Outcome | None:
    if fields(error.get("metadata")).keys() & {"reasons", "flagged_input"}:
        return Outcome.REFUSED_INPUT  # OpenRouter's moderation, a 403 like that of a bad key
    return next((MEANING[name] for _, name in _names(error) if name in MEANING), None)


def _of_words(message: str) -> Outcome | None:
    return next((outcome for outcome, words in _WORDS if re.search(words, message, re.IGNORECASE)), None)


def _refined(outcome: Outcome, message: str) -> Outcome:
    """The words tell one kind of refusal, or of throttling, from the other."""
    if outcome is Outcome.REFUSED_INPUT and _OF_OUTPUT.search(message):
        return Outcome.REFUSED_OUTPUT
    if outcome is Outcome.THROTTLED and _OF_DAY.search(message):
        return Outcome.QUOTA_DAY
    return outcome


def _unknown(error: dict[str, Any]) -> str:
    new = ((field, name) for field, name in _names(error) if name not in MEANING and name not in SAY_NOTHING)
    return next((mark(field, name) for field, name in new), "")
