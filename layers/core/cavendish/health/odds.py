"""What a call can be expected to come to: as it was measured lately, and before that as the articles have it."""

from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from typing import Final, NamedTuple

from cavendish.health.breaker import count, is_open
from cavendish.health.health import ENOUGH, OUTAGE_CALLS, TELLING, UNANSWERED, Health, Window
from cavendish.health.prior import BELIEVED_CALLS, FAILURE_S, Prior
from cavendish.health.sketch import MIDDLES_S, Sketch
from cavendish.outcome import Outcome
from cavendish.size import Tier

#: The newest windows count that together hold so many calls; fewer would follow chance, more would follow too late.
ENOUGH_CALLS: Final = 12
#: But none that is older than this, in seconds: a model that is not asked any more for its failures gets a new chance.
_SHARES_S: Final = 1200
#: A model hangs if more than this share of its calls ends in an unknown bill.
_HANGS: Final = 0.05


class Way(NamedTuple):
    """A model on a route at a size: what is measured by itself."""

    route: str
    model: str
    size: Tier


class Odds(NamedTuple):
    """What a call on one way will probably come to."""

    #: Shares of the calls: with a picture, with an unknown bill, throttled.
    ok: float
    unknown: float
    throttled: float
    #: In seconds, of the calls with a picture.
    mean_s: float
    p95_s: float
    #: In seconds, of the calls that fail and say so.
    failure_s: float
    #: Whether the times are measured.
    known: bool
    #: Whether the circuit is open (breaker.py).
    out: bool

    @property
    def hangs(self) -> bool:
        return self.unknown > _HANGS

    def seconds(self, limit_s: float) -> float:
        """The time until a picture, if the same call is made again after each failure."""
        told = max(0.0, 1 - self.ok - self.unknown)
        return self.mean_s + (told * self.failure_s + self.unknown * limit_s) / max(self.ok, 0.01)


def odds(windows: Sequence[Window], believed: Prior, now: float) -> Odds:
    """The odds of a way by its fine windows of the last RECENT_S (health.py), oldest first."""
    if not windows:
        return _unmeasured(believed)
    newest_first = windows[::-1]
    counted = _counted(newest_first, since=now - _SHARES_S)
    failures = (window.health.failures for window in newest_first)
    found = _odds(counted, _times(newest_first), failures, believed)
    return found._replace(out=is_open(newest_first, found.ok, now))


@lru_cache
def _unmeasured(believed: Prior) -> Odds:
    return _odds((0, 0, 0, 0), None, (), believed)


def usual(windows: Sequence[Window], believed: Prior) -> Odds:
    """The odds of a way as they usually are at an hour of the day, by its windows of that hour."""
    health = Health.of(windows)
    told = {outcome: n for outcome, n in health.outcomes.items() if outcome in TELLING}
    unknown = sum(told.get(one, 0) for one in UNANSWERED)
    counted = sum(told.values()), told.get(Outcome.OK, 0), unknown, told.get(Outcome.THROTTLED, 0)
    return _odds(counted, health.times if health.known else None, [health.failures], believed)


def _odds(
    counted: tuple[int, int, int, int], times: Sketch | None, failures: Iterable[Sketch], believed: Prior
) -> Odds:
    """What was counted (`_counted`) and timed, with what is believed beforehand; the circuit is taken to be closed."""
    calls, ok, unknown, throttled = counted
    weight = calls + BELIEVED_CALLS
    return Odds(
        ok=(ok + BELIEVED_CALLS * believed.ok) / weight,
        unknown=(unknown + BELIEVED_CALLS * believed.hangs) / weight,
        throttled=throttled / weight,
        mean_s=(times.mean if times else None) or believed.mean_s,
        p95_s=(times.quantile(0.95) if times else None) or believed.p95_s,
        failure_s=failure_s(failures),
        known=times is not None,
        out=False,
    )


def failure_s(newest_first: Iterable[Sketch]) -> float:
    """How long a failure takes that is told, by the newest windows with enough of them; the guess counts as one."""
    total, count = FAILURE_S, 1
    for sketch in newest_first:
        for bucket, n in sketch.counts.items():
            total, count = total + MIDDLES_S[bucket] * n, count + n
        if count > ENOUGH:
            break
    return total / count


def _counted(newest_first: Sequence[Window], since: float) -> tuple[int, int, int, int]:
    """Calls, and of them those with a picture, with an unknown bill, throttled."""
    calls = ok = unknown = throttled = 0
    for window in newest_first:
        if window.begins_at < since:
            break
        counted = count(window)
        # An outage is the circuit breaker's business, and over when that closes.
        if counted.calls >= OUTAGE_CALLS and not counted.ok:
            continue
        # A streak at a window's end was overcome if a later window has a picture.
        overcome = window.overcome + (window.streak if ok and window.streak >= OUTAGE_CALLS else 0)
        told = max(counted.ok, counted.calls - overcome)
        outcomes = window.health.outcomes
        calls, ok = calls + told, ok + counted.ok
        unknown += min(told - counted.ok, sum(outcomes.get(one, 0) for one in UNANSWERED))
        throttled += min(told - counted.ok, outcomes.get(Outcome.THROTTLED, 0))
        if calls >= ENOUGH_CALLS:
            break
    return calls, ok, unknown, throttled


def _times(newest_first: Sequence[Window]) -> Sketch | None:
    """Of the newest windows with enough pictures; None: all together have not enough to go by."""
    counts: dict[int, int] = {}
    pictures = 0
    for sketch in _sketches(newest_first):
        for bucket, n in sketch.counts.items():
            counts[bucket] = counts.get(bucket, 0) + n
            pictures += n
        if pictures >= ENOUGH_CALLS:
            break
    return Sketch(counts=counts) if pictures >= ENOUGH else None


def _sketches(windows: Sequence[Window]) -> Iterator[Sketch]:
    return (window.health.times for window in windows if window.health.times.counts)
