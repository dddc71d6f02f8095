"""Sixteen jobs in hostile weather, through the whole cloud: all end, none lies, and what is billed is told."""

from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from random import Random
from typing import Any

import pytest

from cavendish_client import JobView
from cavendish_client.client import TERMINAL
from tests.e2e.cloud import CALLERS, Cloud, running_cloud
from tests.e2e.pictures import SQUARE, claimed, fetched

JOBS = 16
PROMPT = "a heron in hostile weather"
#: Of all odd answers but those that take an hour: whoever gets one waits for its limit, which is minutes here.
SEED = 20261188
TIME_SCALE = 0.05
#: Seconds.
DEADLINE_S, WITHIN_S = 200, 240
#: Whose prices the model server has for the same calls.
ROUTES = (None, "gemini", "vertex", "gemini-interactions", "apiyi-chat", "openrouter", "nanobananaapi")


@pytest.fixture(scope="module")
def hostile(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cloud]:
    folder = tmp_path_factory.mktemp("hostile")
    # One answer that speaks of the day's quota would close its route to all the others.
    with running_cloud(folder, weather="hostile", time_scale=TIME_SCALE, learning=False) as cloud:
        cloud.made(size="1K")
        yield cloud


@pytest.fixture(scope="module")
def ended(hostile: Cloud) -> list[JobView]:
    random = Random(SEED)
    jobs = [hostile.client.submit(**any_job(n, random)) for n in range(JOBS)]
    return hostile.all_ended([job["id"] for job in jobs], WITHIN_S)


def any_job(n: int, random: Random) -> dict[str, Any]:
    """What befalls a prompt is the same in each run."""
    route = ROUTES[n % len(ROUTES)]
    pin = {"route": route, "model": "nano-banana-2"} if route else {}
    return {
        "prompt": f"{PROMPT}, number {n} of {SEED}",
        "size": random.choice(("1K", "1K", "2K")),
        "deadline_s": DEADLINE_S,
        **pin,
    }


def test_every_job_ends_and_most_are_made(ended: list[JobView]) -> None:
    statuses = Counter(job["status"] for job in ended)

    assert all(job["status"] in TERMINAL for job in ended)
    assert statuses["succeeded"] > 0.75 * JOBS, statuses


def test_three_in_ten_answers_were_odd(ended: list[JobView]) -> None:
    outcomes = Counter(attempt["outcome"] for job in ended for attempt in job["attempts"])

    assert len(outcomes) > 3, outcomes
    assert 0 < outcomes.total() - outcomes["ok"] < 0.5 * outcomes.total(), outcomes


def test_every_picture_is_what_its_job_says(ended: list[JobView]) -> None:
    images = [image for job in ended for image in job["images"]]
    with ThreadPoolExecutor(CALLERS) as pool:
        found = list(pool.map(fetched, images))

    assert found == [claimed(image) for image in images]
    assert [(one.width, one.height) for one in found] == [SQUARE[image["size"]] for image in images]


def test_a_job_has_a_picture_if_and_only_if_it_succeeded(ended: list[JobView]) -> None:
    assert all(len(job["images"]) == (job["status"] == "succeeded") for job in ended)


def test_the_bill_is_known_but_for_what_is_marked_unknown(hostile: Cloud, ended: list[JobView]) -> None:
    calls = hostile.models.calls(PROMPT)
    billed = sum(call["billed_usd"] for call in calls)
    total = sum(job["cost"]["total_usd"] for job in ended)
    unknown = sum(job["cost"]["possible_duplicate_usd"] for job in ended)

    assert len(calls) == sum(len(job["attempts"]) for job in ended)
    assert total - unknown <= 1.1 * billed
    assert billed <= 1.1 * total
