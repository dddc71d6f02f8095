"""How often models succeed, as the articles have it: what is believed until we have measured it."""

from typing import Final, NamedTuple

from cavendish.catalog.model import Family, Model
from cavendish.size import Tier

_HOUR: Final = 3600
#: S1.04: from 10 to 14 h UTC Flash takes twice as long, and throttles.
PEAK_UTC: Final = range(10, 14)
PEAK_FACTOR: Final = 2.0
#: S1.13: 15 to 20 % of the calls fail; we read it as true at the peak only, for S2.13 has more than 95 % of success.
_PEAK_OK: Final = 0.825
#: S2.13, for each size; 512 as 1K.
_OK: Final[dict[Family, dict[Tier, float]]] = {
    "pro": {"512": 0.96, "1K": 0.96, "2K": 0.85},
    "flash": {"512": 0.95, "1K": 0.95, "2K": 0.95, "4K": 0.95},
    "gpt": {"1K": 0.95, "2K": 0.95, "4K": 0.95},
}
#: S2.07: of Pro's calls for 4K, in each third of the day in Beijing.
_PRO_4K_OK: Final = (0.3, 0.5, 0.7)
_BEIJING_H: Final = 8
#: S2.06 has a limit above the provider's own for 4K, because calls hang there; how many of the failures is a guess.
_PRO_4K_HANGS: Final = 0.5


#: What is believed counts as so many calls: eight measured ones weigh twice as much.
BELIEVED_CALLS: Final = 4
#: A failure that is told takes this long, in seconds: a guess until it is measured (weather.md has up to 20).
FAILURE_S: Final = 10.0


class Prior(NamedTuple):
    """What is believed of a model at one size and one time of the day."""

    #: The share of calls that bring a picture, and the share that never answers.
    ok: float
    hangs: float
    #: In seconds, of the calls that bring a picture.
    mean_s: float
    p95_s: float


def prior(model: Model, size: Tier, at: float) -> Prior:
    """What the articles and the catalogue say. `at` is in seconds since the epoch."""
    hour = int(at // _HOUR) % 24
    peak = model.family == "flash" and hour in PEAK_UTC
    factor = PEAK_FACTOR if peak else 1.0
    times = model.times[size]
    ok = _PEAK_OK if peak else _ok(model.family, size, hour)
    hangs = (1 - ok) * _PRO_4K_HANGS if (model.family, size) == ("pro", "4K") else 0.0
    return Prior(ok, hangs, times.typical_s * factor, times.p95_s * factor)


def _ok(family: Family, size: Tier, hour: int) -> float:
    if (family, size) == ("pro", "4K"):
        return _PRO_4K_OK[(hour + _BEIJING_H) % 24 // 8]
    return _OK[family][size]
