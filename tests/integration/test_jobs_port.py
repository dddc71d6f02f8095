"""The port Jobs, what concerns jobs: one suite for the fake and for the table."""

import pytest

from cavendish.errors import CallRefused, JobConflict
from cavendish.job import Status
from cavendish.ulid import ulid
from tests.builders import NOW, a_job, a_key, a_request, a_running_job, an_attempt
from tests.integration.jobs_case import Case

LATE = NOW + 10**6


def test_a_job_is_kept_as_it_is_with_its_event(case: Case) -> None:
    job = case.add(a_running_job(a_request(prompt="日本" * 16_000, metadata={"a": [1, None, "é"]}, tags=["t"])))

    assert case.jobs.get(job.id) == job
    assert case.events(job.id) == [job.event("job.queued")]


def test_a_job_that_is_unknown_is_none_and_has_no_attempts(case: Case) -> None:
    assert case.jobs.get("nobody") is None
    assert case.jobs.attempts("nobody") == []


def test_a_job_is_added_once(case: Case) -> None:
    job = case.add()

    with pytest.raises(JobConflict):
        case.jobs.add(job.tell("x", NOW), job.event("again"))
    assert (case.jobs.get(job.id), len(case.events(job.id))) == (job, 1)


@pytest.mark.parametrize("name", ["job.told", None])
def test_a_change_is_written_with_its_event(case: Case, name: str | None) -> None:
    job = case.add()
    told = job.tell("job.fell_back", NOW + 1)
    case.jobs.save(job, told, told.event(name) if name else None)

    assert case.jobs.get(job.id) == told
    assert [one.type for one in case.events(job.id)] == ["job.queued", name][: 2 if name else 1]


def test_a_change_of_what_somebody_else_has_changed_is_refused_whole(case: Case) -> None:
    job = case.add()
    first, second = job.tell("first", NOW), job.tell("second", NOW)
    case.jobs.save(job, first, first.event("job.first"))

    with pytest.raises(JobConflict):
        case.jobs.save(job, second, second.event("job.second"))
    assert (case.jobs.get(job.id), [one.type for one in case.events(job.id)][1:]) == (first, ["job.first"])


def test_a_change_that_nobody_is_told_of_is_refused_like_any_other_if_it_comes_too_late(case: Case) -> None:
    job = case.add()
    first = job.tell("first", NOW)
    case.jobs.save(job, first)

    with pytest.raises(JobConflict):
        case.jobs.save(job, job.looked_after(NOW + 9))
    assert case.jobs.get(job.id) == first


def test_a_job_that_does_not_exist_cannot_be_changed(case: Case) -> None:
    with pytest.raises(JobConflict):
        case.jobs.save(a_job(), a_job().cancelling(NOW), a_job().cancelling(NOW).event("job.cancelling"))
    assert (case.jobs.get(a_job().id), case.events(a_job().id)) == (None, [])


def test_an_event_is_never_overwritten(case: Case) -> None:
    job = case.add()
    same = job.model_copy(update={"updated_at": NOW + 1})

    with pytest.raises(JobConflict):
        case.jobs.save(job, same, same.event("job.other"))
    assert [one.type for one in case.events(job.id)] == ["job.queued"]


def test_a_job_that_waits_for_its_hour_is_due_then_and_after_that_like_any_other(case: Case) -> None:
    job = case.add(a_job(a_request(lane="bulk", schedule="off_peak")))
    scheduled = job.scheduled(NOW + 7200, NOW + 1)
    case.jobs.save(job, scheduled, scheduled.event("job.scheduled"))
    assert case.jobs.get(job.id) == scheduled
    assert [list(case.jobs.due(NOW + at)) for at in (7199, 7200)] == [[], [job.id]]

    case.jobs.save(scheduled, scheduled.looked_after(NOW + 7200))
    assert [list(case.jobs.due(NOW + 7200 + at)) for at in (119, 120)] == [[], [job.id]]


def test_the_first_of_several_attempts_sets_the_deadline_and_the_others_are_refused(case: Case) -> None:
    job = case.add(a_running_job(a_request(lane="bulk", deadline_s=60)))
    first, second = job.attempted(NOW + 5), job.attempted(NOW + 6)
    case.jobs.save(job, first, first.event("job.attempted"))

    with pytest.raises(JobConflict):
        case.jobs.save(job, second, second.event("job.attempted"))
    assert case.jobs.get(job.id) == first
    case.jobs.begin(an_attempt(), NOW + 64.9)
    with pytest.raises(CallRefused):
        case.jobs.begin(an_attempt(a_key(try_=1)), NOW + 65)


def test_a_look_by_the_watchdog_does_not_disturb_others(case: Case) -> None:
    job = case.add()
    case.jobs.save(job, job.looked_after(NOW + 5))
    case.jobs.save(job, job.tell("x", NOW + 6))

    assert case.jobs.get(job.id) == job.tell("x", NOW + 6)


def test_jobs_are_due_when_they_say_so_and_never_after_their_end(case: Case) -> None:
    jobs = [case.add(a_job(id=ulid(NOW, bytes([n] * 10)))) for n in range(30)]
    ended = jobs[0].end(Status.FAILED, NOW)
    case.jobs.save(jobs[0], ended, ended.event("job.failed"))
    case.jobs.save(jobs[1], jobs[1].looked_after(NOW + 60))

    assert list(case.jobs.due(NOW + 119)) == []
    assert set(case.jobs.due(NOW + 120)) == {job.id for job in jobs[2:]}
    assert set(case.jobs.due(LATE)) == {job.id for job in jobs[1:]}
