"""The weather at each moment: what a call would meet, and the outages and drifts of one seed.

The laws are weather.md's; the model server has them too, but it draws one call after the other from one source of
chance, so that no two policies would meet the same world there.
"""

from bisect import bisect_right
from collections.abc import Iterator
from functools import cached_property
from random import Random
from typing import Final, NamedTuple

from cavendish.size import Tier
from tests.bench.policy.constants import (
    BEGINS_AT,
    BEIJING_H,
    BOTH,
    DRIFT,
    FLASH,
    HOUR_S,
    HOURS,
    KINDS,
    OUTAGES,
    PRO,
    Kind,
)
from tests.bench.policy.latency import Latency

_ENDS_S: Final = HOURS * HOUR_S


class Sky(NamedTuple):
    """What a call to one model meets at one moment."""

    latency: Latency
    fails: float
    #: Of the failures.
    hangs: float
    out: bool


class Weather:
    """The weather of one climate over one week, for jobs of one size. Moments are in seconds since the epoch."""

    def __init__(self, climate: str, seed: int) -> None:
        self.climate = climate
        self.seed = seed
        self._skies: dict[tuple[Kind, Tier, int], Sky] = {}

    def sky(self, kind: Kind, size: Tier, at: float) -> Sky:
        hour = int((at - BEGINS_AT) // HOUR_S)
        key = (kind, size, hour)
        sky = self._skies.get(key) or self._skies.setdefault(key, self._sky(kind, size, hour))
        return sky._replace(out=True) if self.climate != "articles" and self.is_out(kind, at) else sky

    def is_out(self, kind: Kind, at: float) -> bool:
        """Every second of the bounds is an end: between a begin and its end lies an odd number of bounds."""
        seconds = at - BEGINS_AT
        return any(bisect_right(self.outages[name], seconds) % 2 for name in (kind, "common"))

    @cached_property
    def outages(self) -> dict[str, list[float]]:
        """For each model, and in common: when an outage begins, when it ends, when the next one begins ..."""
        if self.climate == "articles":
            return {name: [] for name in (*KINDS, "common")}
        own = {kind: self._bounds(kind, OUTAGES["own_gap"], OUTAGES["own_length"]) for kind in KINDS}
        return own | {"common": self._bounds("common", OUTAGES["common_gap"], OUTAGES["common_length"])}

    def _bounds(self, name: str, gap_s: float, length_s: float) -> list[float]:
        return list(_turns(Random(f"{self.seed}/outages/{name}"), gap_s, length_s))

    def drift(self, kind: Kind, hour: int) -> tuple[float, float]:
        """By how much latencies and the odds of failure are multiplied."""
        if self.climate != "drift":
            return 1.0, 1.0
        random = Random(f"{self.seed}/drift/{kind}/{hour * HOUR_S // DRIFT['period']}")
        return random.uniform(*DRIFT["latency_factor"]), random.uniform(*DRIFT["odds_factor"])

    def _sky(self, kind: Kind, size: Tier, hour: int) -> Sky:
        slower, worse = self.drift(kind, hour)
        peak = kind == "flash" and FLASH["peak_hours_utc"][0] <= hour % 24 < FLASH["peak_hours_utc"][1]
        rules = PRO if kind == "pro" else FLASH
        factor = FLASH["peak_latency_factor"] if peak else 1.0
        fails = _pro_fails(size, hour) if kind == "pro" else FLASH["peak_failure" if peak else "failure"]
        odds = worse * fails / (1 - fails)
        hangs = PRO["hang_share_4k"] if (kind, size) == ("pro", "4K") else 0.0
        return Sky(Latency.of(*rules["latency"][size]).times(slower * factor), odds / (1 + odds), hangs, out=False)


def _pro_fails(size: Tier, hour: int) -> float:
    if size != "4K":
        return float(1 - PRO["success"][size])
    beijing = (hour + BEIJING_H) % 24
    return next(float(1 - ok) for begin, end, ok in PRO["success_4k_by_beijing_hour"] if begin <= beijing < end)


def _turns(random: Random, gap_s: float, length_s: float) -> Iterator[float]:
    at = random.expovariate(1 / gap_s)
    while at < _ENDS_S:
        yield at
        at += random.expovariate(1 / length_s)
        yield at
        at += random.expovariate(1 / gap_s)


#: So many calls of one model at once; more answer 429.
MOST_IN_FLIGHT: Final[int] = BOTH["most_in_flight"]
