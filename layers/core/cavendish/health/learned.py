"""The ports of what is learned from calls: how models do, and what is closed."""

from typing import Protocol

from cavendish.health.doors import Closure, Keyed
from cavendish.health.health import Sample, Window
from cavendish.size import Tier


class Measurements(Protocol):
    """The same table: how models do."""

    def record(self, sample: Sample) -> None:
        """Count a call, best effort: it never raises, and what could not be counted is not counted later."""

    def read(self, route: str, model: str, size: Tier, since: float, until: float) -> list[Window]:
        """The windows of a span in which calls ended, oldest first, the one in which it begins as a whole.

        Long spans come in long windows (health.py); seconds since the epoch.
        """


class MeasuredWays(Measurements, Protocol):
    """The same, and for which models there is anything."""

    def ways(self, since: float, until: float) -> frozenset[tuple[str, str, str]]:
        """The routes, models and sizes of which a call ended in the hours that a span touches."""


class Closures(Protocol):
    """The same table: models to which no way leads for a while."""

    def close(self, closure: Closure) -> None:
        """Note it, best effort: it never raises."""

    def read(self, now: float) -> list[Closure]:
        """What is closed, as it was known some seconds ago at most."""


class KeyedRoutes(Protocol):
    """The same table: for which routes keys are set, as dispatch sees it."""

    def note(self, seen: Keyed) -> None:
        """Note it where it is news, best effort: it never raises."""

    def read(self) -> Keyed | None: ...
