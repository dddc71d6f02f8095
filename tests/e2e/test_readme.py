"""The commands of the README, as a newcomer pastes them."""

import json
import os
import re
import subprocess
from pathlib import Path

from tests.e2e.cloud import Cloud

README = (Path(__file__).parents[2] / "README.md").read_text()
CURLS = [block for block in re.findall(r"```bash\n(.*?)```", README, re.DOTALL) if block.startswith("curl")]


def paste(command: str, cloud: Cloud, **more: str) -> dict[str, object]:
    environment = {"PATH": os.environ["PATH"], "API": cloud.running.api, "KEY": cloud.running.key, **more}
    said = subprocess.run(["sh", "-c", command], env=environment, capture_output=True, check=True, text=True)
    answer: dict[str, object] = json.loads(said.stdout)
    return answer


def test_the_two_curls_submit_a_job_and_read_it(cloud: Cloud) -> None:
    submit, read = CURLS

    job = paste(submit, cloud)
    again = paste(read, cloud, ID=str(job["id"]))

    assert job["status"] == "queued"
    assert again["id"] == job["id"]
    assert cloud.ended(str(job["id"]))["delivered"]["size"] == "4K"
