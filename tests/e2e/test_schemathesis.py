"""The same as in tests/integration, but through real HTTP, queues and workers: jobs run while they are walked."""

from pathlib import Path

from tests.e2e.cloud import Cloud
from tests.fuzz import fuzz


def test_the_running_cloud_keeps_what_its_document_promises(cloud: Cloud, tmp_path: Path) -> None:
    phases = ("--phases", "examples,coverage,stateful", "--max-examples", "5")

    found = fuzz(cloud.running.api, cloud.running.key, tmp_path, *phases)

    assert not found, found
