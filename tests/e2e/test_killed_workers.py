"""Workers that die where it hurts: the job ends right each time, and nothing is called again that was called.

Where a death cannot be timed, a right is taken from the worker's role at that point; then it is killed.
"""

import pytest

from cavendish_client import JobView
from tests.e2e import bill, table
from tests.e2e.cloud import Cloud
from tests.e2e.eventually import eventually

#: In a cloud a hundred times faster: three seconds.
SLOW = "ok after=300s"
GENERATE, DISPATCH, ATTEMPTS = "GenerateFunction", "DispatchFunction", "AttemptsQueue"
WITHIN_S = 30


@pytest.fixture(autouse=True)
def _two_warm_workers(cloud: Cloud, empty_queues: None) -> None:
    """There are workers to hold, even after the last test killed them all."""
    cloud.made(n=2, size="1K")


def calls(cloud: Cloud, job: JobView) -> int:
    return len(cloud.models.calls(prompt_of(cloud, job)))


def prompt_of(cloud: Cloud, job: JobView) -> str:
    return str(table.job(cloud, job["id"])["request"]["prompt"])


def outcomes(job: JobView) -> list[str]:
    return [attempt["outcome"] for attempt in job["attempts"]]


def has_state(cloud: Cloud, job: JobView, *states: str) -> None:
    eventually(lambda: table.states(cloud, job["id"]) == list(states), WITHIN_S)


def killed_in_mid_call(cloud: Cloud, **fields: object) -> JobView:
    job = cloud.submit(SLOW, size="1K", **fields)
    eventually(lambda: calls(cloud, job) == 1, WITHIN_S)
    cloud.kill(GENERATE)
    return job


def time_passes(cloud: Cloud, job: JobView) -> None:
    """The lease of every attempt is over, and the watchdog comes."""
    table.age_attempts(cloud, job["id"])
    cloud.sweep()


def test_a_worker_killed_before_its_row_is_replaced_by_the_queue(cloud: Cloud) -> None:
    with cloud.impatient(ATTEMPTS), cloud.held(GENERATE):
        job = cloud.submit(size="1K")
        eventually(lambda: cloud.in_flight(ATTEMPTS) == 1, WITHIN_S)
        cloud.kill(GENERATE)
        assert table.attempts(cloud, job["id"]) == []
        ended = cloud.ended(job["id"])
    assert (ended["status"], outcomes(ended), calls(cloud, job)) == ("succeeded", ["ok"], 1)


def test_a_worker_killed_in_mid_call_is_found_and_the_call_made_once_more(cloud: Cloud) -> None:
    job = killed_in_mid_call(cloud)
    time_passes(cloud, job)
    ended = cloud.ended(job["id"])
    assert (ended["status"], outcomes(ended), calls(cloud, job)) == ("succeeded", ["lost_worker", "ok"], 2)
    assert ended["cost"]["possible_duplicate_usd"] > 0
    assert bill.matches(cloud, ended)


def test_workers_killed_in_several_calls_lose_each_and_each_is_made_once_more(cloud: Cloud) -> None:
    job = cloud.submit(*[SLOW] * 2, n=2, size="1K", lane="bulk")
    eventually(lambda: calls(cloud, job) == 2, WITHIN_S)
    cloud.kill(GENERATE)
    time_passes(cloud, job)
    ended = cloud.ended(job["id"])
    assert (ended["status"], calls(cloud, job)) == ("succeeded", 4)
    assert sorted(outcomes(ended)) == ["lost_worker"] * 2 + ["ok"] * 2


def test_a_call_that_may_be_billed_is_not_repeated_where_nobody_wants_that(cloud: Cloud) -> None:
    job = killed_in_mid_call(cloud, unknown_retries=0)
    time_passes(cloud, job)
    ended = cloud.ended(job["id"])
    assert (ended["status"], ended["error"]["code"], calls(cloud, job)) == ("failed", "lost_worker", 1)


def test_while_its_lease_lasts_a_lost_call_is_not_repeated_by_queue_or_watchdog(cloud: Cloud) -> None:
    with cloud.impatient(ATTEMPTS):
        job = killed_in_mid_call(cloud)
        eventually(lambda: cloud.in_flight(ATTEMPTS) + cloud.waiting(ATTEMPTS) == 0, WITHIN_S)
    cloud.sweep()
    assert (table.states(cloud, job["id"]), calls(cloud, job)) == (["calling"], 1)
    time_passes(cloud, job)
    assert cloud.ended(job["id"])["status"] == "succeeded"


def test_a_picture_that_reached_the_bucket_is_delivered_without_another_call(cloud: Cloud) -> None:
    job = cloud.submit(SLOW, size="1K", unknown_retries=0)
    eventually(lambda: calls(cloud, job) == 1, WITHIN_S)
    with cloud.forbidden(GENERATE, "dynamodb:UpdateItem"):
        eventually(lambda: stored(cloud, job), WITHIN_S)
        cloud.kill(GENERATE)
    assert table.states(cloud, job["id"]) == ["calling"]
    time_passes(cloud, job)
    ended = cloud.ended(job["id"])
    assert (ended["status"], outcomes(ended), calls(cloud, job)) == ("succeeded", ["ok"], 1)
    assert ended["cost"]["possible_duplicate_usd"] == 0 < ended["cost"]["total_usd"]


