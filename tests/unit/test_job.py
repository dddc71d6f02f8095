"""The job's transitions."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cavendish.errors import JobConflict
from cavendish.job import GRACE_S, LOOK_AFTER_S, PURGE_WITHIN_S, RESEND_AFTER_S, TERMINAL, Job, JobError, Status
from cavendish.request import RETENTION_MAX_S
from tests.builders import NOW, TENANT, a_job, a_plan, a_request, an_attempt

RUNNING = sorted(set(Status) - TERMINAL)
ENDED = sorted(TERMINAL)
MOVES = {
    "started": lambda job, now: job.started(a_plan(), now),
    "scheduled": lambda job, now: job.scheduled(now + 9, now),
    "attempted": lambda job, now: job.model_copy(update={"request": a_request(lane="bulk")}).attempted(now),
    "tell": lambda job, now: job.tell("job.fell_back", now),
    "cancelling": lambda job, now: job.cancelling(now),
    **{f"end as {status}": lambda job, now, status=status: job.end(status, now) for status in ENDED},
}


@pytest.mark.parametrize("move", MOVES)
@pytest.mark.parametrize("status", RUNNING)
def test_each_change_counts_one_and_keeps_the_moment(status: Status, move: str) -> None:
    after = MOVES[move](a_job(status=status, sequence=7), NOW + 5)

    assert (after.sequence, after.updated_at, after.looked_at) == (8, NOW + 5, NOW + 5)


@pytest.mark.parametrize("move", MOVES)
@pytest.mark.parametrize("status", ENDED)
def test_a_terminal_state_never_changes(status: Status, move: str) -> None:
    with pytest.raises(JobConflict, match=f"is {status}: a terminal state never changes"):
        MOVES[move](a_job(status=status), NOW + 5)


@given(st.lists(st.sampled_from(sorted(MOVES))))
def test_whatever_is_tried_nothing_leaves_a_terminal_state(moves: list[str]) -> None:
    job, end = a_job(), None
    for move in moves:
        try:
            job = MOVES[move](job, NOW)
        except JobConflict:
            assert job.ended
        end = end or (job if job.ended else None)
    assert job == (end or job)


def test_the_terminal_states_are_those_of_the_contract() -> None:
    assert set(ENDED) == {"succeeded", "partial", "failed", "cancelled", "expired"}
    assert set(RUNNING) == {"queued", "running", "cancelling"}


def test_an_end_keeps_its_reason() -> None:
    error = JobError(code="overloaded", title="The model failed", detail="HTTP 503")

    assert a_job().end(Status.FAILED, NOW, error).error == error


def test_a_step_down_is_noted_once_told() -> None:
    assert a_job().tell("job.fell_back", NOW).tell("job.downgraded", NOW).told == ("job.fell_back", "job.downgraded")


def test_looking_after_a_job_changes_nothing_that_a_caller_sees() -> None:
    job = a_job()

    assert job.looked_after(NOW + 9) == job.model_copy(update={"looked_at": NOW + 9})


@pytest.mark.parametrize(
    ("status", "due_s"),
    [(Status.QUEUED, RESEND_AFTER_S), (Status.RUNNING, LOOK_AFTER_S), (Status.CANCELLING, GRACE_S)],
)
def test_the_watchdog_looks_in_time_and_soon_after_the_deadline(status: Status, due_s: int) -> None:
    assert a_job(status=status).due_at == NOW + due_s
    assert a_job(status=status, deadline_at=NOW + 10).due_at == NOW + min(due_s, 10 + GRACE_S)


def test_the_watchdog_looks_at_a_job_that_waits_for_its_hour_when_that_has_come() -> None:
    job = a_job(a_request(lane="bulk")).scheduled(NOW + 7200, NOW)

    assert (job.due_at, job.looked_after(NOW + 7200).due_at) == (NOW + 7200, NOW + 7200 + RESEND_AFTER_S)
    assert a_job().scheduled(NOW, NOW).due_at == NOW + RESEND_AFTER_S
    assert [job.waiting(NOW + after) for after in (0, 7199, 7200)] == [True, True, False]


@pytest.mark.parametrize("status", ENDED)
def test_the_watchdog_looks_once_more_at_a_job_that_has_ended_when_its_retention_is_over(status: Status) -> None:
    job = a_job(a_request(retention_s=60)).end(status, NOW + 5)

    assert job.due_at == job.kept_until == NOW + 65


def test_retention_counts_from_the_end_and_not_before() -> None:
    job = a_job(a_request(retention_s=60))

    assert (job.kept_until, job.outdated(NOW + 10**9)) == (None, False)
    ended = job.end(Status.FAILED, NOW + 5)
    assert [ended.outdated(NOW + 5 + after) for after in (0, 59.9, 60)] == [False, False, True]


@pytest.mark.parametrize("retention_s", [60, RETENTION_MAX_S])
def test_no_row_is_forgotten_while_its_job_is_kept_and_none_long_after(retention_s: int) -> None:
    job = a_job(a_request(retention_s=retention_s, deadline_s=86_400))
    ended = job.end(Status.EXPIRED, job.deadline_at + GRACE_S)

    assert ended.kept_until is not None
    assert ended.kept_until < ended.expires_at <= job.expires_at == ended.kept_until + PURGE_WITHIN_S
    assert job.expires_at <= an_attempt(started_at=NOW).expires_at


def test_an_event_tells_of_the_change_it_is_written_with() -> None:
    event = a_job().cancelling(NOW + 5).event("job.cancelling")

    assert event.model_dump() == {
        "type": "job.cancelling",
        "job_id": a_job().id,
        "tenant": TENANT,
        "sequence": 2,
        "at": NOW + 5,
    }


@pytest.mark.parametrize("status", Status)
def test_a_job_survives_being_kept_as_json(status: Status) -> None:
    job = a_job(status=status, plan=a_plan(), error=JobError(code="c", title="t", detail="d"), told=("job.fell_back",))

    assert Job.model_validate_json(job.model_dump_json()) == job
