"""Fifty jobs in the articles' weather: throttled, hung, refused, each ends, and none claims too much."""

from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from random import Random

import pytest

from cavendish_client import JobView
from cavendish_client.client import TERMINAL
from tests.e2e.cloud import CALLERS, Cloud, running_cloud
from tests.e2e.pictures import SQUARE, pixels

JOBS = 50
SEED = 20_261_120
#: A model that hangs for ten minutes does so for eighteen seconds.
TIME_SCALE = 0.03
WITHIN_S = 300

SIZES = ("1K",) * 4 + ("2K",) * 3 + ("4K",) * 3
#: None: the policy's first.
MODELS = (None, "gemini-3-pro-image")
POLICIES = ("cavendish",) * 7 + ("s0-speed", "s1-dual", "s2-reliability")


@pytest.fixture(scope="module")
def stormy(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cloud]:
    folder = tmp_path_factory.mktemp("stormy")
    with running_cloud(folder, weather="articles", time_scale=TIME_SCALE) as cloud:
        yield cloud


@pytest.fixture(scope="module")
def ended(stormy: Cloud) -> list[JobView]:
    random = Random(SEED)
    jobs = stormy.submit_all([any_job(stormy, random) for _ in range(JOBS)])
    return stormy.all_ended([job["id"] for job in jobs], WITHIN_S)


def any_job(cloud: Cloud, random: Random) -> dict[str, object]:
    lane = "bulk" if random.random() < 0.2 else "interactive"
    return {
        "prompt": cloud.prompt(),
        "size": random.choice(SIZES),
        "model": random.choice(MODELS),
        "policy": random.choice(POLICIES),
        "lane": lane,
        "allow_downgrade": random.random() < 0.8,
        "on_refusal": random.choice(("fail", "fallback")),
    }


def test_every_job_reaches_an_end(ended: list[JobView]) -> None:
    assert len(ended) == JOBS
    assert all(job["status"] in TERMINAL for job in ended)


def test_the_weather_was_bad_and_most_jobs_were_made(ended: list[JobView]) -> None:
    outcomes = Counter(attempt["outcome"] for job in ended for attempt in job["attempts"])
    statuses = Counter(job["status"] for job in ended)
    # Some eight calls can be expected to fail; that none does is once in 3,000 runs.
    assert outcomes.total() > outcomes["ok"] > 0, outcomes
    assert statuses["succeeded"] > 0.8 * JOBS, statuses


def test_every_picture_has_the_pixels_that_it_claims(ended: list[JobView]) -> None:
    images = [image for job in ended for image in job["images"]]
    with ThreadPoolExecutor(CALLERS) as pool:
        measured = list(pool.map(pixels, images))
    assert measured == [(image["width"], image["height"]) for image in images]
    assert measured == [SQUARE[image["size"]] for image in images]


def test_a_smaller_picture_is_only_for_who_allows_it_and_is_told(ended: list[JobView]) -> None:
    made = [job for job in ended if job["status"] == "succeeded"]
    lower = [job for job in made if job["delivered"]["size"] != job["requested"]["size"]]
    assert [job for job in made if job["downgraded"]] == lower
    assert all(job["requested"]["allow_downgrade"] for job in lower)


def test_a_job_has_a_picture_if_and_only_if_it_succeeded(ended: list[JobView]) -> None:
    assert all(len(job["images"]) == (job["status"] == "succeeded") for job in ended)
    assert all((job["error"] is None) == (job["status"] == "succeeded") for job in ended)


def test_no_call_was_made_but_by_an_attempt(stormy: Cloud, ended: list[JobView]) -> None:
    assert len(stormy.models.calls("")) == sum(len(job["attempts"]) for job in ended)
