"""When a caller is told to ask again."""

import pytest

from cavendish.again import LEAST_S, MOST_S, ask_again_s
from cavendish.attempt import Attempt, AttemptKey
from cavendish.job import TERMINAL, Status
from cavendish.outcome import Outcome
from cavendish.plan import Plan, Wait
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


@pytest.mark.parametrize(("limit_s", "again_s"), [(10, 1), (80, 4), (180, 9), (660, MOST_S)])
def test_while_a_call_runs_it_is_a_share_of_what_the_call_may_take(limit_s: int, again_s: int) -> None:
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
