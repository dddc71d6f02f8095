"""A file in, a folder of pictures and a report out: through the cloud, as a team that drops files sees it."""

import csv
import hashlib
import io
import json
import uuid
from typing import Any

import pytest

from tests.e2e.cloud import Cloud
from tests.e2e.eventually import eventually
from tests.e2e.inbox import Inbox

BOM = "\ufeff"
#: Items of a long file, and after each of them lines that are none: those are quickly read, and not made.
GOOD, BAD = 20, 199


@pytest.fixture(scope="module")
def inbox(cloud: Cloud) -> Inbox:
    return Inbox(cloud)


@pytest.fixture
def folder() -> str:
    """A folder that no other test writes into, with what makes trouble in names."""
    return f"Läden & Höfe/a+b {uuid.uuid4().hex}"


def rows(content: bytes | None) -> list[dict[str, str]]:
    assert content is not None
    return list(csv.DictReader(io.StringIO(content.decode("utf-8-sig"))))


def test_a_csv_becomes_a_folder_of_pictures_and_a_report_with_every_cost(
    cloud: Cloud, inbox: Inbox, folder: str
) -> None:
    mark = uuid.uuid4().hex
    lines = ["name,prompt,size", f"röd/dörr +1,{mark} red,1K", f"plain,{mark} blue,512", "../out,x,1K", "bad,,9K"]
    inbox.drop(f"{folder}/_defaults.json", json.dumps({"model": "nano-banana-2", "tags": ["doors"]}))
    inbox.drop(f"{folder}/doors.csv", BOM + "\r\n".join(lines) + "\r\n")
    report = inbox.report(f"{folder}/doors")

    items = {item["name"]: item for item in report["items"]}
    assert [item["line"] for item in report["items"]] == [2, 3, 4, 5]
    assert [item["status"] for item in report["items"]] == ["succeeded", "succeeded", "unreadable", "unreadable"]
    assert sorted(inbox.keys(f"{folder}/doors")) == sorted(
        [*(file for item in report["items"] for file in item["files"]), "report.csv", "report.json"]
    )
    for name, size in (("röd/dörr +1", "1K"), ("plain", "512")):
        (file,) = items[name]["files"]
        picture = inbox.found(f"{folder}/doors/{file}")
        assert picture is not None
        assert file in (f"{name}.jpg", f"{name}.png")
        assert hashlib.sha256(picture).hexdigest() == items[name]["sha256"]
        assert (items[name]["size_asked"], items[name]["size_delivered"]) == (size, size)
    assert report["totals"]["cost_usd"] == pytest.approx(sum(call["counted_usd"] for call in cloud.models.calls(mark)))
    assert [row["status"] for row in rows(inbox.found(f"{folder}/doors/report.csv"))] == [
        item["status"] for item in report["items"]
    ]
    job = cloud.client.get(items["plain"]["job_id"])
    assert (job["requested"]["lane"], job["requested"]["tags"]) == ("bulk", ["doors"])


def test_of_a_file_that_cannot_be_read_nothing_is_made_and_its_owner_is_told(inbox: Inbox, folder: str) -> None:
    inbox.drop(f"{folder}/doors.csv", "prompt\nfirst\nzweite Tür\n".encode("latin-1"))

    told = inbox.json(f"{folder}/doors.error.json")
    assert (told["line"], told["column"]) == (3, 9)
    assert inbox.keys(f"{folder}/doors") == []

    inbox.drop(f"{folder}/doors.csv", "prompt,size\nfirst,512\n")
    assert inbox.report(f"{folder}/doors")["totals"]["items"] == 1
    assert inbox.found(f"{folder}/doors.error.json") is None


def test_the_same_event_twice_is_one_set_of_jobs(cloud: Cloud, inbox: Inbox, folder: str) -> None:
    mark = uuid.uuid4().hex
    key = f"{folder}/doors.txt"
    inbox.drop(key, f"{mark} one\n{mark} two\n")
    first = inbox.report(f"{folder}/doors")
    stored = cloud.aws("s3").head_object(Bucket=inbox.bucket, Key=key)
    detail = {"bucket": {"name": inbox.bucket}, "object": {"key": key, "version-id": stored["VersionId"]}}
    cloud.send("InboxQueue", {"detail-type": "Object Created", "source": "aws.s3", "detail": detail})
    eventually(lambda: cloud.waiting("InboxQueue") + cloud.in_flight("InboxQueue") == 0, 30)

    assert len(cloud.models.calls(mark)) == 2
    assert inbox.report(f"{folder}/doors") == first


def test_a_file_that_comes_in_parts_is_one_file(cloud: Cloud, inbox: Inbox, folder: str) -> None:
    s3, at = cloud.aws("s3"), {"Bucket": inbox.bucket, "Key": f"{folder}/parts.txt"}
    upload = s3.create_multipart_upload(**at)["UploadId"]
    part = s3.upload_part(**at, UploadId=upload, PartNumber=1, Body=b"a door\n")
    s3.complete_multipart_upload(
        **at, UploadId=upload, MultipartUpload={"Parts": [{"PartNumber": 1, "ETag": part["ETag"]}]}
    )

    assert [item["status"] for item in inbox.report(f"{folder}/parts")["items"]] == ["succeeded"]


def test_what_is_written_to_the_outbox_starts_nothing(cloud: Cloud, inbox: Inbox, folder: str) -> None:
    cloud.aws("s3").put_object(Bucket=cloud.outputs["OutboxBucket"], Key=f"{folder}/doors.txt", Body=b"a door\n")
    inbox.drop(f"{folder}/last.txt", "a door\n")
    inbox.report(f"{folder}/last")

    assert inbox.found(f"{folder}/doors/report.json") is None


def test_a_reader_that_is_killed_in_the_middle_of_a_file_loses_and_doubles_nothing(
    cloud: Cloud, inbox: Inbox, folder: str
) -> None:
    mark, folder = uuid.uuid4().hex, f"{folder}/many"
    good = [json.dumps({"name": f"{n}", "prompt": f"{mark} {n}", "size": "512"}) for n in range(GOOD)]
    lines = [line for one in good for line in (one, *[f"no JSON {mark}"] * BAD)]
    inbox.drop(f"{folder}.jsonl", "\n".join(lines))
    eventually(lambda: batch_of(cloud, f"{folder}.jsonl")["cursor"]["index"] > 0, 30, every_s=0.02)
    cloud.kill("IntakeFunction")
    killed = batch_of(cloud, f"{folder}.jsonl")
    assert killed["cursor"]["index"] < len(lines)
    # As the queue does when the killed worker's time is over, which is minutes.
    cloud.send("InboxQueue", {"v": 1, "batch_id": killed["id"]})
    report = inbox.report(folder)

    made = [item for item in report["items"] if item["status"] == "succeeded"]
    assert [item["line"] for item in report["items"]] == list(range(1, len(lines) + 1))
    assert [item["name"] for item in made] == [f"{n}" for n in range(GOOD)]
    assert sorted(call["prompt"] for call in cloud.models.calls(mark)) == sorted(f"{mark} {n}" for n in range(GOOD))


def batch_of(cloud: Cloud, name: str) -> dict[str, Any]:
    """The row of a file's batch, as it is now."""
    rows = cloud.aws("dynamodb").scan(
        TableName=cloud.outputs["JobsTable"],
        FilterExpression="sk = :batch",
        ExpressionAttributeValues={":batch": {"S": "BATCH"}},
    )["Items"]
    batches: list[dict[str, Any]] = [json.loads(row["doc"]["S"]) for row in rows]
    return next((one for one in batches if one["name"] == name), {"cursor": {"index": 0}})
