"""One job however often it is submitted: over real HTTP, all at once."""

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import httpx
import pytest

from tests.e2e.cloud import Cloud

SUBMITS = 200
AT_ONCE = 20


def post(cloud: Cloud, key: str, **body: Any) -> httpx.Response:
    headers = {"authorization": f"Bearer {cloud.running.key}", "idempotency-key": key}
    return httpx.post(f"{cloud.running.api}/v1/jobs", json=body, headers=headers, timeout=60)


def test_two_hundred_equal_submits_at_once_are_one_job_and_one_call(cloud: Cloud) -> None:
    body = {"prompt": cloud.prompt(), "size": "1K"}
    with ThreadPoolExecutor(AT_ONCE) as pool:
        answers = list(pool.map(lambda _: post(cloud, '"two-hundred"', **body), range(SUBMITS)))

    ids = {answer.json()["id"] for answer in answers}
    assert {answer.status_code for answer in answers} == {202}
    assert len(ids) == 1
    assert [answer.headers.get("idempotency-replayed") for answer in answers].count(None) == 1
    assert cloud.ended(ids.pop())["status"] == "succeeded"
    assert len(cloud.models.calls(body["prompt"])) == 1


def test_a_replay_is_the_first_answer_again(cloud: Cloud) -> None:
    body = {"prompt": cloud.prompt(), "size": "1K"}
    first = post(cloud, "replayed", **body)
    cloud.ended(first.json()["id"])
    again = post(cloud, "replayed", **body)

    assert again.json() == first.json()
    assert again.headers["location"] == first.headers["location"]


def test_another_body_under_the_same_key_is_refused(cloud: Cloud) -> None:
    post(cloud, "reused", prompt=cloud.prompt(), size="1K")
    refused = post(cloud, "reused", prompt=cloud.prompt(), size="1K")

    assert (refused.status_code, refused.json()["code"]) == (422, "idempotency_key_reused")


@pytest.mark.parametrize("key", ["", '"', "k" * 256])
def test_what_is_no_key_is_refused(cloud: Cloud, key: str) -> None:
    refused = post(cloud, key, prompt=cloud.prompt())

    assert (refused.status_code, refused.json()["code"]) == (400, "invalid_idempotency_key")


def test_a_request_with_faults_does_not_use_up_its_key(cloud: Cloud) -> None:
    assert post(cloud, "kept", prompt="").status_code == 422

    assert post(cloud, "kept", prompt=cloud.prompt(), size="1K").status_code == 202
