"""What the calls of a tenant's jobs came to, hour by hour: sums that are kept when a job ends, and never counted anew.

For each hour there is a sum per way (route, model and size), and one per tag and way. Both are kept: a call of a job
with two tags is in the sums of each tag, so what is asked without a tag cannot be added up from those. A job without
tags is in those of NO_TAG.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Final, Literal, NamedTuple, Self

from pydantic import Field

from cavendish.attempt import Attempt
from cavendish.health.health import COARSE_S, window_at
from cavendish.health.sketch import LAST_BUCKET, LONGEST_S, Sketch
from cavendish.money.money import micros
from cavendish.value import Value

#: Sums are kept this long after their hour, in seconds: the same hour of four weeks can be compared (health.py).
KEPT_S: Final = 35 * 86_400

#: In a tag's place where a job has none: a tag has one character at least (request.py).
NO_TAG: Final = ""

Kind = Literal["way", "tag"]

_TIME: Final = "t_"
_BUCKETS: Final = {f"{_TIME}{bucket}": bucket for bucket in range(LAST_BUCKET + 1)}


class Tally(Value):
    """Calls, added up."""

    calls: int = Field(default=0, ge=0)
    #: Those that brought a picture which was taken.
    made: int = Field(default=0, ge=0)
    #: In millionths of a dollar.
    spent: int = 0
    #: Of the calls that brought a picture.
    times: Sketch = Sketch()

    @classmethod
    def of(cls, attempt: Attempt) -> Self | None:
        """One call; None: none was made, or it has not ended."""
        # What is called has its worst case set aside first (budget.py).
        if attempt.hold is None or attempt.result is None or attempt.ended_at is None:
            return None
        took_s = attempt.ended_at - attempt.started_at
        # A clock that jumped tells no time, nor does a batch; the call was made and paid for all the same.
        timed = attempt.made and not attempt.call.economy and 0 <= took_s <= LONGEST_S
        times = Sketch.of([took_s] if timed else [])
        return cls(calls=1, made=int(attempt.made), spent=micros(attempt.result.cost_usd), times=times)

    def merge(self, other: "Tally") -> Self:
        return type(self)(
            calls=self.calls + other.calls,
            made=self.made + other.made,
            spent=self.spent + other.spent,
            times=self.times.merge(other.times),
        )

    @property
    def possible(self) -> bool:
        """Whether calls can have come to this: there are some, and no more pictures than that."""
        return 0 < self.calls >= self.made

    @property
    def counters(self) -> dict[str, int]:
        """Flat, so that tallies can be added up where they are kept."""
        sums = {"calls": self.calls, "made": self.made, "spent": self.spent}
        return sums | {f"{_TIME}{bucket}": n for bucket, n in self.times.counts.items()}

    @classmethod
    def read(cls, counters: Mapping[str, object]) -> Self:
        """From its counters; what is none, or is of a newer version, is as if it were not there."""
        found = {name: n for name in ("calls", "made", "spent") if (n := _count(counters.get(name)))}
        times = {bucket: n for name, bucket in _BUCKETS.items() if (n := _count(counters.get(name)))}
        return cls(**found, times=Sketch(counts=times))


def spent(attempts: Iterable[Attempt]) -> int:
    """What they cost, in millionths of a dollar."""
    return sum(micros(one.result.cost_usd) for one in attempts if one.result)


class Sum(NamedTuple):
    """A tally with its place: the hour in which the calls ended, and the way, or the tag and the way."""

    hour: int
    kind: Kind
    key: tuple[str, ...]
    tally: Tally


class NotKept:
    """The port Statistics where nobody counts."""

    def add(self, tenant: str, sums: Sequence[Sum]) -> None:
        """It is not kept."""

    def read(self, tenant: str, kind: Kind, since: float, until: float, most: int) -> list[Sum] | None:  # noqa: ARG002
        return []


NOT_KEPT: Final = NotKept()


def sums_of(attempts: Iterable[Attempt], tags: Iterable[str]) -> list[Sum]:
    """What a job's attempts add: to the sum of each one's way, and for each of the job's tags to that of both."""
    names = sorted(set(tags)) or [NO_TAG]
    found: dict[tuple[int, Kind, tuple[str, ...]], Tally] = {}
    for attempt in attempts:
        tally = Tally.of(attempt)
        if tally is None or attempt.ended_at is None:
            continue
        hour = window_at(attempt.ended_at, COARSE_S)
        for kind, key in _keys(attempt, names):
            place = (hour, kind, key)
            found[place] = found.get(place, Tally()).merge(tally)
    return [Sum(*place, tally) for place, tally in sorted(found.items(), key=lambda one: one[0])]


def _keys(attempt: Attempt, tags: Iterable[str]) -> Iterator[tuple[Kind, tuple[str, ...]]]:
    way = (attempt.call.route, attempt.call.model, attempt.call.size)
    yield "way", way
    for tag in tags:
        yield "tag", (tag, *way)


def _count(value: object) -> int:
    written = str(value)
    return int(written) if written.isdecimal() else 0
