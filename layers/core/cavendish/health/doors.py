"""Which ways to models can be used now: those for which a key is set, but for what is closed for a while."""

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Final, NamedTuple, Self

from cavendish.health.pacific import next_midnight
from cavendish.ladder.plan import Call
from cavendish.outcome import Outcome, Report
from cavendish.value import Value

#: So long after midnight, in seconds, a quota for the day may still be yesterday's: Google names no second at which it
#: is counted anew, and a call that was begun just before ends up to 660 s after (MAX_LIMIT_S). Where it is today's all
#: the same, one call more is refused, for nothing; where it is not, a hundredth of the day is lost.
_TURNING_S: Final = 900


class Closure(Value):
    """A model that a route does not lead to for a while. `until` is in seconds since the epoch."""

    route: str
    model: str
    until: float
    reason: str

    @classmethod
    def of(cls, call: Call, said: Report, began_at: float, told_at: float) -> Self | None:
        """What an attempt's end closes: a quota for the day is counted anew at midnight Pacific (model-apis 4.4).

        It is that of the day on which the attempt began. Times are in seconds since the epoch.
        """
        midnight = next_midnight(began_at - _TURNING_S)
        until = midnight if told_at < midnight else midnight + _TURNING_S
        if said.outcome is not Outcome.QUOTA_DAY or until <= told_at:
            return None
        opens = datetime.fromtimestamp(until, UTC)
        reason = f"its quota on the route {call.route} is used up until {opens:%Y-%m-%d %H:%M} UTC"
        return cls(route=call.route, model=call.model, until=until, reason=reason)


class Keyed(Value):
    """The routes for which keys are set, by name and without a key, for those who may not read keys."""

    keys: tuple[str, ...]
    #: Those of them that lead somewhere.
    usable: tuple[str, ...]
    #: In seconds since the epoch.
    as_of: float


class Doors(NamedTuple):
    """What stands between a plan and the models. `routes` are those with a key; None: nobody has looked."""

    routes: frozenset[str] | None = None
    closures: tuple[Closure, ...] = ()

    def keyed(self, route: str) -> bool:
        """Whether a key is set for a route, as far as anybody has looked."""
        return self.routes is None or route in self.routes

    def closed(self, route: str, model: str) -> Closure | None:
        return find(self.closures, route, model)


#: Nothing is known of any door.
ALL_OPEN: Final = Doors()


def find(closures: Iterable[Closure], route: str, model: str) -> Closure | None:
    """The closure of a model on a route, if it is among these."""
    return next((one for one in closures if (one.route, one.model) == (route, model)), None)


class NeverClosed:
    """The port Closures where nothing is learned: what one call finds out, the next one does not know."""

    def close(self, closure: Closure) -> None:
        """It stays open."""

    def read(self, now: float) -> list[Closure]:  # noqa: ARG002
        return []
