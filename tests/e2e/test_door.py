"""The HTTP door as any program meets it: statuses, headers, problems, and whose jobs are whose."""

from collections.abc import Callable
from typing import Any

import httpx
import pytest

from cavendish_client import Client, JobView, Problem
from tests.e2e import table
from tests.e2e.cloud import Cloud

SOMEBODYS = "01ARZ3NDEKTSV4RRFFQ69G5FAV"


def call(cloud: Cloud, method: str, path: str, key: str | None = None, **more: Any) -> httpx.Response:
    """A request without a client, with the cloud's key unless another one is given."""
    headers = {"authorization": f"Bearer {key if key is not None else cloud.running.key}"}
    return httpx.request(method, cloud.running.api + path, **{"headers": headers, "timeout": 30, **more})


def submit(cloud: Cloud, **fields: Any) -> httpx.Response:
    return call(cloud, "POST", "/v1/jobs", json={"prompt": cloud.prompt(), "size": "1K", **fields})


def test_a_submit_is_accepted_at_once_with_the_job(cloud: Cloud) -> None:
    answer = submit(cloud)
    assert (answer.status_code, answer.json()["status"]) == (202, "queued")
    assert answer.headers["content-type"] == "application/json"


def test_the_location_of_a_job_is_absolute_and_leads_to_it(cloud: Cloud) -> None:
    answer = submit(cloud)
    location = answer.headers["location"]
    assert location == answer.json()["links"]["self"]
    found = httpx.get(location, headers={"authorization": f"Bearer {cloud.running.key}"}, timeout=30)
    assert (found.status_code, found.json()["id"]) == (200, answer.json()["id"])


def test_a_job_that_runs_says_when_to_ask_again_and_one_that_ended_does_not(cloud: Cloud) -> None:
    answer = submit(cloud)
    job_id = answer.json()["id"]
    assert int(answer.headers["retry-after"]) > 0
    cloud.ended(job_id)
    assert "retry-after" not in call(cloud, "GET", f"/v1/jobs/{job_id}").headers


def test_nothing_may_be_cached(cloud: Cloud) -> None:
    answer = submit(cloud)
    paths = ["/health", "/v1/jobs/nobodys", f"/v1/jobs/{answer.json()['id']}"]
    answers = [answer, *(call(cloud, "GET", path) for path in paths)]
    assert {one.headers["cache-control"] for one in answers} == {"no-store"}


def test_a_prompt_reaches_the_model_letter_by_letter(cloud: Cloud) -> None:
    prompt = f' {cloud.prompt()}\n\t“Größe” \\n {{"a": 1}} 鷺 \U0001f426 $(date) %00 </script> \x01 \u202etfel '
    cloud.ended(call(cloud, "POST", "/v1/jobs", json={"prompt": prompt, "size": "1K"}).json()["id"])
    assert [one["prompt"] for one in cloud.models.calls(prompt)] == [prompt]


def test_a_field_that_nobody_knows_is_refused_by_its_name_and_nothing_is_kept_or_called(cloud: Cloud) -> None:
    prompt = cloud.prompt()
    answer = submit(cloud, prompt=prompt, colour="red")
    assert (answer.status_code, answer.headers["content-type"]) == (422, "application/problem+json")
    assert [one["pointer"] for one in answer.json()["errors"]] == ["/colour"]
    assert (table.mentions(cloud, prompt), cloud.models.calls(prompt)) == ([], [])


def test_every_fault_of_a_request_is_told_at_once(cloud: Cloud) -> None:
    answer = submit(cloud, size="5K", n=0, model="dall-e", lane="fast")
    assert {one["pointer"] for one in answer.json()["errors"]} == {"/size", "/n", "/model", "/lane"}
    assert answer.json()["code"] == "invalid_request"


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b"\xff\xfe", b'"prompt"'])
def test_a_body_that_is_no_object_is_told_so(cloud: Cloud, body: bytes) -> None:
    answer = call(cloud, "POST", "/v1/jobs", content=body)
    assert (answer.status_code, answer.json()["code"]) == (400, "malformed_body")


