"""The batch as a caller sees it: where it stands, how far it is, what it cost, and where its results are."""

from collections.abc import Callable
from typing import Any, Final

from cavendish.batch.batch import Batch, BatchStatus
from cavendish.batch.counts import Counts
from cavendish.batch.part import Part
from cavendish.contract.view import LINK_EXPIRES_S, timestamp
from cavendish.job import Status

#: Makes a URL out of a key of the outbox.
Link = Callable[[str], str]

#: When to ask again, in seconds: a file is read in moments, pictures take minutes.
_OPEN_S: Final = 2
_RUNNING_S: Final = 10
_ENDS: Final = (Status.SUCCEEDED, Status.PARTIAL, Status.FAILED, Status.CANCELLED, Status.EXPIRED)


def batch_view(batch: Batch, counts: Counts, *, base_url: str, link: Link, now: float) -> dict[str, Any]:
    """The whole batch."""
    return {
        **_head(batch, base_url),
        "items": _items(batch, counts),
        "cost": {"total_usd": counts.spent / 1_000_000},
        "results": results(batch, link, now),
    }


def batch_brief(batch: Batch, *, base_url: str) -> dict[str, Any]:
    """The batch as a list shows it: what its own row knows, nothing that would have to be counted."""
    return _head(batch, base_url)


def results(batch: Batch, link: Link, now: float) -> dict[str, Any] | None:
    """Links to what it came to. None: it has not ended, or its file could not be read."""
    if batch.status not in (BatchStatus.COMPLETED, BatchStatus.CANCELLED):
        return None
    expires = {"expires_at": timestamp(now + LINK_EXPIRES_S)}
    return {
        "folder": batch.folder,
        "report_json": {"url": link(f"{batch.report_folder}/report.json"), **expires},
        "report_csv": {"url": link(f"{batch.report_folder}/report.csv"), **expires},
        "parts": [{**_part(one), "url": link(one.key), **expires} for one in batch.parts],
    }


def again_s(batch: Batch) -> int | None:
    """Seconds until it is worth asking again. None: never, the batch has ended."""
    if batch.ended:
        return None
    return _OPEN_S if batch.status is BatchStatus.OPEN else _RUNNING_S


def _head(batch: Batch, base_url: str) -> dict[str, Any]:
    own = f"{base_url}/v1/batches/{batch.id}"
    ways = ("items", "cancel", "retry", "manifest")
    return {
        "id": batch.id,
        "status": batch.status,
        "name": batch.name,
        "mode": batch.mode,
        "created_at": timestamp(batch.created_at),
        "updated_at": timestamp(batch.updated_at),
        "links": {"self": own, **{name: f"{own}/{name}" for name in ways}},
        "retry_of": batch.retry_of,
        "metadata": dict(batch.metadata),
        "error": batch.error.model_dump() if batch.error else None,
    }


def _items(batch: Batch, counts: Counts) -> dict[str, int | None]:
    ended = {status.value: counts.by_status.get(status, 0) for status in _ENDS}
    ended[Status.CANCELLED] += batch.unread or 0
    # Those that ended are counted after what was read was looked up: more may have ended than were read then.
    running = max(0, batch.read - batch.faulty - counts.ended)
    return {"total": batch.total, "read": batch.read, "unreadable": batch.faulty, "running": running, **ended}


def _part(part: Part) -> dict[str, Any]:
    return {"name": part.key.rpartition("/")[2], "files": part.files, "bytes": part.bytes}
