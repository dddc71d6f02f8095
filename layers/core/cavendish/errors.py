"""Every failure the core can raise, as one tree.

CavendishError (those of batches are in batch/errors.py and sheet/unreadable.py)
  + RequestInvalid       the caller's fault: all faults of one request
  |   + QueryInvalid     ... of a query's parameters
  |   + KeyMalformed     ... of an Idempotency-Key
  + RequestTooLarge      the caller's fault: more than is read
  + KeyReused            the caller's fault: one Idempotency-Key for two different requests
  + Claimed              nobody's: the same job was submitted before
  + JobUnknown           the caller's fault: no job of this tenant has the id
  + JobGone              nobody's: the job was deleted, or its retention is over
  + JobNotEnded          the caller's fault: only a job that has ended can be deleted
  + JobConflict          nobody's: somebody else changed the job first; read it again
  + OverBudget           the caller's: less money is left than the cheapest call, or this one, may cost
  + MoneyHeld            nobody's: calls of the same job that run now hold what this one may cost; ask again later
  + CallRefused          nobody's: the pre-call transaction did not allow the call
  + EndNotWritten        nobody's: too many wrote to the accounts that pay for an attempt; write its end again
  + CallFailed           the model's or the network's: the call brought no whole answer
  + KeyRefused           the operator's: what is kept as a provider's key opens nothing
  + AddressRefused       who gave the URL: it is not one that is opened
  + WorkflowClosed       nobody's: the token was answered before, or its execution is over
  + MessageUnreadable    the sender's: an attempt message of another version
  + EndpointUnknown      the caller's fault: no endpoint of this tenant has the id
  + EndpointsFull        the caller's fault: the tenant has as many endpoints as it may have
  + DeliveryUnknown      the caller's fault: no delivery of this tenant has the id
  + ReceiverOff          the receiver's: there is nobody to send to, or nobody who wants it
  + Overtaken            nobody's: somebody else wrote the row first; read it again
  + SendFailed           the queue's or the bus's: what is written will be sent again
"""

from dataclasses import dataclass
from enum import StrEnum
from typing import Literal

#: Where in a request something is wrong.
Part = Literal["method", "path", "query", "header", "body"]


class AttemptError(StrEnum):
    """The names by which an attempt fails without an outcome of its own; the workflow catches exactly these."""

    LOST = "Attempt.Lost"
    UNDELIVERABLE = "Attempt.Undeliverable"
    EXPIRED = "Attempt.Expired"


class CavendishError(Exception):
    """The root: nothing else of ours is raised."""


@dataclass(frozen=True, slots=True)
class RequestFault:
    """One thing that is wrong with a request: where (a JSON pointer into its part), what, and what to do."""

    pointer: str
    detail: str
    part: Part = "body"


class RequestInvalid(CavendishError):
    """The request cannot be a job. Carries every fault, not the first one."""

    def __init__(self, faults: list[RequestFault]) -> None:
        super().__init__("; ".join(f"{fault.pointer}: {fault.detail}" for fault in faults))
        self.faults = faults


class RequestTooLarge(CavendishError):
    """The request is larger than what is read of one."""


class KeyReused(CavendishError):
    """One Idempotency-Key was sent with two different requests."""


class Claimed(CavendishError):
    """Another submit holds the claim; the job that it stands for is `job_id`."""

    def __init__(self, digest: str, fingerprint: str, job_id: str) -> None:
        super().__init__(f"claimed by job {job_id}")
        self.digest = digest
        self.fingerprint = fingerprint
        self.job_id = job_id


class QueryInvalid(RequestInvalid):
    """The parameters of a query cannot be understood. Each pointer names a parameter."""


class KeyMalformed(RequestInvalid):
    """An Idempotency-Key that is none."""


class JobUnknown(CavendishError):
    """No job of this tenant has the id."""


class JobGone(CavendishError):
    """The job was deleted, or its retention is over. `fault` says what led to it, if not the path."""

    def __init__(self, fault: RequestFault | None = None) -> None:
        super().__init__(fault.detail if fault else "the job is gone")
        self.fault = fault


class JobNotEnded(CavendishError):
    """The job has not ended, so it cannot be deleted."""


class JobConflict(CavendishError):
    """The job was changed by somebody else since it was read."""


class OverBudget(CavendishError):
    """Less money is left than a call may cost. `fault` says whose limit it is, where a caller is told of it."""

    def __init__(self, detail: str, fault: RequestFault | None = None) -> None:
        super().__init__(detail)
        self.fault = fault


class MoneyHeld(CavendishError):
    """The job's money is set aside for its other calls that run now, and what they do not cost may be enough."""


class CallRefused(CavendishError):
    """The transaction before a call was not allowed: read the attempt and the job to learn why."""


class EndNotWritten(CavendishError):
    """Too many others wrote to the accounts that pay for an attempt: it has ended, and nobody has written that down."""


class CallFailed(CavendishError):
    """The call brought no whole answer.

    `kind` is "timed_out", "connection_lost" or "garbled"; `sent` says whether the other side may have seen the request,
    so that a model may bill it.
    """

    def __init__(self, kind: str, *, sent: bool, detail: str) -> None:
        super().__init__(detail)
        self.kind = kind
        self.sent = sent


class KeyRefused(CavendishError):
    """What is kept as a provider's key opens nothing."""


class AddressRefused(CavendishError):
    """A URL that is not opened. All refusals read alike: a reason would tell what there is inside the network."""

    def __init__(self) -> None:
        super().__init__("the address is not opened: it has to be https, on port 443, and lead to the public internet")


class WorkflowClosed(CavendishError):
    """Nobody waits for this token any more: it was answered, timed out, or its execution has ended."""


class MessageUnreadable(CavendishError):
    """An attempt message of another version. Its token is all that can be answered."""

    def __init__(self, token: str) -> None:
        super().__init__("an attempt message of another version")
        self.token = token


class EndpointUnknown(CavendishError):
    """No endpoint of this tenant has the id."""


class EndpointsFull(CavendishError):
    """The tenant has as many endpoints as it may have."""


class DeliveryUnknown(CavendishError):
    """No delivery of this tenant has the id."""


class ReceiverOff(CavendishError):
    """The endpoint of a delivery was deleted or is disabled."""


class Overtaken(CavendishError):
    """A row was changed by somebody else since it was read."""


class SendFailed(CavendishError):
    """A message could not be put into its queue, or an event onto its bus."""