def test_a_field_whose_name_is_no_text_is_refused_like_any_other(cloud: Cloud) -> None:
    answer = call(cloud, "POST", "/v1/jobs", content=b'{"prompt": "a heron", "\\ud800": 1}')
    assert (answer.status_code, answer.json()["code"]) == (422, "invalid_request")


@pytest.mark.parametrize("policy", ["s0-speed", "s0-tenacity", "s2-reliability"])
def test_a_size_for_which_the_policy_has_no_terms_is_refused(cloud: Cloud, policy: str) -> None:
    answer = submit(cloud, size="512", model="gemini-3.1-flash-image", policy=policy)
    assert (answer.status_code, [one["pointer"] for one in answer.json()["errors"]]) == (422, ["/policy"])


@pytest.mark.parametrize("headers", [{}, {"authorization": "Bearer wrong"}, {"authorization": "Basic dGVzdDp0ZXN0"}])
@pytest.mark.parametrize("path", ["/v1/jobs", f"/v1/jobs/{SOMEBODYS}/cancel"])
def test_without_a_valid_key_there_is_nothing(cloud: Cloud, path: str, headers: dict[str, str]) -> None:
    prompt = cloud.prompt()
    answer = call(cloud, "POST", path, json={"prompt": prompt}, headers=headers)
    assert (answer.status_code, answer.json()["code"]) == (401, "unauthorized")
    assert answer.headers["www-authenticate"].startswith("Bearer")
    assert table.mentions(cloud, prompt) == []


@pytest.mark.parametrize("act", [Client.get, Client.cancel])
def test_another_tenants_job_is_like_one_that_does_not_exist(cloud: Cloud, act: Callable[..., JobView]) -> None:
    job_id = cloud.submit("ok after=100s", size="1K")["id"]
    with cloud.client_of("other") as other:
        problems = [refused(act, other, one) for one in (job_id, SOMEBODYS)]
    assert problems[0].body == problems[1].body
    assert problems[0].status == 404
    assert cloud.ended(job_id)["status"] == "succeeded"


def refused(act: Callable[..., JobView], client: Client, job_id: str) -> Problem:
    with pytest.raises(Problem) as problem:
        act(client, job_id)
    return problem.value


@pytest.mark.parametrize("job_id", [SOMEBODYS, SOMEBODYS.lower(), "1", "health", "%2e%2e", "KEY%23x", "x" * 300])
def test_an_id_of_no_job_is_not_found(cloud: Cloud, job_id: str) -> None:
    answer = call(cloud, "GET", f"/v1/jobs/{job_id}")
    assert (answer.status_code, answer.headers["content-type"]) == (404, "application/problem+json")


def test_health_needs_no_key(cloud: Cloud) -> None:
    answer = call(cloud, "GET", "/health", headers={})
    assert (answer.status_code, answer.json()) == (200, {"status": "ok"})


@pytest.mark.parametrize("path", ["/health", "/v1/models", "/docs", f"/v1/jobs/{SOMEBODYS}"])
def test_head_is_answered_like_get_without_the_body(cloud: Cloud, path: str) -> None:
    whole, head = call(cloud, "GET", path), call(cloud, "HEAD", path)
    assert (head.status_code, head.content) == (whole.status_code, b"")
    same = ("content-type", "content-length", "cache-control")
    assert [head.headers[name] for name in same] == [whole.headers[name] for name in same]


@pytest.mark.parametrize("path", ["/v1/models/", "/v1/jobs/", f"/v1/jobs/{SOMEBODYS}/"])
def test_a_path_with_a_slash_at_its_end_leads_nowhere(cloud: Cloud, path: str) -> None:
    # Of a path of one part the emulator's own addresses lose the slash: those are in tests/integration/test_head.py.
    answer = call(cloud, "GET", path)
    assert (answer.status_code, answer.json()["code"]) == (404, "unknown_path")


def test_a_path_that_leads_nowhere_is_a_problem_like_any_other(cloud: Cloud) -> None:
    answer = call(cloud, "GET", "/v2/jobs")
    assert (answer.status_code, answer.headers["content-type"]) == (404, "application/problem+json")
    assert answer.json()["code"] == "unknown_path"
