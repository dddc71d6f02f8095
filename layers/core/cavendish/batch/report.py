"""What a batch came to: a row for each item, also for those that could not be read."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from pydantic import Field

from cavendish.attempt import Attempt
from cavendish.batch.batch import Batch
from cavendish.batch.files import files_of
from cavendish.batch.item import ItemFault, job_id
from cavendish.contract.view import timestamp
from cavendish.job import Job, Status
from cavendish.made import Cost, delivered, downgraded, maker
from cavendish.size import Tier
from cavendish.value import Value

#: The status of an item that could not be read, and of one whose job is gone.
UNREADABLE: Final = "unreadable"
DELETED: Final = "deleted"
#: The error of items that nobody has read, because their batch was cancelled before.
UNREAD: Final = "unread"


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


def fault_row(fault: ItemFault) -> Row:
    """The row of an item that could not be read."""
    error = RowError(code=UNREADABLE, detail=fault.detail)
    return Row(index=fault.index, line=fault.line, name=fault.name, status=UNREADABLE, error=error)


def gone_row(batch_id: str, index: int) -> Row:
    """The row of an item whose job was deleted: nothing of it may be told."""
    error = RowError(code=DELETED, detail="the job was deleted, or the time for which it was kept is over")
    return Row(index=index, status=DELETED, job_id=job_id(batch_id, index), error=error)


def unread_row(batch: Batch) -> Row | None:
    """One row for all items that a cancel kept from being read. None: it kept none."""
    if batch.unread == 0:
        return None
    # A retry reads no lines but the items that failed.
    line = None if batch.retry_of else batch.cursor.line
    those = "all items" if batch.unread is None else "1 item" if batch.unread == 1 else f"{batch.unread} items"
    detail = f"{those}{f' from line {line} on' if line else ''}: cancelled before anybody had read them"
    error = RowError(code=UNREAD, detail=detail)
    return Row(index=batch.read, line=line, status=Status.CANCELLED, error=error)


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
