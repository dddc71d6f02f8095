"""Every message can come twice, late, or from another release; what a queue gives up has somebody who ends it."""

import uuid
from collections.abc import Callable

import pytest

from cavendish_client import JobView
from tests.e2e import table
from tests.e2e.cloud import Cloud
from tests.e2e.detour import Detour, Message, execution_input, start
from tests.e2e.eventually import eventually

pytestmark = pytest.mark.usefixtures("empty_queues")

#: In a cloud a hundred times faster: two seconds.
SLOW = "ok after=200s"
JOBS, ATTEMPTS, DEAD_JOBS, DEAD_ATTEMPTS = (
    "JobsQueue",
    "AttemptsQueue",
    "JobsDeadLettersQueue",
    "AttemptsDeadLettersQueue",
)
WITHIN_S = 30
#: As many as there are warm workers when a test wants a queued job.
COPIES = 4


def calls(cloud: Cloud, job: JobView) -> int:
    return len(cloud.models.calls(table.job(cloud, job["id"])["request"]["prompt"]))


def message_of(cloud: Cloud, job: JobView) -> Message:
    """The message of the job's first attempt, as the workflow sent it."""
    row, plan = table.attempts(cloud, job["id"])[0], table.job(cloud, job["id"])["plan"]
    image, step, route, try_ = map(int, row.path.split("-"))
    position = {"image": image, "step": step, "route": route, "try": try_}
    call = plan["steps"][step]["routes"][route]["call"]
    return {"v": 1, "job_id": job["id"], **position, "call": call, "waited_s": 0, "token": row.tokens[0]}


def drained(cloud: Cloud, *queues: str) -> None:
    """Everything in the queues was worked on."""
    eventually(lambda: sum(cloud.waiting(one) + cloud.in_flight(one) for one in queues) == 0, WITHIN_S)


def test_a_job_that_is_sent_again_and_again_is_made_once(cloud: Cloud) -> None:
    job = cloud.submit(SLOW, size="1K")
    for _ in range(3):
        cloud.send(JOBS, {"v": 1, "job_id": job["id"]})
    assert cloud.ended(job["id"])["status"] == "succeeded"
    cloud.send(JOBS, {"v": 1, "job_id": job["id"]})
    drained(cloud, JOBS)
    assert (calls(cloud, job), table.states(cloud, job["id"])) == (1, ["reported"])


def test_an_attempts_message_that_comes_again_during_the_call_makes_no_second_one(cloud: Cloud) -> None:
    job = cloud.submit(SLOW, size="1K")
    eventually(lambda: calls(cloud, job) == 1, WITHIN_S)
    for _ in range(3):
        cloud.send(ATTEMPTS, message_of(cloud, job))
    assert cloud.ended(job["id"])["status"] == "succeeded"
    drained(cloud, ATTEMPTS)
    assert (calls(cloud, job), table.states(cloud, job["id"])) == (1, ["reported"])


def test_copies_of_a_message_that_are_worked_on_at_the_same_time_make_one_call(
    cloud: Cloud, detour: Detour, queued: JobView
) -> None:
    detour.start(queued, name=queued["id"])
    message = detour.message()
    with cloud.held("GenerateFunction"):
        for _ in range(COPIES):
            cloud.send(ATTEMPTS, message)
        eventually(lambda: cloud.in_flight(ATTEMPTS) == COPIES, WITHIN_S)
    assert cloud.ended(queued["id"])["status"] == "succeeded"
    drained(cloud, ATTEMPTS)
    assert calls(cloud, queued) == 1


def test_an_attempts_message_that_comes_again_after_the_end_changes_nothing(cloud: Cloud) -> None:
    job = cloud.made(size="1K")
    cloud.send(ATTEMPTS, message_of(cloud, job))
    drained(cloud, ATTEMPTS)
    after = cloud.client.get(job["id"])
    assert (after["attempts"], after["updated_at"]) == (job["attempts"], job["updated_at"])
    assert calls(cloud, job) == 1


def test_who_asks_again_with_a_new_token_hears_what_came_of_it(cloud: Cloud, detour: Detour) -> None:
    job = cloud.made("blocked")
    execution = detour.start(job)
    cloud.send(ATTEMPTS, detour.message())
    eventually(lambda: cloud.execution_status(execution) == "SUCCEEDED", WITHIN_S)
    assert (calls(cloud, job), cloud.client.get(job["id"])["status"]) == (1, "failed")


def test_everybody_who_asked_for_an_attempt_hears_of_its_end(cloud: Cloud, detour: Detour) -> None:
    job = cloud.submit("blocked after=200s")
    eventually(lambda: calls(cloud, job) == 1, WITHIN_S)
    execution = detour.start(job)
    cloud.send(ATTEMPTS, detour.message())
    both = (job["id"], execution)
    eventually(lambda: {cloud.execution_status(name) for name in both} == {"SUCCEEDED"}, WITHIN_S)
    assert (calls(cloud, job), cloud.client.get(job["id"])["status"]) == (1, "failed")


