"""What a call's turn needs from the outside: each a real adapter (functions/adapters), a fake with the same tests."""

from typing import Protocol

from cavendish.attempt import AttemptMessage
from cavendish.health.permits import Concurrency, Permit
from cavendish.job import Job


class Permits(Protocol):
    """The table: how many calls of a model that throttled may run at once, and who makes them.

    All of it is best effort and never raises: where nobody can be asked, calls are made.
    """

    def take(self, route: str, model: str, holder: str, *, now: float, until: float) -> Permit | None:
        """Leave to call a model until then, or again what the holder has; None: no permit is left."""

    def give_back(self, permit: Permit) -> None:
        """Let others have it, if it is still the holder's."""

    def throttled(self, permit: Permit, now: float) -> None:
        """A call with this permit was throttled: from now on there are fewer."""

    def succeeded(self, permit: Permit, now: float) -> None:
        """A call with this permit brought its picture: there may be more."""

    def read(self, now: float) -> list[Concurrency]:
        """What throttled lately, as it was known some seconds ago at most."""


class AttemptQueue(Protocol):
    """The two lanes' queues of attempts."""

    def send(self, job: Job, message: AttemptMessage, wait_s: float) -> None:
        """Send an attempt's message again, not before so many seconds are over (900 at most). Raises SendFailed."""
