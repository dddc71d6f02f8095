"""The ETag of a job: another one for whatever a caller can see, the same for all else."""

from typing import Any

import pytest

from cavendish.attempt import Attempt, State
from cavendish.contract.view import brief, etag, view
from cavendish.job import Job, JobError, Status
from cavendish.outcome import Outcome
from tests.builders import NOW, a_key, a_result, a_running_job, an_attempt, an_ended_attempt

JOB = a_running_job()
MADE = an_ended_attempt(Outcome.OK)
DONE = JOB.end(Status.SUCCEEDED, NOW + 60, delivered=(MADE.path,))


def seen(job: Job, attempts: list[Attempt], now: float = NOW) -> dict[str, Any]:
    return view(job, attempts, base_url="https://api.test", link=lambda key, mime: f"{key}?at={now}", now=now)


def test_it_is_weak_and_can_be_sent_as_it_is() -> None:
    tag = etag(DONE, [MADE])

    assert tag.startswith('W/"')
    assert tag.isascii()
    assert tag.count('"') == 2


def test_links_that_are_fresh_at_each_reading_do_not_change_it() -> None:
    assert seen(DONE, [MADE], NOW) != seen(DONE, [MADE], NOW + 1)
    assert etag(DONE, [MADE]) == etag(DONE, [MADE])


CHANGES: list[tuple[Job, list[Attempt]]] = [
    (JOB, []),
    (JOB.tell("job.fell_back", NOW + 1), []),
    (JOB.cancelling(NOW), []),
    (JOB.end(Status.FAILED, NOW), []),
    (JOB.end(Status.FAILED, NOW, JobError(code="c", title="t", detail="d")), []),
    (JOB, [an_attempt()]),
    (JOB, [MADE]),
    (JOB, [an_ended_attempt(Outcome.LOST_WORKER, started_at=NOW + 1)]),
    (JOB, [an_ended_attempt(Outcome.LOST_WORKER, result=a_result(Outcome.OK), started_at=NOW + 1)]),
    (JOB, [MADE, an_attempt(a_key(try_=1))]),
    (DONE, [MADE]),
]


def test_every_change_that_a_caller_can_see_makes_another_one() -> None:
    assert len({etag(job, attempts) for job, attempts in CHANGES}) == len(CHANGES)


@pytest.mark.parametrize("attempt", [MADE.model_copy(update={"state": State.ENDED, "tokens": ("another",)})])
def test_what_nobody_sees_changes_nothing(attempt: Attempt) -> None:
    assert seen(DONE, [attempt]) == seen(DONE, [MADE])
    assert etag(DONE, [attempt]) == etag(DONE, [MADE])


def test_in_a_list_a_job_is_shown_without_what_its_attempts_would_have_to_be_read_for() -> None:
    whole, short = seen(DONE, [MADE]), brief(DONE, base_url="https://api.test")

    first = ["id", "status", "created_at", "updated_at", "deadline_at", "starts_at"]
    assert list(short) == [*first, "links", "requested", "error"]
    assert short.items() <= whole.items()
