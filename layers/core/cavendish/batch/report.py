"""What a batch came to: a row for each item, also for those that could not be read, and the sums of all rows."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final, Self

from pydantic import Field

from cavendish.attempt import Attempt
from cavendish.batch.counts import Counts
from cavendish.batch.files import files_of
from cavendish.batch.item import ItemFault, job_id
from cavendish.contract.view import timestamp
from cavendish.job import Job
from cavendish.made import Cost, delivered, downgraded, maker
from cavendish.money.money import dollars
from cavendish.size import Tier
from cavendish.value import Value

#: The status of an item that could not be read, and of one whose job is gone.
UNREADABLE: Final = "unreadable"
DELETED: Final = "deleted"


class RowError(Value):
    """Why an item has no picture, or fewer than it should have."""

    code: str
    #: One sentence.
    detail: str


class RowFile(Value):
    """One picture of an item."""

    #: From where the report lies; in an archive: inside its part.
    path: str
    #: The ZIP in which it is, from where the report lies; None: it lies there itself.
    part: str | None
    width: int
    height: int
    mime: str
    bytes: int
    sha256: str
    model: str
    route: str
    size: Tier


class Row(Value):
    """One item. What is said of one picture is said of its first; times are RFC 3339."""

    index: int
    #: Of the file; None: the job is gone, and with it what it was called.
    line: int | None = None
    name: str | None = None
    status: str
    job_id: str | None = None
    #: The path of its picture, and those of all of them.
    file: str | None = None
    files: tuple[str, ...] = ()
    size_asked: str | None = None
    size_delivered: Tier | None = None
    width: int | None = None
    height: int | None = None
    sha256: str | None = None
    #: Of all its pictures.
    bytes: int = 0
    model: str | None = None
    route: str | None = None
    #: How many.
    attempts: int = 0
    cost_usd: float = 0.0
    possible_duplicate_usd: float = 0.0
    estimated: bool = False
    downgraded: bool = False
    fell_back: bool = False
    created_at: str | None = None
    ended_at: str | None = None
    error: RowError | None = None
    images: tuple[RowFile, ...] = ()
    #: What its owner gave it to carry: not in the CSV.
    metadata: Mapping[str, Any] = Field(default_factory=dict)


class Totals(Value):
    """The sums of all rows so far."""

    items: int = 0
    by_status: Mapping[str, int] = Field(default_factory=dict)
    unreadable: int = 0
    files: int = 0
    bytes: int = 0
    attempts: int = 0
    cost_usd: float = 0.0
    possible_duplicate_usd: float = 0.0
    estimated: bool = False
    #: When the first job was submitted, and when the last one ended.
    first_at: str | None = None
    last_at: str | None = None
    #: Between the two.
    seconds: float = 0.0

    def with_deleted(self, counts: Counts) -> Self:
        """What is known of the costs of jobs that are gone: what they had cost when they ended."""
        known = max(self.cost_usd, dollars(counts.spent)) if self.by_status.get(DELETED) else self.cost_usd
        return self.model_copy(update={"cost_usd": known})

    def plus(self, row: Row) -> Self:
        first = min((at for at in (self.first_at, row.created_at) if at), default=None)
        last = max((at for at in (self.last_at, row.ended_at) if at), default=None)
        return type(self)(
            items=self.items + 1,
            by_status={**self.by_status, row.status: self.by_status.get(row.status, 0) + 1},
            unreadable=self.unreadable + (row.status == UNREADABLE),
            files=self.files + len(row.files),
            bytes=self.bytes + row.bytes,
            attempts=self.attempts + row.attempts,
            # Rounded each time: sums of fractions drift.
            cost_usd=round(self.cost_usd + row.cost_usd, 6),
            possible_duplicate_usd=round(self.possible_duplicate_usd + row.possible_duplicate_usd, 6),
            estimated=self.estimated or row.estimated,
            first_at=first,
            last_at=last,
            seconds=_seconds(first, last),
        )


def fault_row(fault: ItemFault) -> Row:
    """The row of an item that could not be read."""
    error = RowError(code=UNREADABLE, detail=fault.detail)
    return Row(index=fault.index, line=fault.line, name=fault.name, status=UNREADABLE, error=error)


def gone_row(batch_id: str, index: int) -> Row:
    """The row of an item whose job was deleted: nothing of it may be told."""
    error = RowError(code=DELETED, detail="the job was deleted, or the time for which it was kept is over")
    return Row(index=index, status=DELETED, job_id=job_id(batch_id, index), error=error)


def row_of(job: Job, attempts: Sequence[Attempt], *, above: str = "", part: str | None = None) -> Row:
    """The row of an item. `above` leads from the report to the batch's folder, `part` is the ZIP of its pictures."""
    assert job.item is not None, "only a batch's items are reported"
    made, cost = delivered(job, attempts), Cost.of(attempts)
    images = _images(job, attempts, above, part)
    return Row(
        index=job.item.index,
        line=job.item.line,
        name=job.item.name,
        status=job.status,
        job_id=job.id,
        files=tuple(one.path for one in images),
        size_asked=job.request.size,
        **_first(images),
        bytes=sum(one.bytes for one in images),
        attempts=len(attempts),
        cost_usd=cost.total_usd,
        possible_duplicate_usd=cost.possible_duplicate_usd,
        estimated=cost.estimated,
        downgraded=any(downgraded(one, job.request.asked.tier) for one in made),
        fell_back=any(maker(one) != job.model for one in made),
        created_at=timestamp(job.created_at),
        ended_at=timestamp(job.updated_at),
        error=RowError(code=job.error.code, detail=job.error.detail or job.error.title) if job.error else None,
        images=images,
        metadata=job.request.metadata,
    )


def _first(images: tuple[RowFile, ...]) -> dict[str, Any]:
    if not images:
        return {}
    first = images[0]
    same = first.model_dump(include={"width", "height", "sha256", "model", "route"})
    return {"file": first.path, "size_delivered": first.size, **same}


def _images(job: Job, attempts: Sequence[Attempt], above: str, part: str | None) -> tuple[RowFile, ...]:
    """Parts lie beside the report, and paths inside them lead nowhere else."""
    before = above if part is None else ""
    return tuple(
        RowFile(
            path=before + one.name,
            part=part,
            **one.image.model_dump(include={"width", "height", "mime", "bytes", "sha256"}),
            **one.model_dump(include={"model", "route", "size"}),
        )
        for one in files_of(job, attempts)
    )


def _seconds(first: str | None, last: str | None) -> float:
    if first is None or last is None:
        return 0.0
    return (datetime.fromisoformat(last) - datetime.fromisoformat(first)).total_seconds()
