"""Each function with each event of `events/`, from its handler to AWS and back."""

import json
import threading
import time
from collections.abc import Callable
from typing import Any

import pytest

import wiring
from cavendish.health.permits import Permit
from cavendish.ladder.plan import VERSION
from cavendish.outcome import Outcome
from tests.builders import a_sample
from tests.integration.conftest import Client
from tests.integration.handlers import JOB_ID, Functions, event
from tests.integration.sockets import Server
from wired import permits

#: A Lambda is ended, it never closes its connections.
pytestmark = pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")


def waiting(aws: Client, functions: Functions) -> list[dict[str, Any]]:
    messages = aws("sqs").receive_message(QueueUrl=functions.queue_url, MaxNumberOfMessages=10).get("Messages", [])
    return [json.loads(message["Body"]) for message in messages]


def test_a_submit_is_acknowledged_written_and_sent(aws: Client, functions: Functions) -> None:
    functions.with_key()

    status, job, headers = functions.http("api.submit")

    assert (status, job["status"]) == (202, "queued")
    assert headers["Location"] == f"https://api.example.com/v1/jobs/{job['id']}"
    assert wiring.jobs().get(job["id"]) is not None
    assert waiting(aws, functions) == [{"v": VERSION, "job_id": job["id"]}]


def test_a_submit_with_faults_is_told_all_of_them_and_leaves_nothing(aws: Client, functions: Functions) -> None:
    functions.with_key()

    status, problem, headers = functions.http("api.submit-with-faults")

    assert (status, headers["Content-Type"]) == (422, "application/problem+json")
    assert {fault["pointer"] for fault in problem["errors"]} == {"/prompt", "/size", "/colour"}
    assert waiting(aws, functions) == []


def test_without_a_key_nothing_is_submitted(aws: Client, functions: Functions) -> None:
    status, problem, headers = functions.http("api.submit-without-key")

    assert (status, problem["code"]) == (401, "unauthorized")
    assert headers["WWW-Authenticate"].startswith("Bearer")
    assert waiting(aws, functions) == []


def test_a_key_that_nobody_made_opens_nothing(functions: Functions) -> None:
    assert functions.http("api.submit")[0] == 401


@pytest.mark.parametrize("lasts_s", [-1, 0])
def test_a_key_that_has_expired_opens_nothing(functions: Functions, lasts_s: int) -> None:
    functions.with_key(expires_at=time.time() + lasts_s)

    status, problem, _ = functions.http("api.submit")

    assert (status, problem["code"]) == (401, "unauthorized")


def test_a_key_that_was_revoked_opens_nothing(functions: Functions) -> None:
    wiring.keys().revoke(functions.with_key(), time.time())

    assert functions.http("api.submit")[0] == 401


def test_wishes_are_shown_as_what_they_stand_for(functions: Functions) -> None:
    functions.with_key()

    status, job, _ = functions.http("api.submit-by-wishes")

    shown = {name: job["requested"][name] for name in ("size", "aspect_ratio", "thinking", "accept")}
    assert status == 202
    assert shown == {"size": "4K", "aspect_ratio": "16:9", "thinking": "low", "accept": ["wrong_size"]}


def test_a_job_is_shown_to_its_tenant(functions: Functions) -> None:
    functions.with_key()
    functions.with_job()

    status, job, headers = functions.http("api.read")

    assert (status, job["id"], job["requested"]["size"]) == (200, JOB_ID, "4K")
    assert headers["Retry-After"].isdigit()
    assert headers["Cache-Control"] == "no-store"


def test_a_job_that_does_not_exist_is_not_found(functions: Functions) -> None:
    functions.with_key()

    assert functions.http("api.read")[:2][0] == 404


def test_a_job_that_nobody_calls_for_is_cancelled_at_once(functions: Functions) -> None:
    functions.with_key()
    functions.with_running_job()

    status, job, _ = functions.http("api.cancel")

    assert (status, job["status"]) == (202, "cancelled")


def test_health_needs_no_key(functions: Functions) -> None:
    assert functions.http("api.health")[:2] == (200, {"status": "ok"})


def test_a_job_is_planned_and_started_once_however_often_its_message_comes(aws: Client, functions: Functions) -> None:
    functions.with_job()

    answers = [functions.call("dispatch", "dispatch.job") for _ in range(2)]

    started = aws("stepfunctions").list_executions(stateMachineArn=wiring.setting("WORKFLOW_ARN"))["executions"]
    assert answers == [{"batchItemFailures": []}] * 2
    assert [one["name"] for one in started] == [JOB_ID]
    assert functions.job().status == "running"


def test_a_job_that_may_wait_is_acknowledged_and_sent_like_any_other(aws: Client, functions: Functions) -> None:
    functions.with_key()

    status, job, _ = functions.http("api.submit-off-peak")

    shown = {name: job["requested"][name] for name in ("lane", "schedule")}
    assert (status, shown, job["starts_at"]) == (202, {"lane": "bulk", "schedule": "off_peak"}, None)
    assert waiting(aws, functions) == [{"v": VERSION, "job_id": job["id"]}]


