"""Every route of the catalogue, from the door of the API to the picture in the bucket; and from one to another."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from cavendish.catalog.file import catalog
from tests.e2e.cloud import Cloud
from tests.e2e.pictures import claimed, fetched

#: One that is nobody's favourite, so that closing it is in no other test's way.
ROUTE, MODEL = "openrouter-chat", "gemini-3.1-flash-image"
LEARNERS = ("DispatchFunction", "GenerateFunction")


def offered(route: str) -> tuple[str, str]:
    """A model of a route at its smallest size; OpenAI's own where there is one, whose price is the same everywhere."""
    models = catalog().routes[route].models
    model = next((one for one in models if one.startswith("gpt-image")), list(models)[-1])
    return model, models[model].sizes[0]


def owed(call: dict[str, Any]) -> float:
    return float(call["billed_usd"] if call["counted_usd"] is None else call["counted_usd"])


@pytest.fixture(scope="module")
def pinned(cloud: Cloud) -> dict[str, tuple[str, str]]:
    """By route: a job that stays on it, and its prompt. All are submitted at once."""
    prompts = {route: cloud.prompt() for route in catalog().routes}
    jobs = cloud.submit_all(
        {"prompt": prompt, "route": route, "model": offered(route)[0], "size": offered(route)[1]}
        for route, prompt in prompts.items()
    )
    return {route: (job["id"], prompts[route]) for route, job in zip(prompts, jobs, strict=True)}


@pytest.mark.parametrize("route", catalog().routes)
def test_a_job_on_a_route_is_delivered_by_it_at_what_it_is_billed(
    cloud: Cloud, pinned: dict[str, tuple[str, str]], route: str
) -> None:
    job_id, prompt = pinned[route]
    job, (model, size) = cloud.ended(job_id), offered(route)
    delivered = job["delivered"]
    assert (delivered["route"], delivered["model"], delivered["size"]) == (route, model, size)
    assert fetched(job["images"][0]) == claimed(delivered)

    (attempt,), (call,) = job["attempts"], cloud.models.calls(prompt)
    assert (attempt["route"], attempt["model"], attempt["outcome"], attempt["billed"]) == (route, model, "ok", "yes")
    assert attempt["cost_usd"] == pytest.approx(owed(call), abs=1e-5)
    assert job["cost"]["total_usd"] == pytest.approx(owed(call), abs=1e-5)


def test_a_model_that_is_gone_is_followed_by_another_one_on_another_route(cloud: Cloud) -> None:
    job = cloud.made("404", model="gpt-image-2", size="1K")

    assert [(one["route"], one["model"], one["outcome"]) for one in job["attempts"]] == [
        ("openai", "gpt-image-2", "model_gone"),
        ("gemini", "gemini-nano-banana-2.1", "ok"),
    ]
    assert (job["fell_back"], job["delivered"]["route"]) == (True, "gemini")


def test_who_stays_on_a_route_falls_back_on_that_route(cloud: Cloud) -> None:
    job = cloud.made("429", model=MODEL, size="1K", route=ROUTE)

    assert [(one["route"], one["outcome"]) for one in job["attempts"]] == [(ROUTE, "throttled"), (ROUTE, "ok")]
    assert job["delivered"]["model"] != MODEL


def test_a_quota_of_the_day_that_is_used_up_closes_the_way_for_the_next_job(cloud: Cloud) -> None:
    with learning(cloud):
        first = cloud.made("429 per-day", model=MODEL, size="1K", route=ROUTE)
        cloud.kill("DispatchFunction")  # a worker believes for some seconds what it has read
        prompt = cloud.prompt()
        second = cloud.made(prompt=prompt, model=MODEL, size="1K", route=ROUTE)

    assert [one["outcome"] for one in first["attempts"]] == ["quota_day", "ok"]
    (skipped,) = [one for one in second["skipped"] if one["model"] == MODEL and one["size"] == "1K"]
    assert skipped["reason"].startswith(f"its quota on the route {ROUTE} is used up until ")
    assert [call["model"] for call in cloud.models.calls(prompt)] == [second["delivered"]["model"]] != [MODEL]


@contextmanager
def learning(cloud: Cloud) -> Iterator[None]:
    """As long as this lasts, what one call finds out is known to the next one."""
    _set(cloud, "on")
    try:
        yield
    finally:
        _set(cloud, "off")


def _set(cloud: Cloud, value: str) -> None:
    client = cloud.aws("lambda")
    for name in map(cloud.function, LEARNERS):
        before = client.get_function_configuration(FunctionName=name)["Environment"]["Variables"]
        client.update_function_configuration(
            FunctionName=name, Environment={"Variables": {**before, "LEARNING": value}}
        )
    for name in LEARNERS:
        cloud.kill(name)
