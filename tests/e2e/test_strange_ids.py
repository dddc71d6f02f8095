"""Ids that nobody made: escaped, in small letters, with slashes, in other scripts. No job is found, nothing breaks."""

import httpx
import pytest

from cavendish_client import JobView
from tests.e2e.cloud import Cloud

WAYS = [("GET", ""), ("DELETE", ""), ("POST", "/cancel")]
#: As they stand in the path; ID is that of a job which is there.
STRANGE = [
    "nobody",
    "01ARZ3NDEKTSV4RRFFQ69G5FAV",
    "ID%20",
    "ID%00",
    "ID%0A",
    "ID%0D%0A",
    "ID%2F",
    "%2FID",
    "..%2FID",
    "ID%252F",
    "ID%3Fx=1",
    "ID%23",
    "%",
    "%zz",
    "%C3%A9",
    "%F0%9F%A6%A9",
    "%FF%FE",
    "%ED%A0%80",
    "ID%E2%80%8B",
    "%EF%BC%90ID",
    "JOB%23ID",
    "8ZZZZZZZZZZZZZZZZZZZZZZZZZ",
    "IDID",
    "A" * 2000,
    "%2E%2E",
    "null",
    "*",
    "'%20OR%20'1'='1",
    "<script>",
]


def asked(cloud: Cloud, method: str, path: str) -> httpx.Response:
    """A request whose path is sent as it stands here: clients would make it a tidy one."""
    url = httpx.URL(cloud.running.api)
    target = (url.path.rstrip("/") + path).encode()
    headers = {"authorization": f"Bearer {cloud.running.key}"}
    with httpx.Client(timeout=40) as client:
        return client.request(method, url, headers=headers, extensions={"target": target})


@pytest.fixture(scope="module")
def job(cloud: Cloud) -> JobView:
    return cloud.made(size="1K")


def unknown(answer: httpx.Response) -> bool:
    problem = answer.headers.get("content-type") == "application/problem+json"
    return answer.status_code == 404 and problem and answer.json()["code"] in ("unknown_job", "unknown_path")


@pytest.mark.parametrize(("method", "more"), WAYS)
@pytest.mark.parametrize("strange", STRANGE)
def test_a_strange_id_is_a_job_that_is_not_there(
    cloud: Cloud, job: JobView, strange: str, method: str, more: str
) -> None:
    answer = asked(cloud, method, f"/v1/jobs/{strange.replace('ID', job['id'])}{more}")

    assert unknown(answer), (answer.status_code, answer.text)
    assert cloud.client.get(job["id"])["status"] == "succeeded"


@pytest.mark.parametrize("method", ["GET", "DELETE"])
def test_an_escaped_slash_ends_an_id_or_belongs_to_it_and_nothing_is_done(
    cloud: Cloud, job: JobView, method: str
) -> None:
    """Gateways differ in what they make of it."""
    answer = asked(cloud, method, f"/v1/jobs/{job['id']}%2Fcancel")

    assert answer.status_code in (404, 405), answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    assert cloud.client.get(job["id"])["status"] == "succeeded"


@pytest.mark.parametrize(("method", "more"), WAYS)
def test_small_letters_are_another_id(cloud: Cloud, job: JobView, method: str, more: str) -> None:
    assert unknown(asked(cloud, method, f"/v1/jobs/{job['id'].lower()}{more}"))
    assert cloud.client.get(job["id"])["status"] == "succeeded"


def test_an_id_whose_letters_are_escaped_is_the_same_id(cloud: Cloud, job: JobView) -> None:
    escaped = "".join(f"%{ord(letter):02X}" for letter in job["id"])

    assert asked(cloud, "GET", f"/v1/jobs/{escaped}").json()["id"] == job["id"]
