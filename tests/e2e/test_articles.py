"""The articles' own policies, from the door to the picture: as often, as long and in the order that they say."""

from typing import Any, NamedTuple

import pytest

from tests.e2e.cloud import Cloud
from tests.e2e.pictures import SQUARE, pixels

PRO, FLASH = "gemini-3-pro-image", "gemini-3.1-flash-image"


class Case(NamedTuple):
    """What is asked and what the model answers; then the attempts: their sizes or models, and the waits before them."""

    policy: str
    size: str
    answers: list[str]
    status: str
    sizes: list[str]
    waits: list[int]
    models: list[str] | None = None


def overloaded(times: int) -> list[str]:
    return ["503"] * times


CASES = {
    "three failures at 4K, two at 2K, then a picture at 1K": Case(
        "s2-reliability",
        "4K",
        [*overloaded(5), "ok"],
        "succeeded",
        ["4K", "4K", "4K", "2K", "2K", "1K"],
        [0, 60, 120, 0, 30, 0],
    ),
    "all of s2-reliability in vain": Case(
        "s2-reliability",
        "4K",
        overloaded(7),
        "failed",
        ["4K", "4K", "4K", "2K", "2K", "1K", "1K"],
        [0, 60, 120, 0, 30, 0, 15],
    ),
    "s2-reliability from 2K": Case(
        "s2-reliability", "2K", [*overloaded(2), "ok"], "succeeded", ["2K", "2K", "1K"], [0, 30, 0]
    ),
    "s2-reliability repeats an answer without a picture": Case(
        "s2-reliability", "1K", ["no-image", "ok"], "succeeded", ["1K", "1K"], [0, 15]
    ),
    "s0-speed at 1K": Case("s0-speed", "1K", overloaded(3), "failed", ["1K"] * 3, [0, 5, 5]),
    "s0-speed at 2K": Case("s0-speed", "2K", [*overloaded(2), "ok"], "succeeded", ["2K"] * 3, [0, 10, 10]),
    "s0-speed at 4K": Case("s0-speed", "4K", overloaded(4), "failed", ["4K"] * 4, [0, 15, 15, 15]),
    "s0-tenacity": Case("s0-tenacity", "1K", [*overloaded(2), "ok"], "succeeded", ["1K"] * 3, [0, 5, 5]),
    "s0-tenacity in vain": Case("s0-tenacity", "2K", overloaded(3), "failed", ["2K"] * 3, [0, 5, 5]),
    "s1-dual waits two seconds, then takes the other model": Case(
        "s1-dual", "1K", [*overloaded(3), "ok"], "succeeded", ["1K"] * 4, [0, 2, 0, 2], [FLASH, FLASH, PRO, PRO]
    ),
    "s1-dual takes the other model at once when throttled": Case(
        "s1-dual", "1K", ["429", "ok"], "succeeded", ["1K"] * 2, [0, 0], [FLASH, PRO]
    ),
    "s1-dual in vain": Case(
        "s1-dual", "2K", overloaded(4), "failed", ["2K"] * 4, [0, 2, 0, 2], [FLASH, FLASH, PRO, PRO]
    ),
}


@pytest.fixture(scope="module")
def prompts(cloud: Cloud) -> dict[str, str]:
    return {name: cloud.prompt(*case.answers) for name, case in CASES.items()}


@pytest.fixture(scope="module")
def asked(cloud: Cloud, prompts: dict[str, str]) -> dict[str, str]:
    """All at once, so that their waits pass together; the ids by name."""
    return {name: submit(cloud, case, prompts[name]) for name, case in CASES.items()}


def submit(cloud: Cloud, case: Case, prompt: str) -> str:
    return str(cloud.client.submit(prompt, policy=case.policy, size=case.size)["id"])


def each(job: dict[str, Any], name: str) -> list[Any]:
    return [attempt[name] for attempt in job["attempts"]]


@pytest.mark.parametrize("name", CASES)
def test_the_attempts_are_the_articles(cloud: Cloud, asked: dict[str, str], name: str) -> None:
    case, job = CASES[name], cloud.ended(asked[name])
    assert (job["status"], each(job, "size"), each(job, "waited_s")) == (case.status, case.sizes, case.waits)
    assert each(job, "model") == (case.models or [PRO] * len(case.sizes))


@pytest.mark.parametrize("name", CASES)
def test_each_attempt_is_one_call(cloud: Cloud, asked: dict[str, str], prompts: dict[str, str], name: str) -> None:
    job = cloud.ended(asked[name])
    calls = [(call["model"], call["size"]) for call in cloud.models.calls(prompts[name])]
    assert calls == list(zip(each(job, "model"), each(job, "size"), strict=True))


@pytest.mark.parametrize("name", [name for name, case in CASES.items() if case.status == "succeeded"])
def test_what_is_delivered_is_what_the_last_attempt_made(cloud: Cloud, asked: dict[str, str], name: str) -> None:
    case, job = CASES[name], cloud.ended(asked[name])
    assert pixels(job["images"][0]) == SQUARE[case.sizes[-1]]
    assert job["delivered"]["size"] == case.sizes[-1]
    assert job["downgraded"] == (case.sizes[-1] != case.size)
    assert job["fell_back"] == (job["attempts"][-1]["model"] != job["attempts"][0]["model"])
