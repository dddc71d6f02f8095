"""How models do: what calls came to and how long they took, counted in windows of time that can be added up."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from typing import Final, Self

from pydantic import Field, PositiveInt

from cavendish.attempt import Attempt
from cavendish.catalog.catalog import Catalog
from cavendish.health.sketch import LAST_BUCKET, LONGEST_S, Sketch
from cavendish.outcome import TABLE, Blame, Outcome
from cavendish.size import Tier
from cavendish.value import Value

#: The lengths of windows, in seconds. Five minutes show an outage while it lasts (those that are simulated last 20
#: minutes); hours show a day's course, such as the peak from 10 to 14 h UTC (S1.04), in rows few enough to keep.
FINE_S: Final = 300
COARSE_S: Final = 3600
#: How long windows of each length are kept after their end, in seconds: the fine ones two days, so that yesterday's
#: incident can be looked at; the coarse ones five weeks, so that the same hour of four weeks can be compared.
KEPT_S: Final = {FINE_S: 2 * 86_400, COARSE_S: 35 * 86_400}
#: A span up to this long is read in fine windows (at most 73 rows), a longer one in coarse ones, in seconds.
FINE_SPAN_S: Final = 6 * 3600
#: What is measured counts for this long, in seconds: less than the four hours of a peak, and long enough that also
#: a deployment with a few pictures an hour has what is enough.
RECENT_S: Final = 3 * 3600
#: From so many successes on the measured times count, and no more the catalogue's: the true median lies between
#: the second shortest of eight times and the second longest in 93 of 100 cases (1 - 18 / 2^8).
ENOUGH: Final = 8

#: Counters of a window are called this and an outcome's name, or this and a bucket's number.
_OUTCOME: Final = "n_"
_TIME: Final = "t_"
_FAILURE: Final = "f_"
#: The one counter that a picture sets to nothing; what it held is added to the other one, if it was an outage.
STREAK: Final = "streak"
OVERCOME: Final = "overcome"
#: So many failures in a row are an outage, and no bad luck.
OUTAGE_CALLS: Final = 3

#: What tells how a model does. A refusal tells of the prompt, a bad key of the operator.
TELLING: Final = frozenset(outcome for outcome, row in TABLE.items() if row.blame is Blame.MODEL) | {Outcome.OK}
#: What a call comes to that was cut, or that broke: nobody told that it failed, nor whether it is billed.
UNANSWERED: Final = (Outcome.TIMED_OUT, Outcome.CONNECTION_LOST)


class Sample(Value):
    """One call that was made: when it ended (seconds since the epoch), in what, and how long it took from its begin."""

    route: str
    model: str
    size: Tier
    at: float = Field(ge=0)
    outcome: Outcome
    took_s: float = Field(ge=0, le=LONGEST_S)

    @classmethod
    def of(cls, attempt: Attempt) -> Self | None:
        """What an ended attempt tells of its model; None: nothing, since it made no call, or since a clock jumped."""
        call, result = attempt.call, attempt.result
        # A call that was made has its phases timed; one that was not, or whose worker failed, has none.
        if result is None or not result.timings or attempt.ended_at is None:
            return None
        took_s = attempt.ended_at - attempt.started_at
        if not 0 <= took_s <= LONGEST_S or attempt.started_at < 0:
            return None
        named = {"route": call.route, "model": call.model, "size": call.size}
        return cls.model_validate({**named, "at": attempt.ended_at, "outcome": result.report.outcome, "took_s": took_s})


class Health(Value):
    """What the calls to one model at one size came to over some time."""

    outcomes: dict[Outcome, PositiveInt] = Field(default_factory=dict)
    #: Of the calls that brought the picture that was asked for: another size or model takes its own time.
    times: Sketch = Sketch()
    #: Of the calls that failed and said so.
    failures: Sketch = Sketch()

    @classmethod
    def of(cls, windows: Iterable["Window"]) -> Self:
        """All windows of a span together."""
        whole = cls()
        for window in windows:
            whole = whole.merge(window.health)
        return whole

    def merge(self, other: "Health") -> Self:
        outcomes = Counter(self.outcomes) + Counter(other.outcomes)
        return type(self)(
            outcomes=outcomes, times=self.times.merge(other.times), failures=self.failures.merge(other.failures)
        )

    @property
    def known(self) -> bool:
        """Whether the times are enough to go by."""
        return self.times.count >= ENOUGH

    @property
    def calls(self) -> int:
        return sum(self.outcomes.values())


class Window(Value):
    """The health of a stretch of time: from `begins_at`, in seconds since the epoch, for `length_s` seconds."""

    begins_at: int
    length_s: int
    health: Health = Health()
    #: Failures that tell of the model, since the last picture of this window.
    streak: int = 0
    #: Of its failures, those in streaks that a picture ended: of an outage that is over.
    overcome: int = 0

    @classmethod
    def of(cls, sample: Sample, length_s: int) -> Self:
        """The window of this length in which a call ended, with that call alone."""
        outcome, took = sample.outcome, Sketch.of([sample.took_s])
        failed = outcome in TELLING and outcome is not Outcome.OK
        health = Health(
            outcomes={outcome: 1},
            times=took if outcome is Outcome.OK else Sketch(),
            failures=took if failed and outcome not in UNANSWERED else Sketch(),
        )
        return cls(begins_at=window_at(sample.at, length_s), length_s=length_s, health=health, streak=int(failed))

    @classmethod
    def read(cls, begins_at: int, length_s: int, counters: Mapping[str, object]) -> Self:
        """A window from its counters. What is none, or is of a newer version, is as if it were not there."""
        outcomes = {Outcome(name): n for name, n in _counts(counters, _OUTCOME) if name in set(Outcome)}
        times, failures = (_sketch(counters, kind) for kind in (_TIME, _FAILURE))
        streak, overcome = (next((n for _, n in _counts(counters, one)), 0) for one in (STREAK, OVERCOME))
        health = Health(outcomes=outcomes, times=times, failures=failures)
        return cls(begins_at=begins_at, length_s=length_s, health=health, streak=streak, overcome=overcome)

    @property
    def counters(self) -> dict[str, int]:
        """What it counts, flat, so that windows can be added up where they are kept."""
        health = self.health
        kinds = ((_OUTCOME, health.outcomes), (_TIME, health.times.counts), (_FAILURE, health.failures.counts))
        return {f"{kind}{what}": n for kind, counts in kinds for what, n in counts.items()}

    @property
    def expires_at(self) -> int:
        return self.begins_at + self.length_s + KEPT_S[self.length_s]


_BUCKETS: Final = {str(bucket) for bucket in range(LAST_BUCKET + 1)}


#: Of this version: a newer one may count more, which is no fault.
_COUNTERS: Final = frozenset(
    {
        *(STREAK, OVERCOME),
        *(f"{_OUTCOME}{outcome}" for outcome in Outcome),
        *(f"{kind}{bucket}" for kind in (_TIME, _FAILURE) for bucket in _BUCKETS),
    }
)


def no_counts(counters: Mapping[str, object]) -> list[str]:
    """The names of those counters of a window that are no counts."""
    return sorted(name for name, value in counters.items() if name in _COUNTERS and not str(value).isdecimal())


def window_at(at: float, length_s: int) -> int:
    """When the window of this length began that a moment lies in."""
    return int(at // length_s) * length_s


def window_length(since: float, until: float) -> int:
    """In windows of which length a span is read."""
    return FINE_S if until - since <= FINE_SPAN_S else COARSE_S


def expected(health: Health, catalog: Catalog, model_id: str, size: Tier) -> Sketch:
    """How long a call can be expected to take: as it was measured, else as the catalogue has it, else nobody knows."""
    if health.known:
        return health.times
    model = catalog.find(model_id)
    times = model.times.get(size) if model else None
    return times.sketch if times else Sketch()


def _sketch(counters: Mapping[str, object], kind: str) -> Sketch:
    return Sketch(counts={int(name): n for name, n in _counts(counters, kind) if name in _BUCKETS})


def _counts(counters: Mapping[str, object], kind: str) -> Iterator[tuple[str, int]]:
    """The counters of this kind that are counts."""
    for name, value in counters.items():
        written = str(value)
        if name.startswith(kind) and written.isdecimal() and (count := int(written)) > 0:
            yield name.removeprefix(kind), count
