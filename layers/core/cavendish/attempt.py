"""The attempt: one call to a model, known by where it stands on its image's ladder, never by a random id."""

from enum import StrEnum
from typing import Any, Final, NamedTuple, Self

from pydantic import Field, ValidationError

from cavendish.errors import MessageUnreadable
from cavendish.image.stored_image import StoredImage
from cavendish.ladder.plan import VERSION, Call, Position
from cavendish.money.budget import Hold
from cavendish.money.price import Priced, Usage
from cavendish.outcome import Billed, Report
from cavendish.request import RETENTION_MAX_S
from cavendish.value import Value

#: A worker gets this long beyond its call's limit to store and report before it counts as lost, in seconds.
LEASE_MARGIN_S: Final = 45
#: An ended attempt that is not reported after this long is reported by the watchdog, in seconds.
REPORT_AFTER_S: Final = 30
#: Rows are kept this long, in seconds: longer than any job with its deadline of a day, its retention, and a day in
#: which the watchdog deletes it.
KEEP_S: Final = RETENTION_MAX_S + 3 * 86_400


class State(StrEnum):
    """Where an attempt stands. Whoever moves it out of `calling` reports it."""

    CALLING = "calling"
    ENDED = "ended"
    LOST = "lost"
    REPORTED = "reported"


class AttemptKey(NamedTuple):
    """What makes an attempt the same attempt."""

    job_id: str
    image: int
    step: int
    route: int
    try_: int

    @property
    def path(self) -> str:
        """The key inside its job; sorts in the order of the walk (plans hold fewer than 100 of each)."""
        return f"{self.image}-{self.step:02}-{self.route:02}-{self.try_:02}"

    @property
    def object_key(self) -> str:
        """Where its picture lies in the bucket. No extension: the type is known only after the bytes are."""
        return f"{self.job_id}/{self.path}"

    @classmethod
    def of(cls, job_id: str, path: str) -> Self:
        image, step, route, try_ = (int(part) for part in path.split("-"))
        return cls(job_id, image, step, route, try_)


class AttemptMessage(Value):
    """What the workflow sends for each attempt. Ids, plan and counters only: the prompt stays in the job's row."""

    v: int
    job_id: str
    image: int
    step: int
    route: int
    try_: int = Field(alias="try")
    call: Call
    waited_s: int
    token: str = Field(min_length=1)
    #: How often its call had to wait for its turn; the workflow does not send it.
    turned_away: int = Field(default=0, ge=0)

    @property
    def key(self) -> AttemptKey:
        return AttemptKey(self.job_id, self.image, self.step, self.route, self.try_)


class Result(Value):
    """All that a call brought: how it ended, what it cost, how long each phase took (seconds), and the picture."""

    report: Report
    #: Only a picture that is taken is stored: an ok one, or one whose fault the caller accepts.
    image: StoredImage | None = None
    #: The model that really made it, where that is known to be another one than was asked.
    made_by: str | None = None
    cost_usd: float = 0.0
    #: By which price; None: it cost nothing.
    priced: Priced | None = None
    #: The tokens as the provider counted them; None: it did not, or so that they cannot be believed.
    usage: Usage | None = None
    #: Whether the cost is a list price, for want of the provider's own count, or may not be owed at all.
    estimated: bool = False
    timings: dict[str, float] = Field(default_factory=dict)
    #: The model's own words, where it said something instead of making a picture.
    note: str | None = None


class Attempt(Value):
    """One row: the attempt from the moment before its call. Times are seconds since the epoch."""

    job_id: str
    path: str
    state: State
    call: Call
    #: Of all messages that asked for this attempt: each may be the one whose sender still waits. None yet, in a chunk.
    tokens: tuple[str, ...]
    waited_s: int
    started_at: float
    lease_until: float
    #: What was set aside for the call; None: no call is made, or an older version began it.
    hold: Hold | None = None
    ended_at: float | None = None
    result: Result | None = None

    @property
    def key(self) -> AttemptKey:
        return AttemptKey.of(self.job_id, self.path)

    @property
    def expires_at(self) -> float:
        """When the table forgets the attempt: never before its job."""
        return self.started_at + KEEP_S

    @property
    def due_at(self) -> float | None:
        """When the watchdog has to look, None: never again."""
        if self.state is State.REPORTED:
            return None
        return self.lease_until if self.ended_at is None else self.ended_at + REPORT_AFTER_S

    @property
    def report(self) -> Report | None:
        return self.result.report if self.result else None

    def uncalled(self, result: Result) -> Self:
        """The same without a call: it has ended as soon as it began."""
        ended = {"state": State.ENDED, "ended_at": self.started_at, "lease_until": self.started_at, "hold": None}
        return self.model_copy(update={**ended, "result": result})

    @property
    def made(self) -> bool:
        return self.result is not None and self.result.image is not None

    @property
    def possible_duplicate_usd(self) -> float:
        """What was perhaps paid without our knowing."""
        if self.result and self.result.report.billed is Billed.UNKNOWN:
            return self.result.cost_usd
        return 0.0


def read_message(fields: dict[str, Any]) -> AttemptMessage:
    """Read a message of this version or the one before. Raises MessageUnreadable."""
    try:
        if fields.get("v") in (VERSION, VERSION - 1):
            return AttemptMessage.model_validate(fields)
    except ValidationError:
        pass
    raise MessageUnreadable(str(fields.get("token") or ""))


def begin(message: AttemptMessage, limit_s: int, now: float, hold: Hold | None = None) -> Attempt:
    """The row that stands before the call is made."""
    return Attempt(
        job_id=message.job_id,
        path=message.key.path,
        state=State.CALLING,
        call=message.call.model_copy(update={"limit_s": limit_s}),
        tokens=(message.token,),
        waited_s=message.waited_s,
        started_at=now,
        lease_until=now + limit_s + LEASE_MARGIN_S,
        hold=hold,
    )


def position(attempts: list[Attempt], upto: Attempt) -> Position:
    """Where an attempt of an image stood on its ladder, from the attempts before it: paths sort in the walk's order."""
    before = [one for one in attempts if one.key.image == upto.key.image and one.path < upto.path]
    unknowns = sum(one.report is not None and one.report.billed is Billed.UNKNOWN for one in before)
    key = upto.key
    return Position(key.step, key.route, key.try_, len(before), unknowns)
