"""The function that closes batches, on an AWS in memory, and the one that files each item as soon as it has ended."""

import base64
import hashlib
import io
import json
import time
import zlib
from collections.abc import Callable
from typing import Any

import pytest

import wiring
from cavendish.attempt import AttemptKey
from cavendish.batch.batch import Batch, BatchStatus
from cavendish.batch.item import Item, ItemFault
from cavendish.job import Job
from cavendish.pipeline.settle import settle
from cavendish.sheet.cursor import Cursor
from tests.batch_world import a_batch
from tests.builders import a_request, a_result, a_running_job, an_attempt, an_image
from tests.integration.conftest import Client
from tests.integration.handlers import JOB_ID, Functions, event

BATCH_ID = "01KX0000000000000000000000"
PIXELS = b"pixels" * 100


@pytest.fixture
def outbox(aws: Client, functions: Functions, unused_name: str) -> Callable[[], dict[str, bytes]]:
    """What lies in the outbox, by its key."""
    name, s3 = f"{unused_name}-outbox", aws("s3")

    def look() -> dict[str, bytes]:
        found = s3.list_objects_v2(Bucket=name).get("Contents", [])
        return {one["Key"]: s3.get_object(Bucket=name, Key=one["Key"])["Body"].read() for one in found}

    return look


def with_batch(**fields: Any) -> Batch:
    """The batch that the event names: an item that ended with a picture, and one that could not be read."""
    now = time.time()
    times = {"created_at": now, "updated_at": now, "looked_at": now}
    batch = a_batch(id=BATCH_ID, **times, **fields)
    wiring.batches().add(batch)
    wiring.batches().note(batch, [ItemFault(index=1, line=3, name="bad", detail="no prompt")])
    read = batch.advanced(Cursor(index=2), 1, now).seal(now)
    wiring.batches().save(batch, read)
    return read


def with_item(item: Item, job_id: str, **fields: Any) -> Job:
    """A job of the batch that has its picture and has not been settled."""
    now = time.time()
    times = {"created_at": now, "updated_at": now, "looked_at": now, "deadline_at": now + 3600}
    job = a_running_job(a_request(size="1K", **fields), id=job_id, item=item, **times)
    wiring.jobs().add(job, job.event("job.queued"))
    key = AttemptKey(job.id, 0, 0, 0, 0)
    wiring.jobs().begin(an_attempt(key, started_at=now), now)
    image = an_image(key, bytes=len(PIXELS), sha256=hashlib.sha256(PIXELS).hexdigest())
    crc32 = base64.b64encode(zlib.crc32(PIXELS).to_bytes(4, "big")).decode()
    wiring.images().put(io.BytesIO(PIXELS), a_result(image=image), crc32=crc32)
    wiring.jobs().end(key, a_result(image=image), now)
    return job


def close(functions: Functions) -> Batch:
    """The function with the event, and then with each message that it sent itself."""
    body = json.dumps({"v": 1, "batch_id": BATCH_ID})
    assert json.loads(event("close.batch")["Records"][0]["body"]) == json.loads(body)
    for _ in range(5):
        assert functions.call("close", "close.batch") == {"batchItemFailures": []}
    found = wiring.batches().get(BATCH_ID)
    assert found is not None
    return found


@pytest.mark.parametrize("deliver", ["folder", "archive"])
def test_a_batch_whose_items_have_ended_is_closed(
    functions: Functions, outbox: Callable[[], dict[str, bytes]], deliver: str
) -> None:
    item = Item(batch_id=BATCH_ID, index=0, line=2, name="red")
    with_batch(deliver=deliver)
    job = with_item(item, item.job_id)
    settle(job.id, jobs=wiring.jobs(), now=time.time())

    assert close(functions).status is BatchStatus.COMPLETED
    file = {"folder": "shop/doors/red.png", "archive": "shop/doors/results-001.zip"}[deliver]
    assert set(outbox()) == {file, "shop/doors/report.csv", "shop/doors/report.json"}
    assert PIXELS in outbox()[file]
    items = json.loads(outbox()["shop/doors/report.json"])["items"]
    assert [(one["name"], one["status"]) for one in items] == [("red", "succeeded"), ("bad", "unreadable")]


def test_a_batch_that_is_cancelled_ends_its_jobs(functions: Functions, outbox: Callable[[], dict[str, bytes]]) -> None:
    item = Item(batch_id=BATCH_ID, index=0, line=2, name="red")
    batch = with_batch()
    with_item(item, item.job_id)
    wiring.batches().save(batch, batch.cancelling(time.time()))

    assert close(functions).status is BatchStatus.CANCELLED
    job = wiring.jobs().get(item.job_id)
    assert job is not None
    assert job.status == "cancelled"


def test_an_item_is_filed_when_its_job_is_settled(functions: Functions, outbox: Callable[[], dict[str, bytes]]) -> None:
    with_batch()
    with_item(Item(batch_id=BATCH_ID, index=0, line=2, name="red"), JOB_ID)

    assert functions.call("settle", "settle.workflow")["status"] == "succeeded"
    assert outbox() == {"shop/doors/red.png": PIXELS}


def test_a_job_is_settled_also_where_its_picture_cannot_be_filed(
    functions: Functions, monkeypatch: pytest.MonkeyPatch
) -> None:
    with_batch()
    with_item(Item(batch_id=BATCH_ID, index=0, line=2, name="red"), JOB_ID)
    monkeypatch.setenv("OUTBOX_BUCKET", "a-bucket-that-is-not-there")

    assert functions.call("settle", "settle.workflow")["status"] == "succeeded"
