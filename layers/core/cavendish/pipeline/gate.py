"""Where a call waits for its turn: a model that throttled takes so many calls at once, and no more."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from cavendish.attempt import Attempt, AttemptMessage
from cavendish.health.permits import MONEY_WAIT_S, MOST_WAIT_S, Permit, wait_s
from cavendish.health.turns import AttemptQueue, Permits
from cavendish.job import Job
from cavendish.outcome import Outcome


@dataclass(frozen=True, slots=True, kw_only=True)
class Gate:
    """What a call needs to get its turn."""

    permits: Permits
    queue: AttemptQueue
    #: From 0 to 1, another one each time.
    chance: Callable[[], float]

    @contextmanager
    def admitted(self, job: Job, message: AttemptMessage, attempt: Attempt) -> Iterator[Permit | None]:
        """With a permit for the call that is to begin now; None: its message was sent again and comes back later.

        Nothing is written for who is turned away: it has made no try, and keeps its token. Raises SendFailed: then the
        message that is here comes again.
        """
        call, now = attempt.call, attempt.started_at
        permit = self.permits.take(call.route, call.model, attempt.key.object_key, now=now, until=attempt.lease_until)
        if permit is None:
            self._send_again(job, message, now)
            yield None
            return
        try:
            yield permit
        finally:
            self.permits.give_back(permit)

    def learn(self, permit: Permit, outcome: Outcome, now: float) -> None:
        """What the call tells of how many there may be. A quota of the day says nothing: it closes the model."""
        if outcome is Outcome.THROTTLED:
            self.permits.throttled(permit, now)
        elif outcome is Outcome.OK:
            self.permits.succeeded(permit, now)

    def wait_for_money(self, job: Job, message: AttemptMessage, now: float) -> None:
        """The same where other calls of the job hold what this one may cost: one of them will soon have ended."""
        self._send_again(job, message, now, MONEY_WAIT_S)

    def _send_again(self, job: Job, message: AttemptMessage, now: float, most_s: float = MOST_WAIT_S) -> None:
        wait = wait_s(message.turned_away, left_s=job.deadline_at - now, chance=self.chance(), most_s=most_s)
        self.queue.send(job, message.model_copy(update={"turned_away": message.turned_away + 1}), wait)