def stored(cloud: Cloud, job: JobView) -> bool:
    found = cloud.aws("s3").list_objects_v2(Bucket=cloud.running.images_bucket, Prefix=job["id"])
    return bool(found["KeyCount"])


@pytest.fixture
def unreported(cloud: Cloud) -> JobView:
    """A job whose attempt ended, and whose workflow does not know."""
    with cloud.forbidden(GENERATE, "states:SendTaskSuccess"):
        job = cloud.submit("ok", size="1K")
        has_state(cloud, job, "ended")
        cloud.kill(GENERATE)
    return job


def test_an_attempt_that_ended_unreported_is_reported_by_the_watchdog(cloud: Cloud, unreported: JobView) -> None:
    time_passes(cloud, unreported)
    ended = cloud.ended(unreported["id"])
    assert (ended["status"], outcomes(ended), calls(cloud, ended)) == ("succeeded", ["ok"], 1)


def test_an_attempt_that_ended_unreported_is_reported_when_its_message_returns(cloud: Cloud) -> None:
    with cloud.impatient(ATTEMPTS):
        with cloud.forbidden(GENERATE, "states:SendTaskSuccess"):
            job = cloud.submit(size="1K")
            has_state(cloud, job, "ended")
            cloud.kill(GENERATE)
        ended = cloud.ended(job["id"])
    assert (ended["status"], outcomes(ended), calls(cloud, job)) == ("succeeded", ["ok"], 1)


def test_a_picture_that_comes_after_its_attempt_was_given_up_is_adopted(cloud: Cloud) -> None:
    job = cloud.submit(SLOW, size="1K")
    eventually(lambda: calls(cloud, job) == 1, WITHIN_S)
    # Without that right the next attempt cannot begin.
    with cloud.impatient(ATTEMPTS), cloud.forbidden(GENERATE, "dynamodb:ConditionCheckItem"):
        with cloud.held(GENERATE):
            time_passes(cloud, job)
            has_state(cloud, job, "reported")
        eventually(lambda: table.attempts(cloud, job["id"])[0].outcome == "ok", WITHIN_S)
    ended = cloud.ended(job["id"])
    assert (ended["status"], outcomes(ended), calls(cloud, job)) == ("succeeded", ["ok"], 1)


def test_a_picture_that_comes_after_its_job_ended_is_paid_and_changes_nothing_else(cloud: Cloud) -> None:
    job = cloud.submit(SLOW, size="1K", unknown_retries=0)
    eventually(lambda: calls(cloud, job) == 1, WITHIN_S)
    with cloud.held(GENERATE):
        time_passes(cloud, job)
        ended = cloud.ended(job["id"])
    eventually(lambda: table.attempts(cloud, job["id"])[0].outcome == "ok", WITHIN_S)
    after = cloud.client.get(job["id"])
    assert (after["status"], after["images"], after["updated_at"]) == ("failed", [], ended["updated_at"])
    assert after["cost"]["total_usd"] > 0
    assert bill.matches(cloud, after)


def test_a_job_whose_dispatcher_was_killed_is_sent_again(cloud: Cloud) -> None:
    with cloud.held(DISPATCH):
        job = cloud.submit(size="1K")
        eventually(lambda: cloud.in_flight("JobsQueue") == 1, WITHIN_S)
        cloud.kill(DISPATCH)
    table.age_job(cloud, job["id"])
    cloud.sweep()
    assert (cloud.ended(job["id"])["status"], calls(cloud, job)) == ("succeeded", 1)


def test_a_job_whose_execution_ended_without_settling_is_settled(cloud: Cloud) -> None:
    with cloud.forbidden("SettleFunction", "dynamodb:PutItem"):
        job = cloud.submit(size="1K")
        eventually(lambda: cloud.execution_status(job["id"]) == "FAILED", WITHIN_S)
        assert cloud.client.get(job["id"])["status"] == "running"
    table.age_job(cloud, job["id"])
    cloud.sweep()
    assert (cloud.ended(job["id"])["status"], calls(cloud, job)) == ("succeeded", 1)


def test_a_job_that_nobody_ended_expires(cloud: Cloud) -> None:
    job = cloud.submit("hang", size="1K")
    eventually(lambda: calls(cloud, job) == 1, WITHIN_S)
    cloud.kill(GENERATE)
    table.age_job(cloud, job["id"], past_deadline=True)
    cloud.sweep()
    ended = cloud.ended(job["id"])
    assert (ended["status"], ended["error"]["code"], calls(cloud, job)) == ("expired", "expired", 1)
    eventually(lambda: cloud.execution_status(job["id"]) == "ABORTED", WITHIN_S)