def test_a_job_that_may_wait_is_put_off_while_its_model_does_badly(aws: Client, functions: Functions) -> None:
    functions.with_key()
    submitted = functions.with_job(event("api.submit-off-peak")["body"])
    for _ in range(5):
        wiring.measurements().record(a_sample(size="4K", at=time.time(), outcome=Outcome.TIMED_OUT, took_s=180))

    answer = functions.call("dispatch", "dispatch.job")

    _, job, _ = functions.http("api.read")
    started = aws("stepfunctions").list_executions(stateMachineArn=wiring.setting("WORKFLOW_ARN"))["executions"]
    assert (answer, started, job["status"]) == ({"batchItemFailures": []}, [], "queued")
    assert submitted.created_at < (functions.job().starts_at or 0) <= submitted.created_at + 86_400
    assert job["starts_at"].endswith(":00:00.000Z")
    assert functions.call("watchdog", "watchdog.minute") == {"due": 0}


def test_an_attempt_is_called_and_its_end_is_written(functions: Functions) -> None:
    functions.with_running_job()

    answer = functions.call("generate", "generate.attempt")

    (attempt,) = wiring.jobs().attempts(JOB_ID)
    assert answer == {"batchItemFailures": []}
    assert (attempt.report and attempt.report.outcome, attempt.state) == ("connection_lost", "reported")


def test_the_messages_of_one_batch_are_in_flight_together(
    functions: Functions, monkeypatch: pytest.MonkeyPatch, serve: Callable[..., Server]
) -> None:
    all_three = threading.Barrier(3)
    model = serve(lambda talk: (all_three.wait(timeout=10), talk.answer()))
    monkeypatch.setenv("ROUTE_BASES", f"gemini={model.url}")
    functions.with_running_job()

    answer = functions.call("generate", "generate.batch")

    outcomes = [one.report.outcome for one in wiring.jobs().attempts(JOB_ID) if one.report]
    assert answer == {"batchItemFailures": []}
    assert outcomes == ["no_image"] * 3


def test_a_message_that_gets_no_permit_goes_back_into_its_queue_and_is_no_try(
    aws: Client, functions: Functions
) -> None:
    functions.with_running_job()
    way, now = Permit(route="gemini", model="gemini-nano-banana-2.1"), wiring.clock()
    for ago_s in (60, 50, 40, 30, 20, 10):
        permits.table().throttled(way, now - ago_s)
    assert permits.table().take(way.route, way.model, "another", now=now, until=now + 60)

    answer = functions.call("generate", "generate.turned-away")

    held_back = "ApproximateNumberOfMessagesDelayed"
    told = aws("sqs").get_queue_attributes(QueueUrl=functions.queue_url, AttributeNames=[held_back])["Attributes"]
    assert answer == {"batchItemFailures": []}
    assert (told[held_back], wiring.jobs().attempts(JOB_ID)) == ("1", [])


@pytest.mark.parametrize(("status", "marks"), [("418 I'm a teapot", ["status:418"]), ("503 Overloaded", [])])
def test_what_a_model_says_that_nobody_knows_is_logged(
    functions: Functions,
    monkeypatch: pytest.MonkeyPatch,
    serve: Callable[..., Server],
    caplog: pytest.LogCaptureFixture,
    *,
    status: str,
    marks: list[str],
) -> None:
    monkeypatch.setenv("ROUTE_BASES", f"gemini={serve(lambda talk: talk.answer(status=status)).url}")
    functions.with_running_job()

    functions.call("generate", "generate.attempt")

    unknown = [vars(line) for line in caplog.records if line.message == "answer.unknown"]
    assert [(line["job_id"], line["unknown"]) for line in unknown] == [(JOB_ID, mark) for mark in marks]


def test_a_message_of_another_version_is_no_failure_of_the_batch(functions: Functions) -> None:
    assert functions.call("generate", "generate.other-version") == {"batchItemFailures": []}


def test_a_job_is_settled_by_its_rows(functions: Functions) -> None:
    functions.with_running_job()
    functions.call("generate", "generate.attempt")

    answer = functions.call("settle", "settle.workflow")

    assert answer == {"job_id": JOB_ID, "status": "failed"}
    assert functions.call("settle", "settle.workflow") == answer


def test_the_watchdog_finds_nothing_to_do_in_a_fresh_table(functions: Functions) -> None:
    functions.with_job()

    assert functions.call("watchdog", "watchdog.minute") == {"due": 0}


def test_a_job_that_could_not_be_started_fails_with_the_reason(functions: Functions) -> None:
    functions.with_job()

    functions.call("dead_letters", "dead_letters.job")

    assert functions.job().error is not None
    assert (functions.job().status, functions.job().error.code) == ("failed", "undeliverable")  # type: ignore[union-attr]


@pytest.mark.parametrize("name", ["dead_letters.attempt", "dead_letters.not-ours"])
def test_what_cannot_be_delivered_is_ended_and_comes_no_more(functions: Functions, name: str) -> None:
    assert functions.call("dead_letters", name) == {"batchItemFailures": []}


def test_a_missing_setting_is_named(functions: Functions, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("JOBS_TABLE")

    with pytest.raises(wiring.SettingsMissing, match="JOBS_TABLE"):
        wiring.jobs()
