"""The chunk: items of an economy batch that are sent to a provider's batch API together, and where it stands."""

import math
from enum import StrEnum
from typing import Final, Self

from cavendish.batch.batch import KEPT_S
from cavendish.ladder.plan import Call
from cavendish.value import Value

#: A job waits for its answer so long, in seconds: the provider's target is a day.
HELD_S: Final = 26 * 3_600
#: What fails without a bill is tried again for so long, and so are results that cannot be read, in seconds.
TRIED_S: Final = 3_600
#: What was begun without our hearing of it is listed after so long at the latest, in seconds.
LISTED_S: Final = 120
#: A chunk is looked after when a quarter of its age has passed again, within these bounds, in seconds.
_SOONEST_S: Final = 5
_LATEST_S: Final = 900


class ChunkState(StrEnum):
    """Where a chunk stands, in this order."""

    NEW = "new"
    #: Its attempts are being written, its lines uploaded.
    BEGUN = "begun"
    UPLOADED = "uploaded"
    #: The provider is asked to begin it, which costs: whether it has, only the provider knows.
    CREATING = "creating"
    CREATED = "created"
    #: The provider has its results.
    ANSWERED = "answered"
    #: Its results have been read, each into its attempt.
    READ = "read"
    #: It came to nothing; its jobs go the ordinary way.
    FAILED = "failed"
    #: None of its jobs wanted to be called any more.
    EMPTY = "empty"


_ORDER: Final = tuple(ChunkState)
_OVER: Final = frozenset({ChunkState.READ, ChunkState.FAILED, ChunkState.EMPTY})


class Member(Value):
    """A job in a chunk, and the call that each of its images wants."""

    job_id: str
    call: Call


class Chunk(Value):
    """One chunk. Times are seconds since the epoch."""

    batch_id: str
    #: Counts the batch's chunks from 0.
    number: int
    route: str
    #: What the model is called on the route.
    model: str
    members: tuple[Member, ...]
    cut_at: float
    state: ChunkState = ChunkState.NEW
    #: Counts the writes; each is conditional on it.
    revision: int = 1
    began_at: float | None = None
    #: What the provider calls its lines, the batch it makes of them, and their results.
    file: str | None = None
    operation: str | None = None
    results: str | None = None
    #: When the provider was asked to begin it.
    tried_at: float | None = None
    #: When its results were seen.
    answered_at: float | None = None

    @property
    def title(self) -> str:
        """Our name for it, by which it is found again at the provider."""
        return f"{self.batch_id}-{self.number}-{self.model}"

    @property
    def job_ids(self) -> list[str]:
        return [one.job_id for one in self.members]

    @property
    def expires_at(self) -> float:
        return self.cut_at + KEPT_S

    @property
    def over(self) -> bool:
        return self.state in _OVER

    @property
    def under_way(self) -> bool:
        return not self.over and self.state is not ChunkState.NEW

    @property
    def held_until(self) -> float:
        """When it is given up."""
        return (self.cut_at if self.began_at is None else self.began_at) + HELD_S

    @property
    def listed_at(self) -> float:
        """From when on the provider's list tells whether it was begun."""
        return (self.tried_at or 0.0) + LISTED_S

    def beyond(self, other: Self) -> bool:
        """Whether it has come further than this one."""
        return _ORDER.index(self.state) > _ORDER.index(other.state)

    def worth_a_try(self, since: float | None, now: float) -> bool:
        """Whether something that has failed since then may be tried again."""
        return since is None or now < since + TRIED_S

    def again_s(self, now: float) -> int:
        """After how many seconds it is worth looking again."""
        age_s = now - (self.cut_at if self.began_at is None else self.began_at)
        waits_s = age_s / 4
        if self.state is ChunkState.CREATING:
            waits_s = self.listed_at - now
        return math.ceil(min(max(waits_s, _SOONEST_S), _LATEST_S))

    def begun(self, now: float) -> Self:
        return self._moved(ChunkState.BEGUN, began_at=now)

    def uploaded(self, file: str | None) -> Self:
        return self._moved(ChunkState.UPLOADED, file=file)

    def creating(self, now: float) -> Self:
        return self._moved(ChunkState.CREATING, tried_at=now)

    def created(self, operation: str) -> Self:
        return self._moved(ChunkState.CREATED, operation=operation)

    def answered(self, results: str, now: float) -> Self:
        return self._moved(ChunkState.ANSWERED, results=results, answered_at=now)

    def ended(self, state: ChunkState) -> Self:
        return self._moved(state)

    def _moved(self, state: ChunkState, **changes: object) -> Self:
        return self.model_copy(update={"state": state, "revision": self.revision + 1, **changes})
