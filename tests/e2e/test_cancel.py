"""A job that is not wanted any more: wherever it stands, it ends, and nothing new is called for it."""

import pytest

from cavendish_client import JobView
from tests.e2e import table
from tests.e2e.cloud import Cloud
from tests.e2e.eventually import eventually

pytestmark = pytest.mark.usefixtures("empty_queues")

#: In a cloud a hundred times faster: two seconds.
SLOW = "ok after=200s"


def calls(cloud: Cloud, job: JobView) -> int:
    return len(cloud.models.calls(table.job(cloud, job["id"])["request"]["prompt"]))


def cancel_after(cloud: Cloud, job: JobView, number: int) -> JobView:
    """Cancel as soon as that many calls were made."""
    eventually(lambda: calls(cloud, job) == number, 20)
    return cloud.client.cancel(job["id"])


def test_a_queued_job_is_cancelled_at_once_and_never_called_for(cloud: Cloud) -> None:
    with cloud.held("DispatchFunction"):
        job = cloud.submit()
        assert cloud.client.cancel(job["id"])["status"] == "cancelled"
    eventually(lambda: cloud.in_flight("JobsQueue") == 0, 20)
    assert (cloud.client.get(job["id"])["status"], calls(cloud, job)) == ("cancelled", 0)


def test_a_job_that_waits_for_its_next_attempt_is_cancelled_at_once(cloud: Cloud) -> None:
    job = cloud.submit("429 retryDelay=300s", allow_fallback=False)
    eventually(lambda: table.states(cloud, job["id"]) == ["reported"], 20)
    assert cloud.client.cancel(job["id"])["status"] == "cancelled"
    eventually(lambda: cloud.execution_status(job["id"]) == "ABORTED", 20)
    assert calls(cloud, job) == 1


def test_a_call_that_runs_is_paid_and_its_picture_is_not_delivered(cloud: Cloud) -> None:
    job = cloud.submit(SLOW)
    assert cancel_after(cloud, job, 1)["status"] == "cancelling"
    ended = cloud.ended(job["id"])
    assert (ended["status"], ended["images"], ended["delivered"]) == ("cancelled", [], None)
    assert [attempt["outcome"] for attempt in ended["attempts"]] == ["ok"]
    assert ended["cost"]["total_usd"] > 0


def test_nothing_is_repeated_after_a_cancel(cloud: Cloud) -> None:
    job = cloud.submit("503 after=100s", "503 after=100s")
    cancel_after(cloud, job, 1)
    assert cloud.ended(job["id"])["status"] == "cancelled"
    eventually(lambda: cloud.execution_status(job["id"]) != "RUNNING", 20)
    assert calls(cloud, job) == 1


def test_a_second_cancel_and_one_after_the_end_change_nothing(cloud: Cloud) -> None:
    job = cloud.submit(SLOW)
    cancel_after(cloud, job, 1)
    assert cloud.client.cancel(job["id"])["status"] == "cancelling"
    cloud.ended(job["id"])
    assert cloud.client.cancel(job["id"])["status"] == "cancelled"


def test_a_job_that_succeeded_stays_so(cloud: Cloud) -> None:
    job = cloud.made(size="1K")
    assert cloud.client.cancel(job["id"])["status"] == "succeeded"
    assert cloud.client.get(job["id"])["images"]
