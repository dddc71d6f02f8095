"""The weather of weather.md: which fate the next call has. Pure and seeded: no clock, no waiting, no network."""

import math
import tomllib
from collections import Counter
from dataclasses import dataclass, field, replace
from pathlib import Path
from random import Random
from typing import Any

from local.model_server.fate import Fate
from local.model_server.script import parse

CLIMATES = ("calm", "articles", "outages", "drift", "hostile")
RULES: dict[str, Any] = tomllib.loads(Path(__file__).with_name("weather.toml").read_text())
PRO, FLASH, BOTH, OUTAGES, DRIFT = (RULES[name] for name in ("pro", "flash", "both", "outages", "drift"))
HOSTILE = RULES["hostile"]
HOUR = 3600.0
BEIJING = 8


@dataclass(slots=True)
class Weather:
    """`now` is the world's clock, in seconds since midnight UTC of its first day."""

    climate: str
    seed: int
    _random: Random = field(init=False)
    _asked: Counter[str] = field(default_factory=Counter)

    def __post_init__(self) -> None:
        if self.climate not in CLIMATES:
            raise ValueError(f"no weather is called {self.climate!r}; known: {', '.join(CLIMATES)}")
        self._random = Random(self.seed)

    def draw(self, model: str, size: str, now: float, in_flight: int = 0, prompt: str = "") -> Fate:
        if self.climate == "calm":
            return Fate(after_s=self._between(RULES["calm"]["latency"]))
        if self.climate == "hostile":
            return self._hostile(prompt)
        if in_flight >= BOTH["most_in_flight"]:
            return self._throttled()
        if self.climate != "articles" and self._is_out(model, now):
            return Fate(kind="503", after_s=self._between(OUTAGES["answers_after"]))
        slower, worse = self._drift(model, now) if self.climate == "drift" else (1.0, 1.0)
        pro = model.startswith(PRO["prefix"])
        latency = slower * self._latency(PRO if pro else FLASH, size, 1.0 if pro else _peak_factor(now))
        odds = worse * _odds(_pro_failure(size, now) if pro else _flash_failure(now))
        if self._random.random() < odds / (1 + odds):
            return self._pro_fails(size) if pro else self._flash_fails(latency)
        shrinks = not pro and size in ("2K", "4K") and self._random.random() < FLASH["shrunk_share"]
        return Fate(after_s=latency, size="1K" if shrinks else None)

    def _latency(self, rules: dict[str, Any], size: str, factor: float) -> float:
        """Log-normal, from its mean and its 95th percentile."""
        mean, p95 = rules["latency"].get(size, rules["latency"]["1K"])
        sigma = 1.645 - math.sqrt(1.645**2 - 2 * math.log(p95 / mean))
        return factor * self._random.lognormvariate(math.log(mean) - sigma**2 / 2, sigma)

    def _pro_fails(self, size: str) -> Fate:
        if size == "4K" and self._random.random() < PRO["hang_share_4k"]:
            return Fate(kind="hang", after_s=PRO["hang"])
        return Fate(kind="503", after_s=self._between(BOTH["overloaded_after"]))

    def _flash_fails(self, latency: float) -> Fate:
        share = self._random.random()
        if share < FLASH["throttled_share"]:
            return self._throttled()
        if share < FLASH["throttled_share"] + FLASH["refused_share"]:
            return Fate(kind="refused", after_s=latency * FLASH["refused_at"])
        return Fate(kind="503", after_s=self._between(BOTH["overloaded_after"]))

    def _hostile(self, prompt: str) -> Fate:
        """The same for the same asking of a prompt, in whatever order calls come, so that a failure can be repeated."""
        self._asked[prompt] += 1
        random = Random(f"{self.seed}/{prompt}/{self._asked[prompt]}")
        odd = random.random() < HOSTILE["odd_share"]
        fate = parse(random.choice(HOSTILE["answers"]) if odd else "ok")
        after = fate.after_s if fate.kind == "hang" else random.uniform(*HOSTILE["latency"])
        return replace(fate, after_s=after, sketch=True)

    def _throttled(self) -> Fate:
        after, retry = self._between(FLASH["throttled_after"]), self._between(FLASH["retry_delay"])
        return Fate(kind="429", after_s=after, retry_s=round(retry, 3))

    def _is_out(self, model: str, now: float) -> bool:
        own = _outage(Random(f"{self.seed}/{model}"), OUTAGES["own_gap"], OUTAGES["own_length"], now)
        return own or _outage(Random(f"{self.seed}/all"), OUTAGES["common_gap"], OUTAGES["common_length"], now)

    def _drift(self, model: str, now: float) -> tuple[float, float]:
        random = Random(f"{self.seed}/{model}/{now // DRIFT['period']}")
        return random.uniform(*DRIFT["latency_factor"]), random.uniform(*DRIFT["odds_factor"])

    def _between(self, bounds: tuple[float, float]) -> float:
        return self._random.uniform(*bounds)


def _outage(random: Random, gap: float, length: float, now: float) -> bool:
    """Walks the calendar from its start: a week holds a handful of outages, so nothing needs to be kept."""
    start = random.expovariate(1 / gap)
    while start <= now:
        end = start + random.expovariate(1 / length)
        if now < end:
            return True
        start = end + random.expovariate(1 / gap)
    return False


def _odds(failure: float) -> float:
    return failure / (1 - failure)


def _pro_failure(size: str, now: float) -> float:
    if size != "4K":
        return 1 - float(PRO["success"].get(size, PRO["success"]["1K"]))
    hour = (now / HOUR + BEIJING) % 24
    hours = PRO["success_4k_by_beijing_hour"]
    return next(1 - float(success) for start, end, success in hours if start <= hour < end)


def _at_peak(now: float) -> bool:
    start, end = FLASH["peak_hours_utc"]
    return bool(start <= now / HOUR % 24 < end)


def _flash_failure(now: float) -> float:
    return float(FLASH["peak_failure"] if _at_peak(now) else FLASH["failure"])


def _peak_factor(now: float) -> float:
    return float(FLASH["peak_latency_factor"]) if _at_peak(now) else 1.0
