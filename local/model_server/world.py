"""All that one server remembers, and its clock."""

import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace

from local.model_server.ask import Ask
from local.model_server.assets import Assets
from local.model_server.bill import Ledger
from local.model_server.fate import Fate
from local.model_server.record import Requests
from local.model_server.script import AT_ONCE, Scripts
from local.model_server.weather import HOUR, Weather

TAKES = 4  # a prompt asked again gets another picture, and the fifth time the first again


@dataclass(slots=True, kw_only=True)
class World:
    weather: Weather
    seed: int = 1
    time_scale: float = 1.0  # real seconds per second of the weather
    start_hour: float = 12.0  # UTC
    scripts: Scripts = field(default_factory=Scripts)
    sketch: bool = False  # every picture is drawn in no time, and looks like it
    most: dict[str, int] = field(default_factory=dict)  # calls at once, by model; whoever comes then gets a 429
    ledger: Ledger = field(default_factory=Ledger)
    requests: Requests = field(default_factory=Requests)
    assets: Assets = field(default_factory=Assets)
    pool: ThreadPoolExecutor = field(default_factory=ThreadPoolExecutor)
    _started: float = field(default_factory=time.monotonic)
    _asked: Counter[str] = field(default_factory=Counter)
    _answered: Counter[str] = field(default_factory=Counter)

    def now(self) -> float:
        return self.start_hour * HOUR + (time.monotonic() - self._started) / self.time_scale

    def fate(self, ask: Ask) -> Fate:
        model = ask.model.id
        others = self.ledger.in_flight(model) - 1
        if others >= self.most.get(model, others + 1):
            return Fate(kind="429", after_s=AT_ONCE)
        scripted = self.scripts.take(ask.prompt, model)
        fate = scripted or self.weather.draw(model, ask.size, self.now(), others, ask.prompt)
        return replace(fate, sketch=True) if self.sketch else fate

    def take(self, ask: Ask) -> int:
        if ask.seed is not None:
            return TAKES + ask.seed
        self._asked[ask.prompt] += 1
        return (self._asked[ask.prompt] - 1) % TAKES

    def mime(self, ask: Ask) -> str:
        self._answered[ask.model.id] += 1
        return ask.model.mime(self.seed + self._answered[ask.model.id])
