"""The job: what a caller asked for and where it stands. A transition returns a new job; a terminal job has none."""

from enum import StrEnum
from typing import Final, Self

from cavendish.batch.item import Item
from cavendish.errors import JobConflict
from cavendish.ladder.plan import Plan
from cavendish.outcome import Report
from cavendish.request import JobRequest
from cavendish.value import Value


class Status(StrEnum):
    """Where a job stands."""

    QUEUED = "queued"
    RUNNING = "running"
    CANCELLING = "cancelling"
    SUCCEEDED = "succeeded"
    PARTIAL = "partial"
    FAILED = "failed"
    CANCELLED = "cancelled"
    EXPIRED = "expired"


TERMINAL: Final = frozenset({Status.SUCCEEDED, Status.PARTIAL, Status.FAILED, Status.CANCELLED, Status.EXPIRED})

#: A queued job is sent again after this long without a start, in seconds (architecture rule 4).
RESEND_AFTER_S: Final = 120
#: One of a batch waits for others of it, and the batch has it sent; so it is sent again only after this long.
RESEND_ITEM_AFTER_S: Final = 3_600
#: A running job is looked after this often, in seconds; of bulk jobs there may be tens of thousands, and to ask for an
#: execution has a quota.
LOOK_AFTER_S: Final = 300
LOOK_AFTER_BULK_S: Final = 3_600
#: After its retention a job's row waits this long for the watchdog before the table forgets it, in seconds.
PURGE_WITHIN_S: Final = 86_400
#: A job past its deadline gets this long to end by itself before the watchdog ends it, in seconds.
GRACE_S: Final = 60


class JobError(Value):
    """Why a job has no picture."""

    code: str
    title: str
    detail: str


class Event(Value):
    """A fact about a job for others to hear: written with the change it tells of, published by the stream."""

    type: str
    job_id: str
    tenant: str
    sequence: int
    at: float

    @property
    def about(self) -> dict[str, str]:
        """What it is about, by the name of its kind."""
        return {"job_id": self.job_id}


class Job(Value):
    """One job. Times are seconds since the epoch."""

    id: str
    tenant: str
    status: Status
    #: Counts the public changes; every write is conditional on it.
    sequence: int
    created_at: float
    updated_at: float
    #: Of a bulk job that was not attempted yet, until when its first attempt has to begin.
    deadline_at: float
    request: JobRequest
    #: Where it comes from, if from a batch.
    item: Item | None = None
    #: The model and the route that are tried first: what the caller asked for, by name or by policy.
    model: str
    route: str
    plan: Plan | None = None
    #: The hour that was chosen for a job that may wait for one; None: none was chosen yet.
    starts_at: float | None = None
    #: When a bulk job's first attempt began, from which its deadline counts; None: none has begun.
    attempted_at: float | None = None
    #: When the watchdog last saw that all is well.
    looked_at: float
    #: Steps of the ladder already told of, so that each is told once.
    told: tuple[str, ...] = ()
    error: JobError | None = None
    #: The attempts whose pictures the job ended with, by their path, in the order of the images.
    delivered: tuple[str, ...] = ()

    @property
    def expires_at(self) -> float:
        """When the table forgets the job: by then the watchdog has deleted it, unless it could not."""
        end_at = self.updated_at if self.ended else self.deadline_at + GRACE_S
        return end_at + self.request.retention_s + PURGE_WITHIN_S

    @property
    def kept_until(self) -> float | None:
        """The end of the job's retention; None: it has not begun."""
        return self.updated_at + self.request.retention_s if self.ended else None

    def outdated(self, now: float) -> bool:
        """Whether the job's retention is over: from then on nobody is shown anything of it."""
        return self.kept_until is not None and self.kept_until <= now

    @property
    def ended(self) -> bool:
        return self.status in TERMINAL

    @property
    def due_at(self) -> float | None:
        """When the watchdog has to look; at a job that has ended, once more: to delete it."""
        if self.ended:
            return self.kept_until
        if self.status is Status.QUEUED:
            return min(self._sent_again_at, self.deadline_at + GRACE_S)
        if self.status is Status.CANCELLING:
            return self.looked_at + GRACE_S
        look_after_s = LOOK_AFTER_BULK_S if self.request.lane == "bulk" else LOOK_AFTER_S
        return min(self.looked_at + look_after_s, self.deadline_at + GRACE_S)

    @property
    def _sent_again_at(self) -> float:
        if self.starts_at is not None and self.starts_at > self.looked_at:
            return self.starts_at
        return self.looked_at + (RESEND_ITEM_AFTER_S if self.item else RESEND_AFTER_S)

    def waiting(self, now: float) -> bool:
        """Whether its hour has not come."""
        return self.starts_at is not None and now < self.starts_at

    def as_submitted(self, job_id: str | None = None) -> Self:
        """The job as it was when it was acknowledged."""
        first = {"status": Status.QUEUED, "sequence": 1, "updated_at": self.created_at, "plan": None}
        rest = {"looked_at": self.created_at, "told": (), "error": None, "delivered": ()}
        times = {"deadline_at": self.created_at + self.request.waits_s, "starts_at": None, "attempted_at": None}
        return self.model_copy(update={**first, **rest, **times, "id": job_id or self.id})

    def scheduled(self, starts_at: float, now: float) -> Self:
        """An hour is chosen once, so that no job is put off for ever."""
        return self._moved(now, starts_at=starts_at)

    def held(self, until: float) -> Self:
        """A job that is not written yet, to wait until then if nobody releases it."""
        return self.model_copy(update={"starts_at": until})

    def released(self, now: float) -> Self:
        """It waits no longer; whoever may wait for a better hour is not put off a second time."""
        return self._moved(now, starts_at=None if self.request.schedule == "now" else self.created_at)

    def attempted(self, now: float) -> Self:
        """The job as its next attempt finds it: the first one of a bulk job sets the deadline, for all its images."""
        if self.request.lane != "bulk" or self.attempted_at is not None:
            return self
        return self._moved(now, attempted_at=now, deadline_at=now + self.request.deadline_s)

    def dated(self, said: Report) -> Report:
        """What an attempt reports, with the deadline where the plan has another one."""
        return said if self.attempted_at is None else said.model_copy(update={"deadline_at": self.deadline_at})

    def started(self, plan: Plan, now: float) -> Self:
        """Who named no model gets the plan's first one: that is what later ones fall back from."""
        first = {} if self.request.model else {"model": plan.first.model, "route": plan.first.route}
        return self._moved(now, status=Status.RUNNING, plan=plan, **first)

    def tell(self, step: str, now: float) -> Self:
        """Note that the job fell back or was downgraded on its way."""
        return self._moved(now, told=(*self.told, step))

    def cancelling(self, now: float) -> Self:
        return self._moved(now, status=Status.CANCELLING)

    def end(self, status: Status, now: float, error: JobError | None = None, delivered: tuple[str, ...] = ()) -> Self:
        return self._moved(now, status=status, error=error, delivered=delivered)

    def looked_after(self, now: float) -> Self:
        """The same job, due later: nothing that a caller sees has changed."""
        return self.model_copy(update={"looked_at": now})

    def event(self, name: str) -> Event:
        return Event(type=name, job_id=self.id, tenant=self.tenant, sequence=self.sequence, at=self.updated_at)

    def _moved(self, now: float, **changes: object) -> Self:
        if self.ended:
            raise JobConflict(f"job {self.id} is {self.status}: a terminal state never changes")
        return self.model_copy(update={**changes, "sequence": self.sequence + 1, "updated_at": now, "looked_at": now})
