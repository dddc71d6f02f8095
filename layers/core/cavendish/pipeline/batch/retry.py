"""The failed items of a batch are tried again, as a batch of their own: what has ended stays as it is."""

import hashlib
from collections.abc import Iterator
from contextlib import suppress
from typing import Any, Final, NamedTuple

from cavendish.batch.batch import Batch
from cavendish.batch.errors import RetryRefused
from cavendish.batch.item import job_id
from cavendish.batch.ports import Batches, BatchQueue
from cavendish.errors import SendFailed
from cavendish.job import Job, Status
from cavendish.ports import Jobs
from cavendish.sheet.cursor import Cursor
from cavendish.sheet.record import Record
from cavendish.ulid import ulid

#: What is tried again: not what its owner cancelled, and of a partial job nobody knows which pictures are wanted.
FAILED: Final = frozenset({Status.FAILED, Status.EXPIRED})
#: So many jobs are read at once.
_AT_ONCE: Final = 100


class Retried(NamedTuple):
    """The batch of the failed items, and whether somebody asked for it before."""

    batch: Batch
    replayed: bool = False


def retry(old: Batch, *, batches: Batches, queue: BatchQueue, now: float) -> Retried:
    """A new batch of the old one's failed items, which writes into the same folder. Raises RetryRefused.

    A batch is retried once, however often that is asked for: what is made then is not paid for twice. What fails again
    is the new batch's to retry.
    """
    if not old.ended:
        raise RetryRefused(f"batch {old.id} is {old.status}: its failed items can be tried again when it has ended")
    by_status = batches.counts(old.id).by_status
    failed = sum(by_status.get(status, 0) for status in FAILED)
    if not failed:
        raise RetryRefused(f"no item of batch {old.id} failed or expired: there is nothing to try again")
    new = _new(old, failed, now)
    added = batches.add(new)
    current = new if added else batches.get(new.id) or new
    if not current.sealed:
        with suppress(SendFailed):  # the watchdog sends it
            queue.read(current)
    return Retried(current, replayed=not added)


def _new(old: Batch, failed: int, now: float) -> Batch:
    same = ("tenant", "name", "folder", "deliver", "mode", "webhook", "metadata")
    copied = {name: getattr(old, name) for name in same}
    times = {"created_at": now, "updated_at": now, "looked_at": now}
    own = {"retry_of": old.id, "root": old.root or old.id, "total": failed}
    return Batch(id=_id(old), **copied, **times, **own)


def _id(old: Batch) -> str:
    """As old as the end of the batch that it repeats, which never changes."""
    return ulid(old.updated_at, hashlib.sha256(f"retry|{old.id}".encode()).digest()[:10])


def failed_items(batch: Batch, *, batches: Batches, jobs: Jobs) -> Iterator[Record]:
    """The items that failed, from the batch's cursor on: its offset counts the items of the batch before."""
    assert batch.retry_of is not None, "only a retry has another batch's items"
    old = batches.get(batch.retry_of)
    index = batch.cursor.index
    for first in range(batch.cursor.offset, old.read if old else 0, _AT_ONCE):
        ids = [job_id(batch.retry_of, at) for at in range(first, min(first + _AT_ONCE, old.read if old else 0))]
        found = jobs.several(ids)
        for at, one in enumerate(ids, first):
            job = found.get(one)
            if job is None or job.item is None or job.status not in FAILED:
                continue
            cursor = Cursor(offset=at + 1, line=job.item.line, index=index + 1)
            yield Record(index=index, line=job.item.line, fields=_fields(job, job.item.name), cursor=cursor)
            index += 1


def _fields(job: Job, name: str) -> dict[str, Any]:
    """What was asked for, without what is only there by default."""
    return {**job.request.model_dump(mode="json", exclude_unset=True), "name": name}
