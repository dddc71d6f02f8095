"""The functions around files, as Lambda runs them."""

import json
import os
from typing import Any

import pytest

import wiring
from cavendish.batch.batch import BatchStatus
from tests.batch_world import a_batch
from tests.integration.handlers import Functions

KEY = "shop/doors and windows+1.csv"
DOORS = b"id,prompt\nred,a red door\nblue,a blue door\n"
SLICE_ID = "01KX0000000000000000000500"


def bodies(aws: Any, functions: Functions) -> list[dict[str, Any]]:
    answer = aws("sqs").receive_message(QueueUrl=functions.queue_url, MaxNumberOfMessages=10, AttributeNames=["All"])
    messages = answer.get("Messages", [])
    assert {one["Attributes"]["MessageGroupId"] for one in messages} <= {"acme"}
    return [json.loads(one["Body"]) for one in messages]


@pytest.fixture
def inbox(functions: Functions) -> str:
    return os.environ["INBOX_BUCKET"]


def test_a_file_that_is_stored_becomes_jobs_of_the_inbox_s_tenant(functions: Functions, aws: Any, inbox: str) -> None:
    aws("s3").put_object(Bucket=inbox, Key=KEY, Body=DOORS)

    assert functions.call("intake", "intake.file") == {"batchItemFailures": []}
    (batch,) = wiring.batches().page("acme", None, 10)
    assert (batch.name, batch.folder, batch.status, batch.read) == (KEY, KEY[:-4], BatchStatus.RUNNING, 2)
    sent = bodies(aws, functions)
    jobs = [wiring.jobs().get(one["job_id"]) for one in sent if "job_id" in one]
    assert sorted(job.request.prompt for job in jobs if job) == ["a blue door", "a red door"]


def test_a_file_that_is_not_there_any_more_is_nobody_s_failure(functions: Functions) -> None:
    assert functions.call("intake", "intake.file") == {"batchItemFailures": []}
    assert wiring.batches().page("acme", None, 10) == []


def test_a_batch_is_read_on_where_it_stands(functions: Functions, aws: Any, inbox: str) -> None:
    aws("s3").put_object(Bucket=inbox, Key="many.txt", Body=b"first\nsecond\n")
    stored = wiring.inbox().find("many.txt")
    assert stored is not None
    batch = a_batch(id=SLICE_ID, tenant="acme", name="many.txt", folder="many", source=stored.source)
    wiring.batches().add(batch)

    assert functions.call("intake", "intake.slice") == {"batchItemFailures": []}
    after = wiring.batches().get(SLICE_ID)
    assert after is not None
    assert (after.read, after.sealed) == (2, True)


def test_of_a_file_that_could_not_be_taken_in_its_owner_is_told(functions: Functions, aws: Any) -> None:
    assert functions.call("dead_letters", "dead_letters.file") == {"batchItemFailures": []}

    told = aws("s3").get_object(Bucket=os.environ["OUTBOX_BUCKET"], Key="shop/doors.error.json")["Body"].read()
    assert json.loads(told)["file"] == "shop/doors.csv"


def test_the_watchdog_sends_a_batch_again_that_nobody_works_on(functions: Functions, aws: Any) -> None:
    old = a_batch(id=SLICE_ID, tenant="acme", looked_at=0.0, created_at=0.0)
    wiring.batches().add(old)
    functions.call("watchdog", "watchdog.minute")

    after = wiring.batches().get(SLICE_ID)
    assert after is not None
    assert (bodies(aws, functions), after.looked_at > 0) == ([{"v": 1, "batch_id": SLICE_ID}], True)