def test_an_attempt_for_a_job_that_ended_is_not_made(cloud: Cloud, detour: Detour) -> None:
    job = cloud.made(size="1K")
    execution = detour.start(job)
    cloud.send(ATTEMPTS, {**detour.message(), "try": 1})
    eventually(lambda: cloud.execution_status(execution) == "SUCCEEDED", WITHIN_S)
    assert (calls(cloud, job), len(table.attempts(cloud, job["id"]))) == (1, 1)


def test_a_message_of_the_version_before_is_worked_on(cloud: Cloud, detour: Detour, queued: JobView) -> None:
    detour.start(queued, name=queued["id"])
    cloud.send(ATTEMPTS, {**detour.message(), "v": 0})
    assert (cloud.ended(queued["id"])["status"], calls(cloud, queued)) == ("succeeded", 1)


Change = Callable[[Message], Message]
UNREADABLE: dict[str, Change] = {
    "a version to come": lambda message: {**message, "v": 2},
    "a version far away": lambda message: {**message, "v": 99},
    "no version": lambda message: {name: value for name, value in message.items() if name != "v"},
    "no call": lambda message: {name: value for name, value in message.items() if name != "call"},
    "a try that is no number": lambda message: {**message, "try": "first"},
    "nothing but its token": lambda message: {"token": message["token"]},
}


@pytest.mark.parametrize("queue", [ATTEMPTS, DEAD_ATTEMPTS])
@pytest.mark.parametrize("what", UNREADABLE)
def test_an_attempt_that_cannot_be_read_is_ended_at_once(cloud: Cloud, detour: Detour, what: str, queue: str) -> None:
    job = cloud.made("blocked")
    execution = detour.start(job)
    cloud.send(queue, UNREADABLE[what](detour.message()))
    assert detour.message()["try"] == 1
    cloud.aws("stepfunctions").stop_execution(executionArn=cloud.execution(execution))
    assert calls(cloud, job) == 1


def test_attempts_for_a_job_that_is_gone_end_without_a_call(cloud: Cloud) -> None:
    job = cloud.made("blocked")
    contents = execution_input(cloud, job, cloud.queue(ATTEMPTS))
    prompt = table.job(cloud, job["id"])["request"]["prompt"]
    table.forget_job(cloud, job["id"])
    start(cloud, name := f"gone-{uuid.uuid4().hex}", contents)
    eventually(lambda: cloud.execution_status(name) == "SUCCEEDED", WITHIN_S)
    assert len(cloud.models.calls(prompt)) == 1


def test_a_job_that_is_started_twice_runs_once(cloud: Cloud) -> None:
    cloud.made(size="1K")
    with cloud.held("DispatchFunction"):
        job = cloud.submit(SLOW, size="1K")
        start(cloud, job["id"], execution_input(cloud, job, cloud.queue(ATTEMPTS)))
        eventually(lambda: calls(cloud, job) == 1, WITHIN_S)
    assert (cloud.ended(job["id"])["status"], calls(cloud, job)) == ("succeeded", 1)


@pytest.mark.parametrize("queue", [DEAD_JOBS, DEAD_ATTEMPTS])
def test_a_dead_letter_that_nobody_can_read_is_put_away(cloud: Cloud, queue: str) -> None:
    for body in ("", "not JSON", "[]", "{}", "null", '{"token": 5}', '{"job_id": 5}', '{"job_id": "nobodys"}'):
        cloud.send(queue, body or " ")
    drained(cloud, queue)


def test_a_message_that_always_fails_dies_and_is_buried(cloud: Cloud) -> None:
    with cloud.impatient(JOBS):
        cloud.send(JOBS, '{"v": 1}')
        drained(cloud, JOBS, DEAD_JOBS)


def test_a_job_that_cannot_be_started_fails_and_says_so(cloud: Cloud) -> None:
    with cloud.impatient(JOBS), cloud.forbidden("DispatchFunction", "states:StartExecution"):
        job = cloud.made(size="1K")
    assert (job["status"], job["error"]["code"], calls(cloud, job)) == ("failed", "undeliverable", 0)


def test_an_attempt_that_cannot_be_worked_on_is_followed_by_the_next(cloud: Cloud) -> None:
    with cloud.impatient(ATTEMPTS), cloud.forbidden("GenerateFunction", "dynamodb:GetItem"):
        job = cloud.submit(size="1K")
        eventually(lambda: cloud.client.get(job["id"])["status"] == "running", WITHIN_S)
        eventually(lambda: buried(cloud, job), WITHIN_S)
    ended = cloud.ended(job["id"])
    assert (ended["status"], calls(cloud, job)) == ("succeeded", 1)


def buried(cloud: Cloud, job: JobView) -> bool:
    """Whether somebody has told the end of one of the job's messages in the log of dead letters."""
    logs, group = cloud.aws("logs"), f"/aws/lambda/{cloud.function('DeadLettersFunction')}"
    told = logs.filter_log_events(logGroupName=group, filterPattern=f'"{job["id"]}"')
    return bool(told["events"])
