"""Routing learns: a model that goes out is left alone after a few calls, and comes back when it does."""

from collections import Counter
from collections.abc import Iterator

import pytest

from cavendish_client import JobView
from tests.e2e.cloud import AT_ONCE, Cloud, running_cloud
from tests.e2e.eventually import eventually

TIME_SCALE = 0.01
FIRST = "gemini-nano-banana-2.1"
#: Slower, so that who comes back is preferred again: three seconds.
OTHER, SLOW = "gemini-3-pro-image", ["ok after=300s"] * 1000
ENOUGH, JOBS = 12, 30
WITHIN_S = 240
TURNED_S = 120


@pytest.fixture(scope="module")
def learning(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cloud]:
    with running_cloud(tmp_path_factory.mktemp("learning"), time_scale=TIME_SCALE) as cloud:
        yield cloud


def made(cloud: Cloud, n: int) -> list[JobView]:
    jobs = cloud.submit_all([{"prompt": cloud.prompt(), "size": "1K"} for _ in range(n)])
    return cloud.all_ended([job["id"] for job in jobs], WITHIN_S)


def firsts(jobs: list[JobView]) -> Counter[str]:
    """The models that were really called first."""
    called = ([one for one in job["attempts"] if one["outcome"] != "circuit_open"] for job in jobs)
    return Counter(attempts[0]["model"] for attempts in called)


def test_traffic_leaves_a_model_that_went_out_and_returns_to_it(learning: Cloud) -> None:
    learning.models.script("", *SLOW, model=OTHER)
    assert firsts(made(learning, ENOUGH)) == {FIRST: ENOUGH}

    learning.models.script("", *["503"] * 1000, model=FIRST)
    during = made(learning, JOBS)
    wasted = sum(one["model"] == FIRST and one["outcome"] == "overloaded" for job in during for one in job["attempts"])
    assert {job["status"] for job in during} == {"succeeded"}
    # Those that are in flight when it goes out, with what each worker believes for a second; then some probe.
    assert wasted < 2 * AT_ONCE + JOBS / 2, wasted

    learning.models.forget()
    learning.models.script("", *SLOW, model=OTHER)
    eventually(lambda: firsts(made(learning, 8)).most_common(1)[0][0] == FIRST, TURNED_S)
