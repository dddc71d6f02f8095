"""A job ends by its rows alone, once, with what its attempts made."""

import pytest

from cavendish.attempt import Attempt
from cavendish.errors import JobConflict
from cavendish.job import Job, Status
from cavendish.outcome import Outcome
from cavendish.pipeline.settle import conclude, pictures, settle
from tests.builders import NOW, a_key, a_request, a_result, a_running_job, an_attempt, an_ended_attempt, an_image
from tests.fakes import FakeJobs
from tests.world import Meanwhile, World

OK, OVERLOADED, REFUSED = Outcome.OK, Outcome.OVERLOADED, Outcome.REFUSED_INPUT


def ended(*outcomes: Outcome) -> list[Attempt]:
    """One attempt for each image, that ended so."""
    return [an_ended_attempt(outcome, a_key(image=n), started_at=NOW + n) for n, outcome in enumerate(outcomes)]


def concluded(attempts: list[Attempt], n: int = 1, now: float = NOW + 60, **fields: object) -> Job:
    return conclude(a_running_job(a_request(n=n), **fields), attempts, now)


def code(job: Job) -> str | None:
    return job.error.code if job.error else None


@pytest.mark.parametrize(
    ("outcomes", "status", "error"),
    [
        ([OK], Status.SUCCEEDED, None),
        ([OK, OK, OK], Status.SUCCEEDED, None),
        ([OK, OVERLOADED], Status.PARTIAL, "overloaded"),
        ([REFUSED, OK], Status.PARTIAL, "refused_input"),
        ([OVERLOADED], Status.FAILED, "overloaded"),
        ([OVERLOADED, REFUSED], Status.FAILED, "refused_input"),
        ([Outcome.LOST_WORKER], Status.FAILED, "lost_worker"),
    ],
)
def test_a_job_ends_by_how_many_of_its_images_were_made(
    outcomes: list[Outcome], status: Status, error: str | None
) -> None:
    job = concluded(ended(*outcomes), n=len(outcomes))

    assert (job.status, code(job)) == (status, error)


def test_the_reason_is_the_last_end_that_was_no_picture_in_words() -> None:
    error = concluded(ended(REFUSED)).error

    assert error is not None
    assert (error.title, error.detail) == ("The model refused the prompt", "The model refused the prompt")


def test_zero_images_is_never_success() -> None:
    assert (concluded([]).status, code(concluded([]))) == (Status.FAILED, "undeliverable")
    assert code(concluded([an_attempt()])) == "lost_worker"


@pytest.mark.parametrize("attempts", [[], ended(OK), ended(OVERLOADED)])
def test_a_job_that_is_cancelling_becomes_cancelled_whatever_was_made(attempts: list[Attempt]) -> None:
    assert concluded(attempts, status=Status.QUEUED).status is not Status.CANCELLED
    cancelling = a_running_job(a_request()).cancelling(NOW)

    assert conclude(cancelling, attempts, NOW + 9).status is Status.CANCELLED


@pytest.mark.parametrize(("outcomes", "status"), [([OVERLOADED], Status.EXPIRED), ([], Status.EXPIRED)])
def test_a_job_without_a_picture_at_its_deadline_has_expired(outcomes: list[Outcome], status: Status) -> None:
    job = concluded(ended(*outcomes), now=NOW + 3600)

    assert (job.status, code(job)) == (status, "expired")
    assert job.error is not None
    assert job.error.detail == "the deadline of 3600 s left no time for another attempt"


def test_a_picture_counts_although_it_comes_at_the_deadline() -> None:
    assert concluded(ended(OK), now=NOW + 9999).status is Status.SUCCEEDED
    assert concluded(ended(OK, OVERLOADED), n=2, now=NOW + 9999).status is Status.PARTIAL


def test_a_job_that_had_no_time_for_its_next_wait_has_expired() -> None:
    late = an_ended_attempt(OVERLOADED, started_at=NOW + 3588)

    assert concluded([late], now=NOW + 3599).status is Status.EXPIRED
    assert concluded([late.model_copy(update={"ended_at": NOW + 3590})], now=NOW + 3591).status is Status.FAILED


def test_a_job_that_was_refused_shortly_before_its_deadline_was_refused() -> None:
    assert code(concluded([an_ended_attempt(REFUSED, started_at=NOW + 3580)], now=NOW + 3599)) == "refused_input"


def test_a_job_that_was_refused_in_time_was_refused_however_late_it_is_settled() -> None:
    assert code(concluded(ended(REFUSED), now=NOW + 3601)) == "refused_input"


def test_of_several_pictures_of_an_image_the_one_highest_on_the_ladder_counts() -> None:
    high, low = an_ended_attempt(OK, a_key(try_=1)), an_ended_attempt(OK, a_key(step=1))
    other = an_ended_attempt(OK, a_key(image=1, route=1))

    assert pictures([other, low, high]) == [high, other]
    assert pictures([an_attempt()]) == []


def test_what_is_delivered_is_written_down_in_the_order_of_the_images() -> None:
    rows = [an_ended_attempt(OK, a_key(image=1, step=1)), an_ended_attempt(OK, a_key(try_=1))]

    assert concluded(rows, n=2).delivered == ("0-00-00-01", "1-01-00-00")
    assert concluded(rows, n=3).delivered == ("0-00-00-01", "1-01-00-00")
    assert concluded(ended(OVERLOADED)).delivered == ()


def test_the_reason_is_that_of_an_image_that_is_missing() -> None:
    rows = [
        an_ended_attempt(REFUSED, a_key(image=0), started_at=NOW),
        an_ended_attempt(OVERLOADED, a_key(image=1), started_at=NOW + 1),
        an_ended_attempt(OK, a_key(image=1, try_=1), started_at=NOW + 2),
    ]

    assert code(concluded(rows, n=2)) == "refused_input"


def test_a_picture_that_is_accepted_all_the_same_is_delivered_and_no_reason_for_a_failure() -> None:
    small = an_ended_attempt(result=a_result(Outcome.WRONG_SIZE, image=an_image()))
    partial = concluded([*ended(REFUSED), small.model_copy(update={"path": a_key(image=1).path})], n=2)

    assert (concluded([small]).status, concluded([small]).delivered) == (Status.SUCCEEDED, (small.path,))
    assert (partial.status, code(partial)) == (Status.PARTIAL, "refused_input")


def test_to_settle_twice_ends_the_job_once() -> None:
    world = World()
    job = world.running()
    world.run(world.message(job))
    world.settle(job.id)
    first = world.job(job.id)
    world.settle(job.id)

    assert world.job(job.id) == first
    assert [event.type for event in world.jobs.events] == ["job.queued", "job.started", "job.succeeded"]


def test_there_is_nothing_to_settle_of_a_job_that_is_unknown() -> None:
    assert settle("nobody", jobs=FakeJobs(), now=NOW) is None


@pytest.mark.parametrize(("times", "status"), [(1, Status.FAILED), (4, Status.FAILED), (5, Status.QUEUED)])
def test_a_job_that_others_change_is_read_again_some_times(times: int, status: Status) -> None:
    world = World()
    job, jobs = world.submit(), world.jobs
    world.jobs = Meanwhile(jobs, "save", lambda before, *_: jobs.save(before, before.tell("step", NOW)), times=times)
    if status is Status.QUEUED:
        with pytest.raises(JobConflict):
            world.settle(job.id)
    else:
        world.settle(job.id)

    assert world.job(job.id).status is status
