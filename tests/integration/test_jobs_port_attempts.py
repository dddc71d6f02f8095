"""The port Jobs, what concerns attempts: one suite for the fake and for the table."""

import pytest

from cavendish.attempt import REPORT_AFTER_S, AttemptKey, State
from cavendish.errors import CallRefused
from cavendish.job import TERMINAL, Status
from cavendish.outcome import Outcome
from cavendish.ulid import ulid
from tests.builders import NOW, a_key, a_result, a_running_job, an_attempt
from tests.integration.jobs_case import Case

CALLING = an_attempt()
LATE = NOW + 10**6


def test_an_attempt_is_kept_as_it_is(case: Case) -> None:
    attempt = case.begun(waited_s=7, started_at=NOW + 0.1 + 0.2)

    assert case.jobs.attempts(attempt.job_id) == [attempt]


def test_attempts_come_oldest_first_and_only_those_of_the_job(case: Case) -> None:
    case.add()
    other = case.add(a_running_job(id=ulid(NOW, b"x" * 10)))
    order = [a_key(step=1), a_key(image=1), a_key(), a_key(try_=1)]
    for at, key in [*reversed(list(enumerate(order))), (2, order[2]._replace(job_id=other.id))]:
        case.jobs.begin(an_attempt(key, started_at=NOW + at), NOW)

    assert [one.key for one in case.jobs.attempts(order[0].job_id)] == order


def test_attempts_that_began_together_come_in_the_order_of_their_paths(case: Case) -> None:
    case.add()
    for key in (a_key(image=2), a_key(image=0), a_key(image=1)):
        case.jobs.begin(an_attempt(key), NOW)

    assert [one.key.image for one in case.jobs.attempts(a_key().job_id)] == [0, 1, 2]
    assert [one.key.image for one in case.jobs.attempts(a_key().job_id, 1)] == [1]


def test_an_attempt_begins_once(case: Case) -> None:
    attempt = case.begun()

    with pytest.raises(CallRefused):
        case.jobs.begin(attempt.model_copy(update={"token": "another"}), NOW)
    assert case.jobs.attempts(attempt.job_id) == [attempt]


@pytest.mark.parametrize("status", sorted(Status))
def test_an_attempt_begins_only_while_its_job_may_call(case: Case, status: Status) -> None:
    case.add(a_running_job().model_copy(update={"status": status}))
    if status in TERMINAL | {Status.CANCELLING}:
        with pytest.raises(CallRefused):
            case.jobs.begin(CALLING, NOW)
    else:
        case.jobs.begin(CALLING, NOW)

    assert len(case.jobs.attempts(CALLING.job_id)) == (status in (Status.QUEUED, Status.RUNNING))


@pytest.mark.parametrize(("left_s", "begins"), [(0.001, True), (0, False), (-1, False)])
def test_an_attempt_begins_only_before_the_deadline(case: Case, left_s: float, begins: bool) -> None:
    case.add(a_running_job(deadline_at=NOW + left_s))
    if begins:
        case.jobs.begin(CALLING, NOW)
    else:
        with pytest.raises(CallRefused):
            case.jobs.begin(CALLING, NOW)

    assert bool(case.jobs.attempts(CALLING.job_id)) is begins


def test_an_attempt_of_a_job_that_is_gone_does_not_begin(case: Case) -> None:
    with pytest.raises(CallRefused):
        case.jobs.begin(CALLING, NOW)


def test_every_token_is_kept_once_and_the_row_is_given_as_it_is(case: Case) -> None:
    attempt = case.begun()
    for _ in range(2):
        row = case.jobs.ask_again(attempt.key, "token-2")

    assert row == attempt.model_copy(update={"tokens": ("token-1", "token-2")}) == case.row(attempt.key)
    with pytest.raises(CallRefused):
        case.jobs.ask_again(a_key(step=9), "token-3")


@pytest.mark.parametrize(("lost", "state"), [(False, State.ENDED), (True, State.LOST)])
def test_an_attempt_ends_with_its_result(case: Case, lost: bool, state: State) -> None:
    attempt, result = case.begun(), a_result(timings={"store": 0.25}, note="é")
    case.jobs.ask_again(attempt.key, "token-2")
    row = case.jobs.end(attempt.key, result, NOW + 9, lost=lost)

    assert row == case.row(attempt.key)
    assert row is not None
    assert (row.state, row.result, row.ended_at, set(row.tokens)) == (state, result, NOW + 9, {"token-1", "token-2"})


@pytest.mark.parametrize(
    ("first", "then", "kept"),
    [
        (Outcome.LOST_WORKER, Outcome.OK, Outcome.OK),
        (Outcome.LOST_WORKER, Outcome.OVERLOADED, Outcome.LOST_WORKER),
        (Outcome.OVERLOADED, Outcome.OK, Outcome.OVERLOADED),
        (Outcome.OK, Outcome.OVERLOADED, Outcome.OK),
    ],
)
@pytest.mark.parametrize("reported", [False, True])
def test_a_second_end_is_none_and_only_a_picture_after_a_loss_is_kept(
    case: Case, first: Outcome, then: Outcome, kept: Outcome, reported: bool
) -> None:
    key = case.begun().key
    case.jobs.end(key, a_result(first), NOW + 9, lost=first is Outcome.LOST_WORKER)
    if reported:
        case.jobs.reported(key)
    before = case.row(key)

    assert case.jobs.end(key, a_result(then), NOW + 99) is None
    assert case.row(key) == before.model_copy(update={"result": a_result(kept)})


def test_an_attempt_that_was_never_begun_does_not_end(case: Case) -> None:
    case.add()

    assert case.jobs.end(a_key(), a_result(), NOW) is None
    assert case.jobs.attempts(a_key().job_id) == []


def test_an_attempt_is_reported_after_its_end_and_not_before(case: Case) -> None:
    key = case.begun().key
    with pytest.raises(CallRefused):
        case.jobs.reported(key)
    case.jobs.end(key, a_result(), NOW)
    case.jobs.reported(key)
    case.jobs.reported(key)

    assert case.row(key).state is State.REPORTED


def test_attempts_are_due_at_the_end_of_their_lease_then_until_they_are_reported(case: Case) -> None:
    attempt = case.begun()

    def due(at: float) -> list[AttemptKey | str]:
        return [one for one in case.jobs.due(at) if isinstance(one, AttemptKey)]

    assert (due(attempt.lease_until - 1), due(attempt.lease_until)) == ([], [attempt.key])
    case.jobs.end(attempt.key, a_result(), NOW + 9)
    assert (due(NOW + 8 + REPORT_AFTER_S), due(NOW + 9 + REPORT_AFTER_S)) == ([], [attempt.key])
    case.jobs.reported(attempt.key)
    assert due(LATE) == []
