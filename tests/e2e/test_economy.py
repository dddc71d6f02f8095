"""A file dropped in mode economy: made by the provider's batch API, delivered and reported at half the price."""

import json
import uuid
from typing import Any

import pytest

from cavendish.catalog.file import catalog
from tests.e2e.cloud import Cloud
from tests.e2e.eventually import eventually

MODEL = "gemini-3.1-flash-image"
NAMES = ("red", "green", "blue")


def test_a_file_in_mode_economy_becomes_pictures_at_half_the_price(cloud: Cloud) -> None:
    s3, folder = cloud.aws("s3"), f"economy-{uuid.uuid4().hex}"
    inbox, outbox = cloud.running.inbox_bucket, cloud.running.outbox_bucket
    defaults = {"mode": "economy", "size": "512", "model": MODEL}
    rows = [f"{name},a {name} door {folder}" for name in NAMES]
    s3.put_object(Bucket=inbox, Key=f"{folder}/_defaults.json", Body=json.dumps(defaults).encode())
    s3.put_object(Bucket=inbox, Key=f"{folder}/doors.csv", Body="\n".join(["id,prompt", *rows]).encode())

    def reported() -> dict[str, Any] | None:
        found = [one["Key"] for one in s3.list_objects_v2(Bucket=outbox, Prefix=f"{folder}/").get("Contents", [])]
        key = next((one for one in found if one.endswith("/report.json")), None)
        return dict(json.loads(s3.get_object(Bucket=outbox, Key=key)["Body"].read())) if key else None

    report = eventually(reported, within_s=60)
    calls = cloud.models.calls(folder)

    assert [(one["name"], one["status"], one["attempts"]) for one in report["items"]] == [
        (name, "succeeded", 1) for name in NAMES
    ]
    for row in report["items"]:
        assert s3.head_object(Bucket=outbox, Key=f"{folder}/doors/{row['files'][0]}")["ContentLength"] == row["bytes"]
    assert [call["dialect"] for call in calls] == ["gemini-batch"] * len(NAMES)
    billed = sum(call["counted_usd"] for call in calls)
    assert report["totals"]["cost_usd"] == pytest.approx(billed, abs=1e-5)
    assert billed < 0.6 * len(NAMES) * catalog().model(MODEL).price.image["512"]
