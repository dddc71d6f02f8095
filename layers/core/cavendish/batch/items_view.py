"""The items of a batch as a caller sees them: each with where it stands, whether it became a job or not."""

from collections.abc import Mapping, Sequence
from typing import Any

from cavendish.batch.batch import Batch
from cavendish.batch.item import ItemFault, job_id
from cavendish.batch.listing import item_cursor
from cavendish.batch.report import DELETED, UNREADABLE
from cavendish.job import Job

_UNREADABLE_TITLE = "The item cannot become a job"


def items_view(
    batch: Batch,
    indexes: range,
    jobs: Mapping[str, Job],
    faults: Sequence[ItemFault],
    *,
    base_url: str,
    now: float,
) -> dict[str, Any]:
    """One page. `next` is null when no more items have been read: while the batch is `open` there may be more later."""
    # Who noted a fault may have died before it counted, and the next reader have found the item well.
    unreadable = {one.index: one for one in faults if job_id(batch.id, one.index) not in jobs}
    items = [
        _faulty(unreadable[index]) if index in unreadable else _item(batch, index, jobs, base_url, now)
        for index in indexes
    ]
    return {"items": items, "next": item_cursor(indexes.stop) if indexes.stop < batch.read else None}


def _item(batch: Batch, index: int, jobs: Mapping[str, Job], base_url: str, now: float) -> dict[str, Any]:
    own = job_id(batch.id, index)
    job = jobs.get(own)
    if job is None or job.item is None or job.outdated(now):
        return _shown(index, DELETED, job_id=own)
    return _shown(
        index,
        job.status,
        line=job.item.line,
        name=job.item.name,
        job_id=own,
        links={"self": f"{base_url}/v1/jobs/{own}"},
        error=job.error.model_dump() if job.error else None,
    )


def _faulty(fault: ItemFault) -> dict[str, Any]:
    error = {"code": UNREADABLE, "title": _UNREADABLE_TITLE, "detail": fault.detail}
    return _shown(fault.index, UNREADABLE, line=fault.line, name=fault.name, error=error)


def _shown(index: int, status: str, **known: Any) -> dict[str, Any]:
    nothing = {"line": None, "name": None, "job_id": None, "links": None, "error": None}
    return {"index": index, "status": status, **nothing, **known}
