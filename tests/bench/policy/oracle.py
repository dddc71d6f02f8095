"""The oracle: it knows the odds and latencies of every moment, but neither the coins nor what the weather will be.

Before each call it picks the model and the limit that make the expected time shortest, then the cost lowest, as if the
weather stayed as it is. It is bound by two of the product's rules: one unknown outcome may be repeated, a second one
ends the job; and a smaller size is only for a job that has no unknown left to risk at its own.
"""

from functools import lru_cache
from typing import Final, NamedTuple

from cavendish.outcome import Billed, Outcome
from cavendish.size import Tier
from tests.bench.policy.constants import BOTH, DEADLINE_S, FLASH, KINDS, PRICE, Kind
from tests.bench.policy.run import Ask, Walk
from tests.bench.policy.weather import MOST_IN_FLIGHT, Sky, Weather

UNKNOWN_RETRIES: Final = 1
#: While no model answers, it looks again so often, in seconds.
_LOOKS_AGAIN_S: Final = 1.0
_BELOW: Final[dict[Tier, tuple[Tier, ...]]] = {"4K": ("2K", "1K"), "2K": ("1K",), "1K": ()}
#: Limits that it weighs: these shares of the calls that succeed stay below.
_SHARES: Final = (0.5, 0.7, 0.8, 0.9, 0.95, 0.98, 0.99, 0.995, 0.999, 0.9999)
_FOREVER_S: Final = 600.0


class Hope(NamedTuple):
    """What a choice promises: seconds until a picture, then USD; then the choice."""

    seconds: float
    usd: float
    kind: Kind
    limit_s: float
    #: That a call ends with an unknown bill.
    unknown: float


class Oracle:
    """A contender that sees the weather."""

    name = "oracle"

    def __init__(self, weather: Weather) -> None:
        self._weather = weather
        self._in_flight: dict[Kind, int] = dict.fromkeys(KINDS, 0)

    def walk(self, job: int, size: Tier, now: float) -> Walk:
        ends_at, left = now + DEADLINE_S, UNKNOWN_RETRIES
        while now < ends_at:
            ask = self._choice(size, left, now)
            if ask is None:
                now += _LOOKS_AGAIN_S
                yield now
                continue
            self._in_flight[ask.kind] += 1
            answer = yield ask._replace(limit_s=min(ask.limit_s, ends_at - now))
            assert answer is not None, "a call has an answer"
            now = answer.at
            if answer.report.outcome is Outcome.OK:
                return True
            left -= answer.report.billed is Billed.UNKNOWN
            if left < 0:
                return False
        return False

    def heard(self, ask: Ask, outcome: Outcome, took_s: float, at: float) -> None:
        """Of its own calls it knows which are over; of all else it knows more than they can tell."""
        self._in_flight[ask.kind] -= 1

    def _choice(self, size: Tier, left: int, now: float) -> Ask | None:
        best = self._best(size, left, now)
        if best and best.unknown and not left:
            lower = ((below, self._best(below, left, now)) for below in _BELOW[size])
            safe = next(((below, hope) for below, hope in lower if hope and not hope.unknown), None)
            size, best = safe or (size, best)
        return Ask(best.kind, size, best.limit_s) if best else None

    def _best(self, size: Tier, left: int, now: float) -> Hope | None:
        return _best(tuple(self._sky(kind, size, now) for kind in KINDS), size, left)

    def _sky(self, kind: Kind, size: Tier, now: float) -> Sky:
        """A model that can take no call more is as good as out."""
        sky = self._weather.sky(kind, size, now)
        return sky._replace(out=True) if self._in_flight[kind] >= MOST_IN_FLIGHT else sky


@lru_cache(maxsize=100_000)
def _best(skies: tuple[Sky, ...], size: Tier, left: int) -> Hope | None:
    """With so many unknowns left; the worth of having one fewer is the best that can be done then."""
    fewer = _best(skies, size, left - 1) if left else None
    after = fewer.seconds if fewer else DEADLINE_S
    hopes = (
        _hope(kind, size, sky, limit_s, after)
        for kind, sky in zip(KINDS, skies, strict=True)
        if not sky.out
        for limit_s in (*(sky.latency.at(share) for share in _SHARES), _FOREVER_S)
    )
    return min(hopes, default=None)


def _hope(kind: Kind, size: Tier, sky: Sky, limit_s: float, after_unknown_s: float) -> Hope:
    """If the same choice is made again after each failure that is no unknown."""
    in_time = sky.latency.below(limit_s)
    shrinks = FLASH["shrunk_share"] if kind == "flash" and size != "1K" else 0.0
    ok = (1 - sky.fails) * in_time * (1 - shrinks)
    unknown = (1 - sky.fails) * (1 - in_time) + sky.fails * sky.hangs
    seconds = (
        (1 - sky.fails) * sky.latency.seconds_below(limit_s)
        + unknown * limit_s
        + sky.fails * (1 - sky.hangs) * _failure_s(kind, sky)
    )
    paid = (1 - sky.fails) * in_time + unknown
    again = 1 / (ok + unknown)
    usd = PRICE[kind][size] * paid * again
    return Hope((seconds + unknown * after_unknown_s) * again, usd, kind, limit_s, unknown if unknown > 1e-3 else 0.0)


def _failure_s(kind: Kind, sky: Sky) -> float:
    """How long a failure takes that is told, in the mean; a refusal is cut by no limit worth weighing."""
    overloaded_s: float = sum(BOTH["overloaded_after"]) / 2
    if kind == "pro":
        return overloaded_s
    throttled, refused = FLASH["throttled_share"], FLASH["refused_share"]
    refused_s = FLASH["refused_at"] * sky.latency.seconds_below(_FOREVER_S)
    throttled_s = sum(FLASH["throttled_after"]) / 2
    return float(throttled * throttled_s + refused * refused_s + (1 - throttled - refused) * overloaded_s)
