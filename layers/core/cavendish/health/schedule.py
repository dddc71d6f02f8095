"""When a job starts that may wait for a better hour: by how the model that it asks first does at each hour."""

from collections import defaultdict
from collections.abc import Callable, Sequence
from typing import Final

from cavendish.catalog.catalog import Catalog
from cavendish.catalog.model import Model
from cavendish.health.health import COARSE_S, Health, Window, window_at
from cavendish.health.learned import Measurements
from cavendish.health.odds import Way, usual
from cavendish.health.prior import prior
from cavendish.health.routing import way
from cavendish.ladder.plan import Call

_HOURS: Final = 24
#: An hour is measured by so many days, in seconds: a week has each day's habits once.
_MEASURED_S: Final = 7 * 86_400
#: What is read is believed this long, in seconds: thousands of jobs may be planned in a minute, and one minute more
#: changes little in a week.
REMEMBERED_S: Final = 60
#: An hour is as good as the best one if it takes at most so many times as long: who starts sooner ends sooner.
_AS_GOOD: Final = 1.1


def best_start(call: Call, model: Model, windows: Sequence[Window], now: float) -> float:
    """The first moment of the next day at which the call is about as soon done as at the best: now, or a full hour.

    `windows` are hours, of several days. Seconds since the epoch.
    """
    hours = _by_hour(windows)
    moments = [now, *(float(window_at(now, COARSE_S) + n * COARSE_S) for n in range(1, _HOURS))]
    takes_s = [usual(hours[_hour(at)], prior(model, call.size, at)).seconds(call.limit_s) for at in moments]
    least_s = min(takes_s)
    return next(at for at, seconds in zip(moments, takes_s, strict=True) if seconds <= least_s * _AS_GOOD)


class Schedule:
    """Chooses by what was measured; by the articles alone where there are no `measurements`.

    `failed` hears of what could not be read; then the articles' figures stand.
    """

    def __init__(
        self,
        catalog: Catalog,
        measurements: Measurements | None = None,
        failed: Callable[[Exception], None] | None = None,
    ) -> None:
        self._catalog = catalog
        self._measurements = measurements
        self._failed = failed
        self._known: dict[Way, tuple[float, list[Window]]] = {}

    def start(self, call: Call, now: float) -> float:
        """When a job is best started whose first call this is."""
        return best_start(call, self._catalog.model(call.model), self._windows(way(call), now), now)

    def usual(self, call: Call, at: float, now: float) -> Health:
        """How the call does at the hour of the day of a moment to come."""
        return Health.of(_by_hour(self._windows(way(call), now))[_hour(at)])

    def _windows(self, one: Way, now: float) -> list[Window]:
        if one not in self._known or now - self._known[one][0] > REMEMBERED_S:
            self._known[one] = now, self._read(one, now)
        return self._known[one][1]

    def _read(self, one: Way, now: float) -> list[Window]:
        if self._measurements is None:
            return []
        try:
            return self._measurements.read(*one, now - _MEASURED_S, now)
        except Exception as error:  # whatever it is, the job goes on
            if self._failed:
                self._failed(error)
            return []


def _by_hour(windows: Sequence[Window]) -> defaultdict[int, list[Window]]:
    hours: defaultdict[int, list[Window]] = defaultdict(list)
    for window in windows:
        hours[_hour(window.begins_at)].append(window)
    return hours


def _hour(at: float) -> int:
    """The hour of the day, UTC."""
    return window_at(at, COARSE_S) // COARSE_S % _HOURS
