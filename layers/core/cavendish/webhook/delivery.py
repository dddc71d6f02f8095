"""A delivery: one message on its way to one receiver. A transition returns a new one."""

import hashlib
from enum import StrEnum
from typing import Final, Self

from cavendish.ulid import ulid
from cavendish.value import Value
from cavendish.webhook.events import PING
from cavendish.webhook.fact import Fact, message_id, subject
from cavendish.webhook.receiver import HOST_SLOTS, SLOTS, host_key
from cavendish.webhook.schedule import QUEUE_WAIT_MAX_S, no_slot_wait_s, wait_s
from cavendish.webhook.verdict import Verdict

PREFIX: Final = "dlv_"
#: Deliveries are kept this long after they were published, or sent anew, in seconds.
KEPT_S: Final = 30 * 86_400
#: So many tries are kept of those before it was sent anew, the last ones: somebody may ask for that all the time.
TRIES_KEPT: Final = 20
#: Whoever sends one has it for himself so long, in seconds: a try takes 15, reading and writing around it some.
LEASE_S: Final = 30.0
#: A message that the queue should have brought by now is sent again after so many seconds.
GRACE_S: Final = 60.0
#: With each worker that is lost the lease doubles, so often at most (32 minutes) ...
_DOUBLED: Final = 6
#: ... and after so many nobody tries any more: that is 78 hours, as long as the schedule itself.
LOST_MAX: Final = 150
#: A message may be a little early: SQS counts whole seconds, and clocks differ.
_EARLY_S: Final = 1.0


class State(StrEnum):
    """Where a delivery stands."""

    PENDING = "pending"
    DELIVERED = "delivered"
    #: Tried as often as it may be.
    FAILED = "failed"
    #: Nobody to send it to.
    DROPPED = "dropped"


class Try(Value):
    """One time that it was sent."""

    at: float
    took_s: float
    status: int | None = None
    #: The first bytes of what was answered.
    answer: str = ""
    error: str | None = None


