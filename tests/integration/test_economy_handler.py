"""The function that sends economy batches, on an AWS in memory; its provider is where nobody listens."""

import json
import time
from typing import Any

import pytest

import wiring
from adapters.chunks_table import ChunksTable
from cavendish.batch.chunk import HELD_S, ChunkState
from cavendish.batch.item import Item
from cavendish.sheet.cursor import Cursor
from tests.batch_world import a_batch
from tests.builders import a_job, a_request
from tests.integration.handlers import Functions, event
from wired import economizer

BATCH_ID = "01KX0000000000000000000000"


def with_batch() -> str:
    """The batch that the event names, with an item that waits; gives its job's id."""
    now = time.time()
    times = {"created_at": now, "updated_at": now, "looked_at": now}
    item = Item(batch_id=BATCH_ID, index=0, line=1, name="red")
    request = a_request(size="1K", lane="bulk")
    job = a_job(request, id=item.job_id, item=item, **times, deadline_at=now + request.waits_s).held(now + HELD_S)
    wiring.jobs().add(job, job.event("job.queued"))
    batch = a_batch(id=BATCH_ID, mode="economy", **times)
    wiring.batches().add(batch)
    wiring.batches().save(batch, batch.advanced(Cursor(index=1), 0, now).seal(now))
    return job.id


def test_a_batch_is_begun_and_looked_after_again(functions: Functions, aws: Any, dynamodb: Any, table: str) -> None:
    job_id = with_batch()
    assert json.loads(event("economy.batch")["Records"][0]["body"]) == {"v": 1, "batch_id": BATCH_ID}

    assert functions.call("economy", "economy.batch") == {"batchItemFailures": []}
    (row,) = wiring.jobs().attempts(job_id)
    (chunk,) = ChunksTable(dynamodb, table).all(BATCH_ID)
    assert (row.state, row.call.economy, row.tokens) == ("calling", True, ())
    assert (chunk.state, chunk.job_ids) == (ChunkState.BEGUN, [job_id])
    course = ChunksTable(dynamodb, table).course(BATCH_ID)
    assert course.next_at - course.free_at == 5
    assert wiring.jobs().ask_again(row.key, "token").tokens == ("token",)


def test_a_batch_that_is_not_there_is_nobody_s_failure(functions: Functions) -> None:
    assert functions.call("economy", "economy.batch") == {"batchItemFailures": []}


def test_what_is_wrong_with_one_chunk_is_logged(caplog: pytest.LogCaptureFixture) -> None:
    economizer._failed("title", OSError("no"))

    assert [one.getMessage() for one in caplog.records] == ["chunk.failed"]
