"""The client that users install, against the API behind real HTTP: it lists, deletes, cancels, and says why not."""

import itertools
import time
from collections.abc import Iterator
from typing import Any

import pytest

import wiring
from cavendish.job import Job, Status
from cavendish.ulid import ulid
from cavendish_client import Client, Problem
from tests.builders import a_job, a_request
from tests.integration.gateway import gateway
from tests.integration.handlers import JOB_ID, KEY, Functions

pytestmark = pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")

#: More than two pages of a hundred.
MANY = 203
SERIAL = itertools.count(1)


@pytest.fixture
def client(functions: Functions) -> Iterator[Client]:
    functions.with_key()
    with gateway() as api, Client(api, KEY) as client:
        yield client


def added(*, tenant: str = "acme", status: Status = Status.QUEUED, **request: Any) -> str:
    """A job that is in the table, newer than those before it; gives its id."""
    job_id = ulid(1_000 + next(SERIAL), bytes(10))
    job = a_job(a_request(**request), id=job_id, tenant=tenant, status=status, updated_at=time.time())
    wiring.jobs().add(job, job.event("job.queued"))
    return job_id


def ended(functions: Functions) -> Job:
    job = functions.with_running_job()
    after = job.end(Status.FAILED, time.time())
    wiring.jobs().save(job, after, after.event("job.failed"))
    return after


def listed(client: Client, **asked: Any) -> list[str]:
    return [job["id"] for job in client.jobs(**asked)]


def test_all_jobs_are_listed_however_many_pages_they_are(client: Client) -> None:
    mine = [added(prompt="p") for _ in range(MANY)]

    assert listed(client) == mine[::-1]


def test_a_page_is_asked_for_when_it_is_needed_and_not_before(client: Client) -> None:
    older, newer = added(), added()
    asked: list[str] = []
    client._http.event_hooks["request"].append(lambda request: asked.append(request.url.path))

    jobs = client.jobs()
    assert asked == []
    assert (next(jobs)["id"], next(jobs)["id"], asked) == (newer, older, ["/v1/jobs"])
    assert list(jobs) == []
    assert asked == ["/v1/jobs"]


def test_the_next_page_is_asked_for_with_the_same_filters(client: Client) -> None:
    added(tags=["a"])
    wanted = [added(tags=["a & b", "c"], lane="bulk") for _ in range(101)]
    for fields in ({"tags": ["a & b"]}, {"lane": "bulk"}, {"tags": ["a"], "lane": "bulk"}):
        added(**fields)

    assert listed(client, tag="a & b", lane="bulk", status="queued") == wanted[::-1]
    assert listed(client, tag="a & b", lane="bulk", status="failed") == []


@pytest.mark.parametrize(
    "asked",
    [{}, {"status": "queued"}, {"tag": "a"}, {"lane": "bulk"}, {"status": "queued", "tag": "a", "lane": "bulk"}],
)
def test_a_tenant_is_shown_nothing_of_another_ones_whatever_it_asks_for(client: Client, asked: dict[str, Any]) -> None:
    theirs = [added(tenant="other", tags=["a"], lane="bulk") for _ in range(3)]
    assert listed(client, **asked) == []

    mine = added(tags=["a"], lane="bulk")
    assert listed(client, **asked) == [mine]
    assert mine not in theirs


def test_a_filter_that_is_none_is_a_problem_with_its_pointer(client: Client) -> None:
    with pytest.raises(Problem, match="/tag: ") as caught:
        next(client.jobs(tag=""))

    assert (caught.value.status, caught.value.code) == (422, "invalid_query")
    assert [fault["pointer"] for fault in caught.value.errors] == ["/tag"]
    assert caught.value.body["title"]


def test_a_deleted_job_is_gone_from_the_list_and_to_a_reading(client: Client, functions: Functions) -> None:
    ended(functions)
    client.delete(JOB_ID)

    assert listed(client) == []
    for act in (client.get, client.cancel, client.delete):
        with pytest.raises(Problem) as caught:
            act(JOB_ID)
        assert (caught.value.status, caught.value.code) == (410, "gone")


def test_what_has_not_ended_is_cancelled_before_it_is_deleted(client: Client, functions: Functions) -> None:
    functions.with_running_job()
    with pytest.raises(Problem, match="cancel it first") as caught:
        client.delete(JOB_ID)
    assert (caught.value.status, caught.value.code) == (409, "not_ended")

    assert client.cancel(JOB_ID)["status"] == "cancelled"
    client.delete(JOB_ID)
    with pytest.raises(Problem, match="gone"):
        client.get(JOB_ID)


@pytest.mark.parametrize(
    "job_id", ["nobody", "", "../models", "../../health", f"{JOB_ID}/cancel", f"{JOB_ID}?x=1", "é#"]
)
def test_an_id_is_never_another_request(client: Client, functions: Functions, job_id: str) -> None:
    job = functions.with_running_job()
    for act in (client.get, client.cancel, client.delete):
        with pytest.raises(Problem) as caught:
            act(job_id)
        assert caught.value.status in (404, 405)

    assert functions.job() == job


def test_a_submit_for_a_model_that_was_shut_down_says_where_to_go(client: Client) -> None:
    with pytest.raises(Problem, match="its successor is gemini-nano-banana-2") as caught:
        client.submit("a heron", model="imagen-4.0-generate-001")

    assert [fault["pointer"] for fault in caught.value.errors] == ["/model"]


def test_without_a_key_that_is_valid_there_is_a_problem_and_no_list(client: Client) -> None:
    with Client(client._api, "cav_wrong") as stranger, pytest.raises(Problem) as caught:
        listed(stranger)

    assert (caught.value.status, caught.value.code) == (401, "unauthorized")
