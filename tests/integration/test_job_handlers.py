"""The routes of jobs by their events: conditional reads, waiting, cancelling with its charge, deleting, listing."""

import time
from collections.abc import Callable
from typing import Any

import pytest

import wiring
from cavendish.contract.listing import cursor
from cavendish.job import Job, Status
from tests.builders import a_job
from tests.integration.conftest import Client
from tests.integration.handlers import JOB_ID, Functions

#: A Lambda is ended, it never closes its connections.
pytestmark = pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")


@pytest.fixture
def mine(functions: Functions) -> Functions:
    """The functions, and the key of the tenant whose job the events name."""
    functions.with_key()
    return functions


def ended(functions: Functions, at: float | None = None) -> Job:
    """The job that the events name, as it ended at this moment."""
    job = functions.with_running_job()
    after = job.end(Status.FAILED, at or time.time())
    wiring.jobs().save(job, after, after.event("job.failed"))
    return after


def headers(answer: dict[str, Any]) -> dict[str, str]:
    return {name.lower(): value for name, value in answer["headers"].items()}


def test_a_job_that_the_caller_has_already_is_not_sent_again(mine: Functions) -> None:
    mine.with_running_job()
    first, second = mine.call("api", "api.read"), mine.call("api", "api.read-unchanged")

    assert (second["statusCode"], second.get("body") or "") == (304, "")
    assert headers(second) == {name: headers(first)[name] for name in ("cache-control", "etag", "retry-after")}


def test_a_wait_is_applied_as_far_as_it_goes(mine: Functions) -> None:
    ended(mine)

    status, job, told = mine.http("api.read-waiting")

    assert (status, job["status"], told["Preference-Applied"]) == (200, "failed", "wait=25")


def test_a_submit_that_does_not_end_in_time_is_answered_as_ever(mine: Functions) -> None:
    status, job, told = mine.http("api.submit-waiting")

    assert (status, job["status"], told["Preference-Applied"]) == (202, "queued", "wait=0")
    assert told["Location"].endswith(job["id"])


def test_without_a_preference_none_is_applied(mine: Functions) -> None:
    mine.with_job()

    assert [name for name in ("api.submit", "api.read") if "Preference-Applied" in mine.http(name)[2]] == []


@pytest.mark.parametrize(
    ("make", "status", "charge"),
    [
        (Functions.with_job, 202, "none"),
        (ended, 200, "none"),
        (lambda functions: (functions.with_running_job(), functions.call("generate", "generate.attempt")), 202, "none"),
    ],
)
def test_a_cancel_says_what_may_be_charged(
    mine: Functions, make: Callable[[Functions], object], status: int, charge: str
) -> None:
    make(mine)

    answer = mine.http("api.cancel")

    assert (answer[0], answer[1]["charge"]) == (status, charge)


def test_cancelling_what_has_ended_changes_nothing(mine: Functions) -> None:
    job = ended(mine)
    answers = [mine.http("api.cancel") for _ in range(2)]

    assert answers[0] == answers[1]
    assert (mine.job(), answers[0][1]["status"]) == (job, "failed")


def test_a_deleted_job_is_gone_to_its_tenant(aws: Client, mine: Functions) -> None:
    ended(mine)
    s3, bucket = aws("s3"), wiring.setting("IMAGES_BUCKET")
    for key in (f"{JOB_ID}/0-00-00-00", f"{JOB_ID}/1-00-00-00", f"{JOB_ID[:-1]}1/0-00-00-00"):
        s3.put_object(Bucket=bucket, Key=key, Body=b"picture")

    answer = mine.call("api", "api.delete")

    assert (answer["statusCode"], answer.get("body") or "") == (204, "")
    assert [one["Key"] for one in s3.list_objects_v2(Bucket=bucket)["Contents"]] == [f"{JOB_ID[:-1]}1/0-00-00-00"]
    for name in ("api.read", "api.cancel", "api.delete"):
        assert mine.http(name)[:1] == (410,)
        assert mine.http(name)[1]["code"] == "gone"


def test_a_job_that_has_not_ended_is_not_deleted(mine: Functions) -> None:
    job = mine.with_running_job()

    status, problem, _ = mine.http("api.delete")

    assert (status, problem["code"], mine.job()) == (409, "not_ended", job)
    assert "cancel it first" in problem["detail"]


def test_what_was_never_there_cannot_be_deleted(mine: Functions) -> None:
    assert mine.http("api.delete")[0] == 404


def test_a_job_whose_retention_is_over_is_gone_and_the_watchdog_deletes_it(mine: Functions) -> None:
    ended(mine, at=1_000_000.0)
    assert (mine.http("api.read")[0], mine.http("api.list")[1]["jobs"]) == (410, [])

    assert mine.call("watchdog", "watchdog.minute") == {"due": 1}
    assert mine.call("watchdog", "watchdog.minute") == {"due": 0}
    assert wiring.jobs().get(JOB_ID) is None
    assert mine.http("api.read")[0] == 410


def tagged(job_id: str, tenant: str = "acme") -> Job:
    job = a_job(id=job_id, tenant=tenant, created_at=time.time())
    job = job.model_copy(update={"request": job.request.model_copy(update={"tags": ["a b"]})})
    wiring.jobs().add(job, job.event("job.queued"))
    return job


def test_a_list_has_the_callers_jobs_and_leads_to_the_next_page(mine: Functions) -> None:
    older, newer = tagged("01KX0000000000000000000001"), tagged("01KX0000000000000000000002")
    tagged("01KX0000000000000000000003", tenant="other")
    assert older.id < newer.id

    status, page, told = mine.http("api.list")

    assert (status, [job["id"] for job in page["jobs"]], page["next"]) == (200, [newer.id], cursor(newer.id))
    assert not {"attempts", "images", "prompt"} & set(page["jobs"][0])
    link = f"https://api.example.com/v1/jobs?status=queued&tag=a+b&limit=1&after={page['next']}"
    assert told["Link"] == f'<{link}>; rel="next"'


def test_the_last_page_leads_nowhere(mine: Functions) -> None:
    tagged("01KX0000000000000000000001")

    _, page, told = mine.http("api.list")

    assert (len(page["jobs"]), page["next"], "Link" in told) == (1, None, False)


def test_every_fault_of_a_query_is_told_by_its_parameter(mine: Functions) -> None:
    status, problem, told = mine.http("api.list-with-faults")

    assert (status, problem["code"], told["Content-Type"]) == (422, "invalid_query", "application/problem+json")
    assert {one["pointer"] for one in problem["errors"]} == {"/limit", "/status", "/page", "/tag", "/after"}


def test_a_list_needs_a_key(functions: Functions) -> None:
    assert functions.http("api.list")[0] == 401
