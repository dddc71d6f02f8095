"""How the models of a plan do now, by what was measured lately: what dispatch routes by."""

from collections.abc import Callable, Iterator
from typing import Final, Protocol

from cavendish.catalog.catalog import Catalog
from cavendish.health.health import RECENT_S
from cavendish.health.learned import Measurements
from cavendish.health.odds import Odds, Way, odds
from cavendish.health.prior import prior
from cavendish.health.routing import Places, choose, settle, way
from cavendish.ladder.plan import Plan, Position
from cavendish.ladder.policy import CAVENDISH

#: What was read is believed this long, in seconds: to read costs a ten-thousandth of a call, and an outage is noticed
#: by the calls that were in flight when it began.
REMEMBERED_S: Final = 1.0


class Routing(Protocol):
    """What makes of a plan the one that is walked."""

    def route(self, plan: Plan, now: float, *, named: bool) -> Plan:
        """`named`: the caller has named a model, which therefore goes first."""

    def spares(self, plan: Plan, at: Position, now: float) -> bool:
        """Whether a call is not worth making, because its model is out and another one comes after it.

        That holds for a model that the caller named too. Probes are made.
        """


class AsPlanned:
    """Routing that learns nothing."""

    def route(self, plan: Plan, now: float, *, named: bool) -> Plan:  # noqa: ARG002 - the port's
        return plan

    def spares(self, plan: Plan, at: Position, now: float) -> bool:  # noqa: ARG002 - the port's
        return False


class Outlook:
    """Routing by measurements. The articles' policies stay as they are: they are what ours is compared with.

    `failed` hears of what could not be read; then the articles' figures stand, since no job is to fail for a figure.
    """

    def __init__(
        self,
        measurements: Measurements,
        catalog: Catalog,
        chance: Callable[[], float],
        failed: Callable[[Exception], None],
    ) -> None:
        self._measurements = measurements
        self._catalog = catalog
        self._chance = chance
        self._failed = failed
        self._known: dict[Way, tuple[float, Odds]] = {}

    def route(self, plan: Plan, now: float, *, named: bool) -> Plan:
        if plan.policy != CAVENDISH.name:
            return plan
        chosen = self.choose(plan, now, named=named)
        return settle(plan, chosen) if chosen else plan

    def choose(self, plan: Plan, now: float, *, named: bool = False) -> tuple[Places, ...]:
        """The places on each step of the plan; none, for of what nobody has measured the policy knows best."""
        known = {one: self.odds(one, now) for one in _ways(plan)}
        if not any(one.known or one.out for one in known.values()):
            return ()
        return choose(plan, known, chance=self._chance(), named=named)

    def spares(self, plan: Plan, at: Position, now: float) -> bool:
        place = plan.at(at)
        if plan.policy != CAVENDISH.name or place.anyway or not self.odds(way(place.call), now).out:
            return False
        later = {way(route.call) for route in plan.steps[at.step].routes[at.route + 1 :]} - {way(place.call)}
        return not all(self.odds(one, now).out for one in later)

    def odds(self, one: Way, now: float) -> Odds:
        """What a call on this way will probably come to, as it was known some seconds ago at most."""
        seen = self._known.get(one)
        if seen is None or now - seen[0] > REMEMBERED_S:
            seen = self._known[one] = now, self._read(one, now)
        return seen[1]

    def _read(self, one: Way, now: float) -> Odds:
        believed = prior(self._catalog.model(one.model), one.size, now)
        try:
            windows = self._measurements.read(*one, now - RECENT_S, now)
        except Exception as error:  # whatever it is, the job goes on
            self._failed(error)
            windows = []
        return odds(windows, believed, now)


def _ways(plan: Plan) -> Iterator[Way]:
    return (way(route.call) for step in plan.steps for route in step.routes)