class Delivery(Value):
    """One message to one receiver. Times are seconds since the epoch."""

    #: The same for the same message and receiver; sorts by the time of the event.
    id: str
    tenant: str
    #: An endpoint's id, or what the URL of a job's own webhook is called.
    receiver: str
    #: Where a job's own webhook leads; None: ask the endpoint.
    url: str | None = None
    message_id: str
    type: str
    #: The job, the batch or the endpoint that it tells of.
    subject: str
    sequence: int
    #: When it happened.
    at: float
    state: State = State.PENDING
    #: Why it was dropped or given up.
    reason: str | None = None
    #: Oldest first, and how many of them were made before somebody last asked for it to be sent anew.
    tries: tuple[Try, ...] = ()
    before: int = 0
    #: How often its receiver was busy with others since its last try.
    turned_away: int = 0
    #: Workers that vanished while they had it.
    lost: int = 0
    #: How often somebody asked for it to be sent anew.
    replays: int = 0
    next_at: float
    #: When the sweep has to send its message, None: it is done.
    due_at: float | None
    lease_until: float | None = None
    expires_at: float
    #: Counts the writes; each is conditional on it.
    revision: int = 1

    @classmethod
    def of(cls, fact: Fact, receiver: str, now: float, *, url: str | None = None) -> Self:
        """What is on its way from now on."""
        message = message_id(fact)
        key = hashlib.sha256(f"{message}|{receiver}".encode()).digest()[:10]
        named = {"id": PREFIX + ulid(fact.at, key), "message_id": message, "subject": subject(fact), "url": url}
        times = {"next_at": now, "due_at": now + GRACE_S, "expires_at": now + KEPT_S}
        fields = {"tenant": fact.tenant, "type": fact.type, "sequence": fact.sequence, "at": fact.at}
        return cls.model_validate({**named, **fields, "receiver": receiver, **times})

    @property
    def pending(self) -> bool:
        return self.state is State.PENDING

    @property
    def receivers(self) -> tuple[tuple[str, int], ...]:
        """Whose slots it needs while it is sent, and how many these have: its receiver's, and its host's."""
        own = (self.receiver, SLOTS)
        return (own,) if self.url is None else (own, (host_key(self.tenant, self.url), HOST_SLOTS))

    @property
    def about_job(self) -> bool:
        return self.type.startswith("job.")

    @property
    def about_batch(self) -> bool:
        return self.type.startswith("batch.")

    @property
    def missed(self) -> bool:
        """Whether it did not arrive, and nobody sends it now: it has ended so, or waits for its next try."""
        waits = self.pending and self.lease_until is None and len(self.tries) > self.before
        return waits or self.state in (State.FAILED, State.DROPPED)

    @property
    def hopeless(self) -> bool:
        """Whether so many workers were lost with it that it is likely the cause."""
        return self.lost >= LOST_MAX

    def ready(self, now: float) -> bool:
        """Whether it may be sent now, and nobody else does."""
        free = self.lease_until is None or self.lease_until <= now
        return self.pending and free and self.next_at <= now + _EARLY_S

    def leased(self, now: float) -> Self:
        lost = self.lost + (self.lease_until is not None)
        until = now + LEASE_S * 2 ** min(lost, _DOUBLED)
        return self._changed(lost=lost, turned_away=0, lease_until=until, due_at=until + GRACE_S)

    def tried(self, verdict: Verdict, *, at: float, now: float, chance: float) -> Self:
        """After a try, whoever made it."""
        one = Try(at=at, took_s=round(now - at, 3), status=verdict.status, answer=verdict.answer, error=verdict.error)
        tries = (*self.tries, one)
        follows = self._follows(len(tries) - self.before, verdict, now, chance)
        return self._changed(tries=tries, lease_until=None, **follows)

    def dropped(self, reason: str) -> Self:
        return self._changed(lease_until=None, **_end(State.DROPPED, reason))

    def given_up(self) -> Self:
        return self._changed(lease_until=None, **_end(State.FAILED, f"{self.lost} workers were lost with it"))

    def postponed(self, now: float, chance: float) -> Self:
        """Nothing was tried: its receiver is busy with others."""
        wait = _wait(now, no_slot_wait_s(self.turned_away, chance))
        return self._changed(turned_away=self.turned_away + 1, **wait)

    def sent_again(self, now: float) -> Self:
        """Its message is under way once more."""
        return self._changed(due_at=now + GRACE_S)

    def replayed(self, now: float) -> Self:
        """Somebody wants it sent anew: under the same message id, with all tries before it."""
        tries = self.tries[-TRIES_KEPT:]
        known = {"tries": tries, "before": len(tries), "replays": self.replays + 1}
        fresh = {"state": State.PENDING, "reason": None, "lost": 0, "turned_away": 0, "lease_until": None}
        times = {"next_at": now, "due_at": now + GRACE_S, "expires_at": now + KEPT_S}
        return self._changed(**known, **fresh, **times)

    def queue_wait_s(self, now: float) -> float | None:
        """How long the queue has to hold its message back; None: it needs none, or one that the sweep will send."""
        wait = max(0.0, self.next_at - now)
        return wait if self.pending and wait <= QUEUE_WAIT_MAX_S else None

    def _follows(self, tries: int, verdict: Verdict, now: float, chance: float) -> dict[str, object]:
        if verdict.delivered:
            return _end(State.DELIVERED)
        if verdict.gone:
            return _end(State.DROPPED, verdict.error)
        next_s = wait_s(tries, chance=chance, slow=verdict.slow, retry_after_s=verdict.retry_after_s)
        if next_s is None or self.type == PING:
            return _end(State.FAILED, f"it failed {tries} times")
        return _wait(now, next_s)

    def _changed(self, **changes: object) -> Self:
        return self.model_copy(update={**changes, "revision": self.revision + 1})


def _end(state: State, reason: str | None = None) -> dict[str, object]:
    return {"state": state, "reason": reason, "due_at": None}


def _wait(now: float, for_s: float) -> dict[str, object]:
    """What the queue does not hold back, the sweep sends; on what it does hold back, the sweep looks a little later."""
    swept = GRACE_S if for_s <= QUEUE_WAIT_MAX_S else 0.0
    return {"next_at": now + for_s, "due_at": now + for_s + swept}
