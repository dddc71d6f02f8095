"""Log-normal latencies, known by their mean and their 95th percentile."""

import math
from statistics import NormalDist
from typing import Final, NamedTuple, Self

_NORMAL: Final = NormalDist()
_P95: Final = 1.645


class Latency(NamedTuple):
    """A log-normal distribution of seconds."""

    mu: float
    sigma: float

    @classmethod
    def of(cls, mean_s: float, p95_s: float) -> Self:
        sigma = _P95 - math.sqrt(_P95**2 - 2 * math.log(p95_s / mean_s))
        return cls(math.log(mean_s) - sigma**2 / 2, sigma)

    def times(self, factor: float) -> Self:
        return self._replace(mu=self.mu + math.log(factor))

    def at(self, chance: float) -> float:
        """The latency that this share of all calls stays below."""
        return math.exp(self.mu + self.sigma * _NORMAL.inv_cdf(chance))

    def below(self, limit_s: float) -> float:
        """The share of calls that take less than this."""
        return _NORMAL.cdf((math.log(limit_s) - self.mu) / self.sigma)

    def seconds_below(self, limit_s: float) -> float:
        """The mean over all calls of the latency of those that take less than this, the others as nought."""
        mean = math.exp(self.mu + self.sigma**2 / 2)
        return mean * _NORMAL.cdf((math.log(limit_s) - self.mu) / self.sigma - self.sigma)
