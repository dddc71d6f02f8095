"""When to ask again, from the measured call to the header: measured once, remembered a minute, and never in the way."""

import time
from types import SimpleNamespace
from typing import Any

import pytest

import wiring
from cavendish.attempt import AttemptKey, begin
from cavendish.health.health import ENOUGH
from cavendish.ladder.plan import Call
from tests.builders import a_message, a_sample
from tests.integration.conftest import Client
from tests.integration.handlers import JOB_ID, Functions
from wired import times as measured

#: A Lambda is ended, it never closes its connections.
pytestmark = pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")


@pytest.fixture
def calling(functions: Functions) -> Call:
    """The call that the job of the events is at since a moment."""
    functions.with_key()
    plan = functions.with_running_job().plan
    assert plan is not None
    call = plan.first
    key = AttemptKey(JOB_ID, image=0, step=0, route=0, try_=0)
    attempt = begin(a_message(key, call=call), call.limit_s, time.time())
    wiring.jobs().begin(attempt, time.time())
    return call


def again_s(functions: Functions) -> int:
    return int(functions.http("api.read")[2]["Retry-After"])


def measure(call: Call, took_s: float, times: int = ENOUGH) -> None:
    for _ in range(times):
        wiring.measurements().record(
            a_sample(route=call.route, model=call.model, size=call.size, at=time.time(), took_s=took_s)
        )


def test_unmeasured_it_is_a_share_of_the_limit(functions: Functions, calling: Call) -> None:
    assert (calling.limit_s, again_s(functions)) == (120, 6)


def test_measured_it_is_what_was_measured(functions: Functions, calling: Call) -> None:
    measure(calling, 15.0)

    assert again_s(functions) in (15, 16)


def test_what_was_measured_is_remembered_for_a_while(functions: Functions, calling: Call) -> None:
    assert again_s(functions) == 6
    measure(calling, 15.0)
    assert again_s(functions) == 6

    measured._recent.cache_clear()
    assert again_s(functions) in (15, 16)


def test_where_health_cannot_be_read_the_limit_is_believed_and_nobody_asks_again_at_once(
    functions: Functions, calling: Call, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    measure(calling, 6.0)
    asked = []

    def read(*arguments: Any) -> None:
        asked.append(arguments)
        raise TimeoutError("no answer")

    monkeypatch.setattr(wiring, "measurements", lambda: SimpleNamespace(read=read))

    assert [again_s(functions), again_s(functions)] == [6, 6]
    assert len(asked) == 1
    assert "health.not_read" in caplog.messages


def test_a_job_at_which_no_call_runs_reads_no_health(functions: Functions, monkeypatch: pytest.MonkeyPatch) -> None:
    def never() -> None:
        raise AssertionError("nobody asked for it")

    functions.with_key()
    functions.with_running_job()
    monkeypatch.setattr(wiring, "measurements", never)

    assert again_s(functions) == 2


def test_an_attempt_whose_call_cannot_be_recorded_is_reported_all_the_same(
    aws: Client, functions: Functions, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    functions.with_running_job()
    lost = wiring.HealthTable(aws("dynamodb"), "no-such-table", wiring.not_recorded)
    monkeypatch.setattr(wiring, "measurements", lambda: lost)

    assert functions.call("generate", "generate.attempt") == {"batchItemFailures": []}
    (attempt,) = wiring.jobs().attempts(JOB_ID)
    assert attempt.state == "reported"
    assert "health.not_recorded" in caplog.messages
