"""When a caller is told to ask again."""

import pytest

from cavendish.attempt import Attempt, AttemptKey
from cavendish.contract.again import LEAST_S, MOST_S
from cavendish.contract.again import ask_again_s as asked
from cavendish.health.sketch import ACCURACY, Sketch
from cavendish.job import TERMINAL, Job, Status
from cavendish.ladder.plan import Call, Plan
from cavendish.ladder.wait import Wait
from cavendish.outcome import Outcome
from tests.builders import (
    NOW,
    a_call,
    a_job,
    a_key,
    a_plan,
    a_report,
    a_request,
    a_result,
    a_route,
    a_running_job,
    a_step,
    an_attempt,
    an_ended_attempt,
)


def ask_again_s(job: Job, attempts: list[Attempt], now: float, times: Sketch = Sketch()) -> int | None:  # noqa: B008
    """By default nobody knows how long a call takes."""
    return asked(job, attempts, now, lambda call: times)


def waiting(*, key: AttemptKey | None = None, retry_after_s: float | None = None) -> Attempt:
    """An attempt that ended at NOW + 10 and is to be repeated."""
    result = a_result(Outcome.OVERLOADED).model_copy(
        update={"report": a_report(Outcome.OVERLOADED, retry_after_s=retry_after_s)}
    )
    return an_ended_attempt(Outcome.OVERLOADED, key, result=result)


def patient(wait_s: float) -> Plan:
    return a_plan(a_step(a_route(wait=Wait(base_s=wait_s))))


@pytest.mark.parametrize("status", sorted(TERMINAL))
def test_a_job_that_has_ended_is_not_asked_for_again(status: Status) -> None:
    assert ask_again_s(a_job(status=status), [an_attempt()], NOW) is None


@pytest.mark.parametrize("job", [a_job(), a_running_job(), a_running_job().cancelling(NOW)])
def test_between_two_steps_it_is_a_moment(job: object) -> None:
    assert ask_again_s(job, [], NOW) == 2  # type: ignore[arg-type]


def test_what_a_deadline_keeps_from_following_is_not_waited_for() -> None:
    """The plan of a bulk job has the deadline that it was sent with."""
    job = a_job(a_request(lane="bulk", deadline_s=10)).started(patient(20), NOW)

    assert ask_again_s(job, [waiting()], NOW + 11) == 19
    assert ask_again_s(job.attempted(NOW), [waiting()], NOW + 11) == 2


@pytest.mark.parametrize(("limit_s", "again_s"), [(10, 1), (80, 4), (180, 9), (660, MOST_S)])
def test_while_a_call_runs_that_nobody_knows_it_is_a_share_of_its_limit(limit_s: int, again_s: int) -> None:
    assert ask_again_s(a_running_job(), [an_attempt(call=a_call(limit_s=limit_s))], NOW + 3) == again_s


@pytest.mark.parametrize(("passed_s", "again_s"), [(0, 20), (5, 15), (19, 2), (100, 10)])
def test_while_a_job_waits_it_is_the_rest_of_the_wait(passed_s: float, again_s: int) -> None:
    job = a_job(status=Status.RUNNING, plan=patient(20))

    assert ask_again_s(job, [waiting()], NOW + 10 + passed_s) == again_s


def test_a_long_wait_is_asked_for_on_its_way_too() -> None:
    assert ask_again_s(a_job(status=Status.RUNNING, plan=patient(400)), [waiting()], NOW + 10) == MOST_S


def test_a_wait_that_the_model_asked_for_counts() -> None:
    job = a_job(status=Status.RUNNING, plan=patient(1))

    assert ask_again_s(job, [waiting(retry_after_s=12)], NOW + 10) == 12


def test_of_several_images_the_soonest_counts() -> None:
    job = a_job(status=Status.RUNNING, plan=patient(25))
    calling = an_attempt(a_key(image=1), call=a_call(limit_s=80))

    assert ask_again_s(job, [waiting(), calling], NOW + 10) == 4


