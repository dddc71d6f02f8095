"""Time that is over, or nearly so: what waited too long is not called, and what cannot end in time is not begun."""

from datetime import datetime, timedelta

import pytest

from cavendish_client import JobView
from tests.e2e import table
from tests.e2e.cloud import Cloud
from tests.e2e.detour import Detour
from tests.e2e.eventually import eventually

pytestmark = pytest.mark.usefixtures("empty_queues")

WITHIN_S = 30


def calls(cloud: Cloud, job: JobView) -> int:
    return len(cloud.models.calls(table.job(cloud, job["id"])["request"]["prompt"]))


def test_an_attempt_that_waited_beyond_the_deadline_is_not_called(
    cloud: Cloud, detour: Detour, queued: JobView
) -> None:
    detour.start(queued, name=queued["id"])
    message = detour.message()
    table.set_deadline(cloud, queued["id"], -1)
    cloud.send("AttemptsQueue", message)
    assert (cloud.ended(queued["id"])["status"], calls(cloud, queued)) == ("expired", 0)


def test_a_later_attempt_that_cannot_end_before_the_deadline_is_not_called(
    cloud: Cloud, detour: Detour, queued: JobView
) -> None:
    cloud.models.script(table.job(cloud, queued["id"])["request"]["prompt"], "429")
    detour.start(queued, name=queued["id"])
    cloud.send("AttemptsQueue", detour.message())
    following = detour.message()
    table.set_deadline(cloud, queued["id"], 0.7)
    cloud.send("AttemptsQueue", following)
    eventually(lambda: cloud.execution_status(queued["id"]) == "SUCCEEDED", WITHIN_S)
    assert calls(cloud, queued) == 1


def test_a_bulk_job_that_waited_for_longer_than_its_deadline_has_all_of_it_from_its_first_attempt(
    cloud: Cloud, detour: Detour
) -> None:
    with cloud.held("DispatchFunction"):
        job = cloud.submit("503", size="1K", lane="bulk", deadline_s=10)
        table.backdate(cloud, job["id"], 3600)
        detour.start(job, name=job["id"])
        cloud.send("BulkAttemptsQueue", detour.message())
        cloud.send("BulkAttemptsQueue", detour.message())
        ended = cloud.ended(job["id"], WITHIN_S)
    first, second = ended["attempts"]
    assert (ended["status"], first["outcome"], second["outcome"]) == ("succeeded", "overloaded", "ok")
    assert moment(ended["deadline_at"]) - moment(first["started_at"]) == timedelta(seconds=10)


def moment(written: str) -> datetime:
    return datetime.fromisoformat(written)


def test_jobs_whose_model_hangs_until_the_deadline_have_expired(cloud: Cloud) -> None:
    jobs = [cloud.submit("hang", size="1K", deadline_s=10) for _ in range(4)]
    ended = cloud.all_ended([job["id"] for job in jobs], WITHIN_S)
    assert [job["status"] for job in ended] == ["expired"] * len(jobs)
    assert {attempt["outcome"] for job in ended for attempt in job["attempts"]} == {"timed_out"}
    assert all(job["attempts"][-1]["next"].endswith("no time was left") for job in ended)
