"""The list of a tenant's jobs: its own, newest first, filtered, page after page."""

import threading
import uuid
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Any

import pytest

from cavendish_client import Client
from tests.e2e.asking import ask
from tests.e2e.cloud import Cloud
from tests.e2e.eventually import eventually

#: How many submit at once while the list is walked through, and how many jobs each of them at most.
SUBMITTERS, EACH = 2, 8


@pytest.fixture
def tenant(cloud: Cloud) -> Iterator[Client]:
    """A client of a tenant that has no jobs yet."""
    with cloud.client_of(f"tenant-{uuid.uuid4().hex}") as client:
        yield client


def key(client: Client) -> str:
    return str(client._http.headers["authorization"].removeprefix("Bearer "))


def listed(cloud: Cloud, client: Client, query: str = "") -> dict[str, Any]:
    answer = ask(cloud, "GET", f"/v1/jobs{query}", key=key(client))
    assert answer.status_code == 200, answer.text
    page: dict[str, Any] = answer.json()
    return page


def ids(cloud: Cloud, client: Client, query: str = "") -> list[str]:
    return [job["id"] for job in listed(cloud, client, query)["jobs"]]


def submitted(cloud: Cloud, client: Client, count: int, **fields: Any) -> list[str]:
    """Jobs of one tenant, newest first."""
    return [client.submit(cloud.prompt(), size="1K", **fields)["id"] for _ in range(count)][::-1]


def test_without_jobs_the_list_is_empty(cloud: Cloud, tenant: Client) -> None:
    assert listed(cloud, tenant) == {"jobs": [], "next": None}


def test_a_tenant_sees_its_jobs_newest_first_and_nobody_elses(cloud: Cloud, tenant: Client) -> None:
    mine = submitted(cloud, tenant, 3)
    with cloud.client_of(f"tenant-{uuid.uuid4().hex}") as other:
        others = submitted(cloud, other, 1)
        assert (ids(cloud, tenant), ids(cloud, other)) == (mine, others)
        assert ids(cloud, other, "?limit=100&tag=x") == []


def test_a_job_is_listed_without_its_prompt_and_what_it_takes_to_read_it_whole(cloud: Cloud, tenant: Client) -> None:
    (job_id,) = submitted(cloud, tenant, 1, metadata={"a": 1})
    (job,) = listed(cloud, tenant)["jobs"]

    assert job["links"]["self"] == f"{cloud.running.api}/v1/jobs/{job_id}"
    assert (job["requested"]["metadata"], job["requested"]["size"]) == ({"a": 1}, "1K")
    assert not {"prompt", "attempts", "images"} & (set(job) | set(job["requested"]))


def test_jobs_are_found_by_tag_lane_and_status(cloud: Cloud, tenant: Client) -> None:
    (tagged,) = submitted(cloud, tenant, 1, tags=["winter & snow", "b"])
    (bulk,) = submitted(cloud, tenant, 1, lane="bulk", tags=["b"])
    assert ids(cloud, tenant, "?tag=winter+%26+snow") == [tagged]
    assert ids(cloud, tenant, "?tag=b&lane=bulk") == [bulk]

    for job_id in (tagged, bulk):
        eventually(lambda job_id=job_id: tenant.get(job_id)["status"] == "succeeded", 90)  # type: ignore[misc]
    eventually(lambda: ids(cloud, tenant, "?status=succeeded") == [bulk, tagged], 20)
    assert ids(cloud, tenant, "?status=failed") == []


def test_the_links_lead_through_all_pages(cloud: Cloud, tenant: Client) -> None:
    mine = submitted(cloud, tenant, 5, tags=["a"])
    found, path = [], "/v1/jobs?limit=2&tag=a"
    for _ in range(5):
        answer = ask(cloud, "GET", path, key=key(tenant))
        found.append([job["id"] for job in answer.json()["jobs"]])
        if answer.json()["next"] is None:
            break
        path = answer.links["next"]["url"].removeprefix(cloud.running.api)

    assert found == [mine[:2], mine[2:4], mine[4:]]


def test_a_walk_finds_each_earlier_job_exactly_once_while_others_are_submitted(cloud: Cloud, tenant: Client) -> None:
    earlier = submitted(cloud, tenant, 7, tags=["a"])
    later: list[str] = []
    walked: list[str] = []
    at_an_end = threading.Event()

    def submit_more() -> None:
        for _ in range(EACH):
            if not at_an_end.is_set():
                later.extend(submitted(cloud, tenant, 1, tags=["a"]))

    def one_more(than: int) -> bool:
        return len(later) > than or len(later) == SUBMITTERS * EACH

    with ThreadPoolExecutor(SUBMITTERS) as pool:
        submitters = [pool.submit(submit_more) for _ in range(SUBMITTERS)]
        try:
            after = ""
            while after is not None:
                page = listed(cloud, tenant, f"?tag=a&limit=2{after and '&after=' + after}")
                walked += [job["id"] for job in page["jobs"]]
                after = page["next"]
                eventually(partial(one_more, len(later)), 40)
        finally:
            at_an_end.set()
    for submitter in submitters:
        submitter.result()

    assert [job_id for job_id in walked if job_id in earlier] == earlier
    assert len(set(walked)) == len(walked)
    assert set(walked) <= {*earlier, *later}
    assert set(later) - set(walked), "some were submitted behind the walk's back"


def test_a_page_is_full_although_most_jobs_are_not_asked_for(cloud: Cloud, tenant: Client) -> None:
    tags: list[list[str]] = [["a"], [], [], [], ["a"], [], [], ["a"]]
    mine = [submitted(cloud, tenant, 1, tags=one)[0] for one in tags][::-1]
    wanted = [job_id for job_id, one in zip(mine, tags[::-1], strict=True) if one]
    page = listed(cloud, tenant, "?tag=a&limit=2")

    assert [job["id"] for job in page["jobs"]] == wanted[:2]
    assert ids(cloud, tenant, f"?tag=a&limit=2&after={page['next']}") == wanted[2:]


def test_a_cursor_of_another_tenant_opens_nothing(cloud: Cloud, tenant: Client) -> None:
    submitted(cloud, tenant, 2)
    after = listed(cloud, tenant, "?limit=1")["next"]
    with cloud.client_of(f"tenant-{uuid.uuid4().hex}") as other:
        assert listed(cloud, other, f"?after={after}") == {"jobs": [], "next": None}


@pytest.mark.parametrize(
    ("query", "pointers"),
    [
        ("limit=0", {"/limit"}),
        ("limit=101", {"/limit"}),
        ("limit=x&status=done&lane=fast", {"/limit", "/status", "/lane"}),
        ("after=nonsense", {"/after"}),
        ("colour=red", {"/colour"}),
        ("tag=a&tag=b", {"/tag"}),
        ("tag=", {"/tag"}),
    ],
)
def test_every_fault_of_a_query_is_told(cloud: Cloud, query: str, pointers: set[str]) -> None:
    answer = ask(cloud, "GET", f"/v1/jobs?{query}")

    assert (answer.status_code, answer.headers["content-type"]) == (422, "application/problem+json")
    assert {one["pointer"] for one in answer.json()["errors"]} == pointers


def test_without_a_key_there_is_no_list(cloud: Cloud) -> None:
    assert ask(cloud, "GET", "/v1/jobs", key="wrong").status_code == 401
