"""Permits: a model that takes four calls at once is not asked for more, and every job is made all the same."""

import time
from collections.abc import Iterator

import pytest

from adapters.permits_table import PermitsTable
from cavendish.health.permits import SETTLES_S, Permit
from tests.e2e.cloud import Cloud, running_cloud

TIME_SCALE = 0.01
#: No other model is asked, so that none of the jobs has another way than to wait.
MODEL, ALONE = "gemini-3.1-flash-image", {"allow_fallback": False, "allow_downgrade": False}
#: How many calls the model takes at once, which is what so many throttles leave of 16 permits.
TAKES, THROTTLES = 4, 2
#: Together more than the model takes, at the pace at which they come.
JOBS, EACH = 12, "ok after=60s"
#: Fewer, but so long that they meet however busy the machine is: two seconds.
FEW, HELD = 6, "ok after=200s"
WITHIN_S = 120


@pytest.fixture(scope="module")
def learning(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cloud]:
    with running_cloud(tmp_path_factory.mktemp("permits"), time_scale=TIME_SCALE) as cloud:
        cloud.models.limit(**{MODEL: TAKES})
        yield cloud


def crowd(cloud: Cloud, jobs: int, answer: str) -> tuple[float, set[str]]:
    """Jobs that all come at once: the share of their calls that were throttled, and how they ended."""
    prompt = cloud.prompt(*[answer] * jobs, model=MODEL)
    each = ({"prompt": f"{prompt}, {n}", "model": MODEL, "size": "1K", **ALONE} for n in range(jobs))
    ended = cloud.all_ended([job["id"] for job in cloud.submit_all(each)], WITHIN_S)
    answers = [call["answer"] for call in cloud.models.calls(prompt)]
    return answers.count("429") / len(answers), {job["status"] for job in ended}


def throttled(cloud: Cloud) -> None:
    """As if a storm had gone on for a while, and was over just now."""
    client, table, now = cloud.aws("dynamodb"), cloud.outputs["JobsTable"], time.time()
    permits = PermitsTable(client, table, clock=time.monotonic, chance=lambda: 1.0, failed=pytest.fail)
    for n in range(THROTTLES):
        permits.throttled(Permit(route="gemini", model=MODEL), now - (THROTTLES - n - 1) * SETTLES_S)


def forgotten(cloud: Cloud) -> None:
    """As if nothing had throttled for an hour."""
    key = {name: {"S": "CONCURRENCY"} for name in ("pk", "sk")}
    cloud.aws("dynamodb").delete_item(TableName=cloud.outputs["JobsTable"], Key=key)


def test_a_model_that_throttled_is_asked_for_what_it_takes_and_every_job_is_made(learning: Cloud) -> None:
    throttled(learning)
    spared, ends = crowd(learning, JOBS, EACH)
    forgotten(learning)
    stormed, _ = crowd(learning, FEW, HELD)

    assert ends == {"succeeded"}
    assert spared < stormed / 2, (spared, stormed)
