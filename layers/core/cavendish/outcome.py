"""How an attempt can end: one row per outcome says who is at fault, whether it may be billed, and how to say it.

What follows an outcome is not said here but by the policy (policy.py).
"""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final, Literal

from cavendish.value import Value

#: So many characters of a model's words are kept.
WORDS_MAX: Final = 1000


class Outcome(StrEnum):
    """The named ends of an attempt; the workflow and the callers know these words."""

    OK = "ok"
    THROTTLED = "throttled"
    QUOTA_DAY = "quota_day"
    QUOTA_ZERO = "quota_zero"
    OVERLOADED = "overloaded"
    TIMED_OUT = "timed_out"
    CONNECTION_LOST = "connection_lost"
    REFUSED_INPUT = "refused_input"
    REFUSED_OUTPUT = "refused_output"
    NO_IMAGE = "no_image"
    WRONG_SIZE = "wrong_size"
    WRONG_MODEL = "wrong_model"
    TRUNCATED = "truncated"
    NOT_AN_IMAGE = "not_an_image"
    GARBLED = "garbled"
    BAD_REQUEST = "bad_request"
    BAD_KEY = "bad_key"
    MODEL_GONE = "model_gone"
    LOST_WORKER = "lost_worker"
    UNDELIVERABLE = "undeliverable"
    EXPIRED = "expired"
    CANCELLED = "cancelled"
    OVER_BUDGET = "over_budget"
    CIRCUIT_OPEN = "circuit_open"


#: What comes with a picture, so that a caller may take it all the same.
Acceptable = Literal["wrong_size", "wrong_model"]


class Billed(StrEnum):
    """Whether the provider may charge for an attempt."""

    NO = "no"
    YES = "yes"
    UNKNOWN = "unknown"


class Blame(StrEnum):
    """Whose fault an outcome is."""

    NOBODY = "nobody"
    MODEL = "model"
    CALLER = "caller"
    OPERATOR = "operator"
    CAVENDISH = "cavendish"


@dataclass(frozen=True, slots=True)
class Row:
    """What is known about an outcome before it happens."""

    billed: Billed
    blame: Blame
    title: str


TABLE: Final[dict[Outcome, Row]] = {
    Outcome.OK: Row(Billed.YES, Blame.NOBODY, "The picture was made"),
    Outcome.THROTTLED: Row(Billed.NO, Blame.MODEL, "The model throttled the call"),
    Outcome.QUOTA_DAY: Row(Billed.NO, Blame.OPERATOR, "The provider's quota for the day is used up"),
    Outcome.QUOTA_ZERO: Row(Billed.NO, Blame.OPERATOR, "The provider's account has no quota for this model"),
    Outcome.OVERLOADED: Row(Billed.NO, Blame.MODEL, "The model was overloaded or failed"),
    Outcome.TIMED_OUT: Row(Billed.UNKNOWN, Blame.MODEL, "The model did not answer within the time limit"),
    Outcome.CONNECTION_LOST: Row(Billed.UNKNOWN, Blame.MODEL, "The connection to the model broke"),
    Outcome.REFUSED_INPUT: Row(Billed.NO, Blame.CALLER, "The model refused the prompt"),
    Outcome.REFUSED_OUTPUT: Row(Billed.NO, Blame.CALLER, "The model refused to show what it made"),
    Outcome.NO_IMAGE: Row(Billed.YES, Blame.MODEL, "The model answered without a picture"),
    Outcome.WRONG_SIZE: Row(Billed.YES, Blame.MODEL, "The picture does not have the size that was asked for"),
    Outcome.WRONG_MODEL: Row(Billed.YES, Blame.MODEL, "Another model than the one asked for answered"),
    Outcome.TRUNCATED: Row(Billed.YES, Blame.MODEL, "The picture breaks off"),
    Outcome.NOT_AN_IMAGE: Row(Billed.YES, Blame.MODEL, "The answer's bytes are not a picture"),
    Outcome.GARBLED: Row(Billed.UNKNOWN, Blame.MODEL, "The model's answer cannot be read"),
    Outcome.BAD_REQUEST: Row(Billed.NO, Blame.CALLER, "The model did not accept the request"),
    Outcome.BAD_KEY: Row(Billed.NO, Blame.OPERATOR, "The provider did not accept the key"),
    Outcome.MODEL_GONE: Row(Billed.NO, Blame.MODEL, "The model does not exist any more"),
    Outcome.LOST_WORKER: Row(Billed.UNKNOWN, Blame.CAVENDISH, "The worker that made the call vanished"),
    Outcome.UNDELIVERABLE: Row(Billed.NO, Blame.CAVENDISH, "The message that asks for the call could not be delivered"),
    Outcome.EXPIRED: Row(Billed.NO, Blame.NOBODY, "The job's deadline passed before the call"),
    Outcome.CANCELLED: Row(Billed.NO, Blame.CALLER, "The job was cancelled before the call"),
    Outcome.OVER_BUDGET: Row(Billed.NO, Blame.CALLER, "The call would have cost more than is allowed"),
    Outcome.CIRCUIT_OPEN: Row(Billed.NO, Blame.MODEL, "The model was out, and was not called"),
}


class Report(Value):
    """How an attempt ended, as the workflow hears it. It carries no prompt and no bytes."""

    v: int = 1
    outcome: Outcome
    billed: Billed
    #: Seconds the model asked callers to wait; None: it asked nothing.
    retry_after_s: float | None = None
    detail: str = ""
    #: The job's deadline, in seconds since the epoch, where it was not known before; None: it is as planned.
    deadline_at: float | None = None
    #: What the model said that no table has ("finish_reason:NEW_THING"): the outcome is then only the nearest one.
    unknown: str = ""


def report(
    outcome: Outcome,
    *,
    billed: Billed | None = None,
    retry_after_s: float | None = None,
    detail: str = "",
    unknown: str = "",
) -> Report:
    """Make a report, with the table's word on billing unless the attempt knows better."""
    row = TABLE[outcome]
    detail = clean(detail) or row.title
    billed = billed or row.billed
    return Report(outcome=outcome, billed=billed, retry_after_s=retry_after_s, detail=detail, unknown=unknown)


def clean(words: str) -> str:
    """A model's words as they can be stored and sent: not too many, halves of surrogate pairs as question marks."""
    return words[:WORDS_MAX].encode("utf-8", "replace").decode()
