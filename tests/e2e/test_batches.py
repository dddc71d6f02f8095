"""Batches by HTTP, through the cloud: posted, uploaded, cancelled, tried again; and nobody waits for them."""

import hashlib
import io
import json
import uuid
import zipfile
from pathlib import Path
from typing import Any

import httpx
import pytest

from cavendish_client import Client
from tests.e2e import hooks
from tests.e2e.cloud import Cloud, running_cloud
from tests.e2e.eventually import eventually
from tests.e2e.receiver import receiver

WITHIN_S = 90
#: Items that wait, and jobs that an interactive caller has made meanwhile (`make bench` times them).
CROWD, BESIDE = 400, 3


def ended(cloud: Cloud, batch_id: str) -> dict[str, Any]:
    def look() -> dict[str, Any] | None:
        batch = cloud.client.batches.get(batch_id)
        return batch if batch["status"] in ("completed", "cancelled", "failed") else None

    return eventually(look, WITHIN_S, every_s=0.1)


def test_a_posted_batch_comes_back_as_a_zip_and_a_report_and_is_told_by_a_webhook(cloud: Cloud, client: Client) -> None:
    mark = uuid.uuid4().hex
    items = [{"name": "röd dörr", "prompt": f"{mark} 1"}, {"prompt": f"{mark} 2"}, {"prompt": "x", "size": "9K"}]
    with receiver() as here:
        fields: dict[str, Any] = {"defaults": {"size": "512"}, "webhook": {"url": here.url}}
        batch = client.batches.post(items, key=mark, **fields)["id"]
        told = hooks.message(hooks.got(here, 1)[0])
    after, manifest = client.batches.post(items, key=mark, **fields), client.batches.manifest(batch)
    report = httpx.get(manifest["report_json"]["url"]).json()
    (part,) = manifest["parts"]
    archive = zipfile.ZipFile(io.BytesIO(httpx.get(part["url"]).content))

    assert after["id"] == batch
    assert (told["type"], told["data"]["id"], told["data"]["status"]) == ("batch.completed", batch, "completed")
    counts = client.batches.get(batch)["items"]
    assert (counts["succeeded"], counts["unreadable"], counts["total"]) == (2, 1, 3)
    files = {file: item["sha256"] for item in report["items"] for file in item["files"]}
    assert {name: hashlib.sha256(archive.read(name)).hexdigest() for name in archive.namelist()} == files
    assert [item["status"] for item in client.batches.items(batch)] == ["succeeded", "succeeded", "unreadable"]
    billed = sum(call["counted_usd"] for call in cloud.models.calls(mark))
    assert report["totals"]["cost_usd"] == pytest.approx(billed)
    assert client.batches.get(batch)["cost"]["total_usd"] == pytest.approx(billed)


def test_what_failed_in_an_uploaded_file_is_tried_again_by_a_batch_of_its_own(cloud: Cloud, tmp_path: Path) -> None:
    mark = uuid.uuid4().hex
    file = tmp_path / "doors.csv"
    file.write_text(f"name,prompt,size,allow_fallback\ngood,{mark} good,512,false\nbad,{mark} bad,512,false\n")
    cloud.models.script(f"{mark} bad", *["finish=IMAGE_SAFETY"] * 1)
    batch = ended(cloud, cloud.client.batches.upload(file)["id"])
    assert (batch["items"]["succeeded"], batch["items"]["failed"]) == (1, 1)

    again = ended(cloud, cloud.client.batches.retry(batch["id"])["id"])
    assert (again["items"]["succeeded"], again["items"]["total"], again["retry_of"]) == (1, 1, batch["id"])
    assert [item["name"] for item in cloud.client.batches.items(again["id"])] == ["bad"]
    assert len(cloud.models.calls(f"{mark} good")) == 1


def test_a_cancelled_batch_ends_with_a_report_of_what_was_made(cloud: Cloud) -> None:
    mark = uuid.uuid4().hex
    cloud.models.script(mark, *["ok after=200s"] * 200)
    batch = cloud.client.batches.post([{"prompt": f"{mark} {n}", "size": "512"} for n in range(40)])
    eventually(lambda: cloud.models.calls(mark), WITHIN_S)
    cloud.client.batches.cancel(batch["id"])
    after = ended(cloud, batch["id"])

    assert after["status"] == "cancelled"
    assert after["items"]["cancelled"] > 0
    report = httpx.get(cloud.client.batches.manifest(batch["id"])["report_json"]["url"]).json()
    assert len(report["items"]) == after["items"]["read"]
    assert len(cloud.models.calls(mark)) < 40


def test_an_interactive_caller_does_not_wait_for_a_crowd_of_items(tmp_path: Path) -> None:
    with running_cloud(tmp_path, learning=False) as cloud:
        items = [json.dumps({"prompt": f"a door, number {n}", "size": "512"}) for n in range(CROWD)]
        file = tmp_path / "crowd.jsonl"
        file.write_text("\n".join(items))
        batch = cloud.client.batches.upload(file)["id"]
        eventually(lambda: cloud.client.batches.get(batch)["items"]["succeeded"] > 0, WITHIN_S)
        jobs = [cloud.made(size="512") for _ in range(BESIDE)]
        done = cloud.client.batches.get(batch)["items"]["succeeded"]

    assert [job["status"] for job in jobs] == ["succeeded"] * BESIDE
    assert done < CROWD / 2, done
