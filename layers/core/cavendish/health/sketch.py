"""How times are spread, in logarithmic buckets (DDSketch, Masson et al., VLDB 2019): small, added up in any order."""

import math
from collections import Counter
from collections.abc import Iterable
from typing import Annotated, Final, Self

from pydantic import Field, PositiveInt

from cavendish.value import Value

#: A quantile is this share off at most: 17 s may be read as 18, which nobody who waits would notice.
ACCURACY: Final = 0.05
#: What is shorter or longer counts as this, in seconds: no model answers in 10 ms, and no call may last 1,000 s.
SHORTEST_S: Final = 0.01
LONGEST_S: Final = 1000.0

#: Each bucket ends where this factor takes the end of the one before it, so that its middle is ACCURACY off both ends.
_FACTOR: Final = (1 + ACCURACY) / (1 - ACCURACY)
LAST_BUCKET: Final = math.ceil(math.log(LONGEST_S / SHORTEST_S, _FACTOR))
Bucket = Annotated[int, Field(ge=0, le=LAST_BUCKET)]

#: Of 21 equally likely values of a normal distribution (its quantiles 1/42, 3/42, ... 41/42), those above its median.
_NORMAL: Final = (0.1196, 0.2410, 0.3661, 0.4972, 0.6375, 0.7916, 0.9674, 1.1798, 1.4652, 1.9808)
#: The 95th percentile of a normal distribution.
_NORMAL_P95: Final = 1.6449


class Sketch(Value):
    """How many values fell into each bucket; buckets into which none fell are not there."""

    counts: dict[Bucket, PositiveInt] = Field(default_factory=dict)

    @classmethod
    def of(cls, values: Iterable[float]) -> Self:
        """All these values, in seconds."""
        return cls(counts=Counter(bucket_of(value) for value in values))

    @classmethod
    def log_normal(cls, typical_s: float, p95_s: float) -> Self:
        """What is to be expected where only a median and a 95th percentile are known: 21 values that have them."""
        spread = math.log(p95_s / typical_s) / _NORMAL_P95
        off = [sign * one * spread for one in _NORMAL for sign in (-1, 1)]
        return cls.of(typical_s * math.exp(one) for one in (0.0, *off))

    def add(self, seconds: float) -> Self:
        return self.merge(self.of([seconds]))

    def merge(self, other: Self) -> Self:
        """The values of both."""
        return type(self)(counts=Counter(self.counts) + Counter(other.counts))

    @property
    def count(self) -> int:
        return sum(self.counts.values())

    def quantile(self, q: float) -> float | None:
        """The value in seconds below which the share `q` of all values lies; None: there are no values."""
        return self.quantile_beyond(q, 0.0)

    def quantile_beyond(self, q: float, elapsed: float) -> float | None:
        """The quantile of those values alone that are greater than `elapsed` seconds; None: there are none."""
        left = sorted(bucket for bucket in self.counts if MIDDLES_S[bucket] > elapsed)
        rank = q * (sum(self.counts[bucket] for bucket in left) - 1)
        for bucket in left:
            rank -= self.counts[bucket]
            if rank < 0:
                return MIDDLES_S[bucket]
        return None

    @property
    def mean(self) -> float | None:
        """The mean of all values, in seconds; None: there are no values."""
        total = sum(MIDDLES_S[bucket] * count for bucket, count in self.counts.items())
        return total / self.count if self.counts else None


def bucket_of(seconds: float) -> int:
    """The number of the bucket into which a value falls."""
    return math.ceil(math.log(min(LONGEST_S, max(SHORTEST_S, seconds)) / SHORTEST_S, _FACTOR))


def _middle(bucket: int) -> float:
    """The value that is ACCURACY off both ends of its bucket."""
    return SHORTEST_S * math.pow(_FACTOR, bucket) * (1 - ACCURACY)


#: The value that stands for each bucket, in seconds.
MIDDLES_S: Final = tuple(_middle(bucket) for bucket in range(LAST_BUCKET + 1))
