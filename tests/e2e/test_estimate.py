"""What an estimate says is what a job then costs; and to say it, nothing is called."""

import os
import subprocess
import sys
from pathlib import Path

import httpx
import pytest

from tests.e2e import table
from tests.e2e.cloud import Cloud

CAVENDISH = str(Path(sys.executable).with_name("cavendish"))
PRO = "gemini-3-pro-image"
#: A route on which a picture has a price, and its thoughts have none.
BY_PICTURE = {"model": PRO, "route": "apiyi", "size": "2K"}


def test_the_best_of_an_estimate_is_what_a_calm_job_costs(cloud: Cloud) -> None:
    prompt = cloud.prompt()

    told = cloud.client.estimate(prompt, **BY_PICTURE, n=2)
    job = cloud.made(prompt=prompt, **BY_PICTURE, n=2)

    # ... or the average, which is a little less: some pictures are never made.
    assert job["status"] == "succeeded"
    assert told["cost"]["best_usd"] <= job["cost"]["total_usd"] <= 1.02 * told["cost"]["best_usd"]
    assert [one["model"] for one in job["attempts"]] == [told["ladder"][0]["model"]] * 2


def test_where_tokens_are_paid_a_calm_job_lies_between_the_best_and_the_worst(cloud: Cloud) -> None:
    prompt = cloud.prompt()

    # With a fallback to a cheaper model the picture's price is an average of both; and on this route no test fails
    # calls, which are paid for and count from then on.
    asked = {"size": "1K", "model": PRO, "route": "vertex", "allow_fallback": False}
    told = cloud.client.estimate(prompt, **asked)["cost"]
    job = cloud.made(prompt=prompt, **asked)

    assert told["best_usd"] <= job["cost"]["total_usd"] <= told["worst_usd"]
    assert job["cost"]["total_usd"] == pytest.approx(told["per_picture_usd"], rel=0.1)


def test_nothing_is_called_and_nothing_is_written_for_an_estimate(cloud: Cloud) -> None:
    prompt = cloud.prompt()

    cloud.client.estimate(prompt, size="4K", n=9)

    assert cloud.models.calls(prompt) == []
    assert table.mentions(cloud, prompt) == []


def test_a_recommendation_can_be_submitted_as_it_is(cloud: Cloud) -> None:
    told = httpx.get(f"{cloud.running.api}/v1/recommend", params={"use_case": "preview"}, timeout=30).json()

    job = cloud.made(**told["submit"])

    assert (job["status"], job["delivered"]["model"], job["delivered"]["size"]) == ("succeeded", told["model"], "1K")


def test_plan_asks_a_deployment_what_it_has_measured(cloud: Cloud) -> None:
    cloud.all_ended(cloud.submit(size="1K", model=PRO)["id"] for _ in range(8))
    environment = {"PATH": os.environ["PATH"], "API": cloud.running.api, "KEY": cloud.running.key}

    command = [CAVENDISH, "plan", "--measured", "--size", "1K", "--model", PRO]
    done = subprocess.run(command, env=environment, capture_output=True, check=True, text=True)

    assert "with the chances that this deployment measured:" in done.stdout
    assert f"{PRO}  " in done.stdout
