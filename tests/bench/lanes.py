"""What a crowd of items does to the local cloud: how fast it is read, and whether an interactive caller feels it."""

import json
import statistics
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Final

from tests.e2e.cloud import CALLERS, Cloud, running_cloud
from tests.e2e.eventually import eventually

LINES, SUBMITS, CROWD, TIMED = 10_000, 300, 1_000, 9
_WITHIN_S: Final = 600
_HEAD: Final = f"""
## A crowd of items on the local cloud

One process plays all of AWS. A file of {LINES:,} lines is queued as soon as each of its lines is a job that is
acknowledged; beside it {CALLERS} callers submit {SUBMITS} jobs. An interactive caller has {TIMED} jobs made one after
the other: on an idle cloud, and while {CROWD:,} bulk items wait; medians.

| | | against |
| --- | --- | --- |
"""


def table() -> str:
    """The section of docs/numbers.md."""
    return _HEAD + _intake() + _beside()


def _intake() -> str:
    with tempfile.TemporaryDirectory() as folder, running_cloud(Path(folder), learning=False) as cloud:
        cloud.made(size="512")
        began = time.monotonic()
        with ThreadPoolExecutor(CALLERS) as pool:
            list(pool.map(lambda n: cloud.client.submit(f"a door, number {n}", lane="bulk"), range(SUBMITS)))
        submits = SUBMITS / (time.monotonic() - began)
    with tempfile.TemporaryDirectory() as folder, running_cloud(Path(folder), learning=False) as cloud:
        began = time.monotonic()
        batch = _upload(cloud, Path(folder), LINES)
        eventually(lambda: cloud.client.batches.get(batch)["items"]["read"] == LINES, _WITHIN_S, every_s=1)
        took = time.monotonic() - began
    lines = LINES / took
    return f"| {LINES:,} lines queued | {took:.0f} s | {lines / submits:.1f} x the jobs a second of submits |\n"


def _beside() -> str:
    with tempfile.TemporaryDirectory() as folder, running_cloud(Path(folder), learning=False) as cloud:
        _timed(cloud)
        idle = statistics.median(_timed(cloud) for _ in range(TIMED))
        batch = _upload(cloud, Path(folder), CROWD)
        # By then each step has workers for both lanes.
        eventually(lambda: cloud.client.batches.get(batch)["items"]["succeeded"] > TIMED, _WITHIN_S)
        busy = statistics.median(_timed(cloud) for _ in range(TIMED))
    return f"| an interactive job beside {CROWD:,} bulk items | {busy:.2f} s | {busy / idle:.2f} x an idle cloud's |\n"


def _upload(cloud: Cloud, folder: Path, lines: int) -> str:
    file = folder / "crowd.jsonl"
    file.write_text("\n".join(json.dumps({"prompt": f"a door, number {n}", "size": "512"}) for n in range(lines)))
    return str(cloud.client.batches.upload(file)["id"])


def _timed(cloud: Cloud) -> float:
    began = time.monotonic()
    job = cloud.submit(size="512")
    eventually(lambda: cloud.client.get(job["id"])["status"] == "succeeded", _WITHIN_S, every_s=0.05)
    return time.monotonic() - began