@pytest.mark.parametrize(("queued_s", "again_s"), [(1, 2), (60, 6), (3000, MOST_S)])
def test_what_stands_in_a_queue_for_long_is_asked_for_less_often(queued_s: float, again_s: int) -> None:
    assert ask_again_s(a_job(), [], NOW + queued_s) == again_s


def test_an_image_that_has_ended_is_not_waited_for_and_when_all_have_it_is_a_moment() -> None:
    job, made = a_running_job(a_request(n=2)), an_ended_attempt(Outcome.OK)
    calling = an_attempt(a_key(image=1), call=a_call(limit_s=600))

    assert ask_again_s(job, [made, calling], NOW + 10) == MOST_S
    assert ask_again_s(job, [made, an_ended_attempt(Outcome.OK, a_key(image=1))], NOW + 500) == 2


def test_an_image_that_has_not_begun_is_waited_for_like_any_other() -> None:
    job = a_running_job(a_request(n=2))

    assert ask_again_s(job, [an_attempt(call=a_call(limit_s=600))], NOW) == 2


def test_it_is_never_less_than_a_second() -> None:
    assert ask_again_s(a_running_job(), [an_attempt(call=a_call(limit_s=1))], NOW) == LEAST_S


def calling(limit_s: int = 100, image: int = 0) -> Attempt:
    return an_attempt(a_key(image=image), call=a_call(limit_s=limit_s))


@pytest.mark.parametrize(("took_s", "passed_s", "again_s"), [(4, 0, 4), (20, 0, 20), (20, 15, 5), (90, 80, 10)])
def test_while_a_call_runs_it_is_what_such_calls_take_less_what_has_passed(
    took_s: float, passed_s: float, again_s: int
) -> None:
    times = Sketch.of([took_s] * 8)
    found = ask_again_s(a_running_job(), [calling()], NOW + passed_s, times)

    assert found is not None
    assert abs(found - again_s) <= took_s * ACCURACY + 1


def test_of_calls_that_vary_only_those_count_that_took_longer_than_this_one_has() -> None:
    times = Sketch.of([2, 2, 2, 2, 2, 10, 20, 20, 20])

    assert ask_again_s(a_running_job(), [calling()], NOW, times) == 2
    assert ask_again_s(a_running_job(), [calling()], NOW + 3, times) in (16, 17, 18)
    assert ask_again_s(a_running_job(), [calling()], NOW + 12, times) in (7, 8, 9)


def test_a_call_that_takes_longer_than_any_before_is_asked_for_by_its_limit() -> None:
    assert ask_again_s(a_running_job(), [calling(limit_s=80)], NOW + 5, Sketch.of([2.0] * 8)) == 4


def test_no_call_is_expected_beyond_its_limit() -> None:
    times = Sketch.of([60.0] * 8)

    assert ask_again_s(a_running_job(), [calling(limit_s=20)], NOW + 15, times) == 5
    assert ask_again_s(a_running_job(), [calling(limit_s=40)], NOW + 41, times) == 2


def test_it_is_never_more_than_half_a_minute_however_long_a_call_takes() -> None:
    assert ask_again_s(a_running_job(), [calling(limit_s=600)], NOW, Sketch.of([300.0])) == MOST_S


def test_of_several_calls_the_one_that_ends_first_counts() -> None:
    job, times = a_running_job(a_request(n=2)), Sketch.of([20.0])
    begun = calling(image=1).model_copy(update={"started_at": NOW - 15})

    assert ask_again_s(job, [calling(), begun], NOW, times) in (4, 5, 6)


def test_a_clock_that_runs_behind_the_workers_makes_nobody_wait_longer_than_ever() -> None:
    assert ask_again_s(a_running_job(), [calling()], NOW - 3600, Sketch.of([20.0])) == MOST_S


def test_times_are_asked_for_only_where_a_call_runs() -> None:
    def never(call: Call) -> Sketch:
        raise AssertionError(f"{call} does not run")

    assert asked(a_job(), [], NOW, never) == 2
    assert asked(a_job(status=Status.RUNNING, plan=patient(20)), [waiting()], NOW + 10, never) == 20
    assert asked(a_job(status=Status.SUCCEEDED), [calling()], NOW, never) is None
