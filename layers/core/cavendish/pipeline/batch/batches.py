"""What callers do with batches: post one, look at it, cancel the rest of it."""

import json
from contextlib import suppress
from functools import partial
from typing import Any, Final, NamedTuple

from cavendish.batch.batch import UPLOAD_WITHIN_S, Batch, BatchStatus
from cavendish.batch.errors import BatchUnknown, NoResults
from cavendish.batch.item import job_id
from cavendish.batch.items_view import items_view
from cavendish.batch.listing import ItemList
from cavendish.batch.ports import Batches, BatchQueue, Inbox, Outbox
from cavendish.batch.request import BatchRequest
from cavendish.batch.view import results
from cavendish.claim import Claim, by_key
from cavendish.contract.view import LINK_EXPIRES_S
from cavendish.errors import Claimed, KeyReused, Overtaken, SendFailed
from cavendish.pipeline.batch.arrive import POSTED
from cavendish.pipeline.looks import look_again
from cavendish.ports import Jobs
from cavendish.sheet.check import FILE_MAX_BYTES
from cavendish.ulid import is_ulid

_JSONL: Final = "application/x-ndjson"


class Posted(NamedTuple):
    """A batch, and where its file may be uploaded if it did not come with it."""

    batch: Batch
    upload: dict[str, object] | None = None
    #: Whether an earlier post opened it.
    replayed: bool = False


def post(
    request: BatchRequest,
    *,
    tenant: str,
    batch_id: str,
    batches: Batches,
    jobs: Jobs,
    inbox: Inbox,
    now: float,
    key: str | None = None,
) -> Posted:
    """Open a batch. Its items are stored as a file that a dropped one is like; from there on both go one way.

    A batch whose file never comes ends by itself (UPLOAD_WITHIN_S). `key` is the caller's Idempotency-Key: who sends
    the same again, because the answer was lost or what is stored next was not, gets the same batch as it was then.
    Raises KeyReused.
    """
    batch = _new(request, tenant, batch_id, now)
    claim = by_key(key, request, tenant=tenant, job_id=batch_id, now=now) if key else None
    if batches.add(batch, [claim] if claim else []):
        return _with_file(batch, request, inbox)
    earlier = _earlier(claim, batch, batches, jobs, now)
    again = _new(request, tenant, earlier.id, earlier.created_at)
    posted = _with_file(again, request, inbox) if earlier.awaits_file else Posted(again)
    return posted._replace(replayed=True)


def _new(request: BatchRequest, tenant: str, batch_id: str, now: float) -> Batch:
    times = {"created_at": now, "updated_at": now, "looked_at": now}
    fields = request.model_dump(include={"defaults", "mode", "metadata"}, exclude_unset=True)
    return Batch(
        id=batch_id,
        tenant=tenant,
        **times,
        **fields,
        name=request.name or batch_id,
        folder=f"{POSTED}{batch_id}",
        deliver="archive",
        webhook=request.webhook,
    )


def _with_file(batch: Batch, request: BatchRequest, inbox: Inbox) -> Posted:
    if request.items is None:
        key = f"{POSTED}{batch.id}.{request.upload}"
        return Posted(batch, inbox.upload(key, most=FILE_MAX_BYTES, expires_s=UPLOAD_WITHIN_S))
    inbox.put(f"{POSTED}{batch.id}.jsonl", b"".join(map(_line, request.items)), _JSONL)
    return Posted(batch)


def _earlier(claim: Claim | None, batch: Batch, batches: Batches, jobs: Jobs, now: float) -> Batch:
    """The batch that the key stands for. Raises KeyReused."""
    try:
        jobs.check([claim] if claim else [], now)
    except Claimed as claimed:
        if claim is None or claimed.fingerprint != claim.fingerprint:
            reused = "this Idempotency-Key was sent with another request before; send a new key with a new request"
            raise KeyReused(reused) from None
        if earlier := batches.get(claimed.job_id):
            return earlier
    raise Overtaken(f"batch {batch.id} could not be written")


def items(batch: Batch, asked: ItemList, *, batches: Batches, jobs: Jobs, base_url: str, now: float) -> dict[str, Any]:
    """A page of its items, by their index."""
    indexes = range(min(asked.first, batch.read), min(asked.first + asked.limit, batch.read))
    found = jobs.several([job_id(batch.id, index) for index in indexes])
    faults = batches.faults(batch.id, indexes.start, indexes.stop)
    return items_view(batch, indexes, found, faults, base_url=base_url, now=now)


def manifest(batch: Batch, *, outbox: Outbox, now: float) -> dict[str, Any]:
    """Where all that it came to is. Raises NoResults."""
    found = results(batch, partial(outbox.link, expires_s=LINK_EXPIRES_S), now)
    if found is None:
        why = batch.error.detail if batch.error else "its results are there when it has ended"
        raise NoResults(f"batch {batch.id} is {batch.status}: {why}")
    return {"id": batch.id, "status": batch.status, "name": batch.name, **found}


def find(batch_id: str, *, tenant: str, batches: Batches) -> Batch:
    """The tenant's own batch. Raises BatchUnknown, also for somebody else's."""
    batch = batches.get(batch_id) if is_ulid(batch_id) else None
    if batch is None or batch.tenant != tenant:
        raise BatchUnknown
    return batch


def cancel(batch: Batch, *, batches: Batches, queue: BatchQueue, now: float) -> Batch:
    """Nothing more of it is queued; what is queued is cancelled one by one. A batch that is being closed ends as it is.

    The flag is what counts: what cannot be sent now, the watchdog sends.
    """
    cancelling = look_again(lambda: _cancel(batches.get(batch.id) or batch, batches, now))
    if cancelling.ended:
        return cancelling
    with suppress(SendFailed):
        _send(cancelling, queue)
    return cancelling


def _cancel(batch: Batch, batches: Batches, now: float) -> Batch:
    if batch.ended or batch.cancel or batch.status is BatchStatus.CLOSING:
        return batch
    cancelling = batch.cancelling(now)
    batches.save(batch, cancelling)
    return cancelling


def nudge(batch_id: str, *, batches: Batches, queue: BatchQueue, now: float) -> None:
    """Send a batch again to whoever works on it, if it is time. Raises SendFailed."""
    batch = batches.get(batch_id)
    if batch is None or batch.due_at is None or batch.due_at > now:
        return
    _send(batch, queue)
    with suppress(Overtaken):  # somebody is at work on it, which is as well
        batches.save(batch, batch.looked_after(now))


def _send(batch: Batch, queue: BatchQueue) -> None:
    """To all who may have something to do with it. Raises SendFailed."""
    if not batch.sealed or batch.unsent:
        queue.read(batch)
    if not batch.sealed:
        return
    queue.close(batch)
    if batch.mode == "economy":
        queue.economize(batch)


def _line(item: dict[str, Any]) -> bytes:
    """ASCII, for half a surrogate pair is no UTF-8: it is the item's own fault, not the file's."""
    return json.dumps(item, separators=(",", ":")).encode() + b"\n"
