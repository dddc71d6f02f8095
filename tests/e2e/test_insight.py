"""How it goes, on the whole cloud: what was called is among the providers and in the statistics of its tenant."""

import json
import os
import subprocess
import sys
import uuid
from pathlib import Path
from typing import Any

import pytest

from tests.e2e.cloud import Cloud
from tests.e2e.eventually import eventually

CAVENDISH = str(Path(sys.executable).with_name("cavendish"))
PRO = "gemini-3-pro-image"


def group(cloud: Cloud, tag: str) -> dict[str, Any] | None:
    groups = cloud.client.stats(by="tag")["groups"]
    return next((one for one in groups if one["tag"] == tag), None)


def test_what_a_job_called_is_in_the_statistics_with_what_it_cost(cloud: Cloud) -> None:
    tag = f"tag-{uuid.uuid4().hex}"
    job = cloud.made("503", size="1K", model=PRO, tags=[tag])

    found = eventually(lambda: group(cloud, tag), 20)

    assert (found["count"], found["successes"], found["attempts_per_success"]) == (2, 1, 2.0)
    assert found["cost_usd"] == pytest.approx(job["cost"]["total_usd"])
    apart = [one for one in cloud.client.stats(by="model,size,route,tag,hour")["groups"] if one["tag"] == tag]
    assert {(one["model"], one["size"]) for one in apart} == {(PRO, "1K")}
    assert sum(one["count"] for one in apart) == found["count"]


def test_the_command_shows_the_deployments_own_figures(cloud: Cloud) -> None:
    cloud.made(size="1K", model=PRO)
    environment = {"PATH": os.environ["PATH"], "API": cloud.running.api, "KEY": cloud.running.key}

    done = subprocess.run(
        [CAVENDISH, "stats", "--by", "model,size", "--json"],
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.returncode == 0, done.stderr
    assert (PRO, "1K") in {(one["model"], one["size"]) for one in json.loads(done.stdout)["groups"]}


def test_the_providers_are_told_with_their_calls_and_which_have_keys(cloud: Cloud) -> None:
    cloud.made(size="1K", model=PRO)

    gemini = eventually(lambda: _called(cloud.client.providers()), 30)

    assert (gemini["key"], gemini["usable"]) == (True, True)


def _called(told: dict[str, Any]) -> dict[str, Any] | None:
    """The first route, once it is told of a call to Pro at 1K: what was read is told for some seconds."""
    gemini: dict[str, Any] = next(one for one in told["providers"] if one["route"] == "gemini")
    pro = next(one for one in gemini["models"] if one["id"] == PRO)
    small = next(one for one in pro["sizes"] if one["size"] == "1K")
    return gemini if small["outcomes"].get("ok") else None
