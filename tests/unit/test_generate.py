"""An attempt, rule 2 of the architecture to the letter: one row, one call, one report, whatever comes twice or late."""

import json
from collections.abc import Callable

import pytest

from cavendish.attempt import LEASE_MARGIN_S, State
from cavendish.errors import CallFailed, CallRefused, EndNotWritten, JobConflict
from cavendish.job import Status
from cavendish.ladder.plan import Position
from cavendish.outcome import Outcome
from cavendish.pipeline.ends import PAUSES_S
from tests.builders import NOW, a_png, a_result, an_answer, an_error
from tests.fakes import FakeAnswer, FakeJobs, FakeModels
from tests.world import Meanwhile, World

OVERLOADED = FakeAnswer(json.dumps(an_error(503)).encode(), status=503)
SECOND = Position(try_=1)
NEW = "gemini-nano-banana-2.1"


def test_an_attempt_is_written_called_stored_ended_and_reported() -> None:
    world = World()
    job = world.running()
    message = world.message(job)

    assert world.run(message) is Outcome.OK
    row = world.attempt(message.key)
    assert (row.state, row.made, row.waited_s, row.lease_until > row.started_at) == (State.REPORTED, True, 0, True)
    assert list(world.images.contents) == [message.key.object_key]
    assert world.workflow.heard == [(message.token, row.report)]


def test_the_row_stands_before_the_call_is_made() -> None:
    world = World()
    message = world.message(world.running())
    world.dies(message, "before send")

    assert (world.attempt(message.key).state, world.models.calls) == (State.CALLING, [])


def test_a_failure_is_an_outcome_like_any_other() -> None:
    world = World(OVERLOADED)
    message = world.message(world.running(), waited_s=7)

    assert world.run(message) is Outcome.OVERLOADED
    assert (world.heard(), world.attempt(message.key).waited_s) == (["overloaded"], 7)


def test_a_call_is_limited_by_its_plan_and_its_lease_ends_after_it() -> None:
    world = World()
    job = world.running(size="4K", deadline_s=100)
    message = world.message(job)
    world.run(message)
    row = world.attempt(message.key)

    assert message.call.limit_s == 120
    assert world.models.calls[0].limit_s == row.call.limit_s == 99
    assert row.lease_until == row.started_at + 99 + LEASE_MARGIN_S


@pytest.mark.parametrize(("accept", "status"), [(["wrong_size"], "succeeded"), ([], "failed")])
def test_a_picture_of_a_wrong_size_is_a_picture_only_for_those_who_accept_it(accept: list[str], status: str) -> None:
    world = World(FakeAnswer(an_answer(a_png(512, 512))))
    job = world.running(accept=accept)

    assert world.run(world.message(job)) is Outcome.WRONG_SIZE
    world.settle(job.id)
    assert (world.job(job.id).status, len(world.images.contents)) == (status, len(accept))


def test_the_next_attempt_adopts_a_picture_that_was_accepted() -> None:
    world = World(FakeAnswer(an_answer(a_png(512, 512))))
    job = world.running(accept=["wrong_size"])
    world.run(world.message(job))

    assert world.run(world.message(job, SECOND)) is Outcome.OK
    assert len(world.models.calls) == 1


def test_a_message_that_comes_again_never_calls_and_hears_the_stored_outcome() -> None:
    world = World(OVERLOADED)
    job = world.running()
    world.run(world.message(job))
    again = world.message(job)

    assert world.run(again) is Outcome.OVERLOADED
    assert len(world.models.calls) == 1
    assert [token for token, _ in world.workflow.heard][-1] == again.token


def test_a_message_that_comes_again_while_the_model_is_called_leaves_its_token_to_the_caller() -> None:
    world = World()
    job = world.running()
    world.dies(world.message(job), "sent")
    again = world.message(job)

    assert world.run(again) is None
    assert (len(world.models.calls), world.heard(), again.token in world.attempt(again.key).tokens) == (1, [], True)
    world.jobs.end(again.key, a_result(key=again.key), world.clock())
    assert world.run(again) is Outcome.OK


def test_a_message_whose_token_is_closed_does_not_take_the_answer_from_the_open_one() -> None:
    world = World()
    job = world.running()
    closed, newest = world.message(job), world.message(job)
    del world.workflow.open[closed.token]  # SQS took the message but did not say so, and the workflow sent it again
    world.models = Meanwhile(world.models, "send", lambda *_: world.run(closed))
    world.run(newest)
    world.sweep(after_s=1000)

    assert [token for token, _ in world.workflow.heard] == [newest.token]


@pytest.mark.parametrize("status", sorted(Status))
def test_nothing_is_called_for_a_job_that_is_cancelling_or_has_ended(status: Status) -> None:
    world = World()
    job = world.running()
    message = world.message(job)
    world.jobs.save(job, job.model_copy(update={"status": status, "sequence": 9}))
    runs = status in (Status.QUEUED, Status.RUNNING)

    assert world.run(message) is (Outcome.OK if runs else Outcome.CANCELLED)
    assert (len(world.models.calls), len(world.jobs.attempts(job.id))) == (int(runs), int(runs))


def test_nothing_is_called_after_the_deadline() -> None:
    world = World()
    job = world.running(deadline_s=10)
    message = world.message(job)
    world.clock.advance(10)

    assert world.run(message) is None
    assert (world.models.calls, world.heard()) == ([], ["Attempt.Expired"])


def test_nothing_is_called_for_a_job_that_is_gone() -> None:
    world = World()
    message = world.message(world.running())
    world.jobs = FakeJobs()

    assert world.run(message) is None
    assert (world.models.calls, world.heard()) == ([], ["Attempt.Undeliverable"])


@pytest.mark.parametrize(("version", "heard"), [(0, "ok"), (1, "ok")] + [(n, "Attempt.Undeliverable") for n in (2, 99)])
def test_a_message_of_this_version_or_the_one_before_is_worked_on_and_no_other(version: int, heard: str) -> None:
    world = World()
    world.run(world.message(world.running(), v=version))

    assert world.heard() == [heard]
    assert len(world.models.calls) == (heard == "ok")


@pytest.mark.parametrize("fields", [{}, {"v": 1}, {"v": 1, "token": "t"}, {"v": 1, "token": None}])
def test_a_message_that_is_none_of_ours_is_refused_at_once(fields: dict[str, object]) -> None:
    world = World()

    assert world.worker().receive(fields, worker_until=NOW) is None
    assert world.heard() == []


def test_a_token_that_is_closed_needs_no_telling() -> None:
    world = World()
    message = world.message(world.running())
    world.workflow.open.clear()

    assert world.run(message) is Outcome.OK
    assert (world.heard(), world.attempt(message.key).state) == ([], State.REPORTED)


def test_a_late_success_is_kept_and_the_next_attempt_adopts_it_without_calling() -> None:
    world = World()
    job = world.running()
    first, late = world.message(job), a_result(key=world.message(job).key)
    world.dies(first, "sent")
    world.sweep(after_s=1000)
    assert world.heard() == ["Attempt.Lost"]

    assert world.jobs.end(first.key, late, world.clock()) is None
    assert world.run(world.message(job, SECOND)) is Outcome.OK
    assert (len(world.models.calls), world.attempt(first.key).result) == (1, late)


def test_a_late_success_of_another_image_is_not_adopted() -> None:
    world = World()
    job = world.running(n=2)
    world.run(world.message(job, image=0))
    world.run(world.message(job, image=1))

    assert len(world.models.calls) == 2


@pytest.mark.parametrize(
    ("position", "events"),
    [
        (Position(), []),
        (SECOND, []),
        (Position(route=1), ["job.fell_back"]),
        (Position(step=1), ["job.downgraded"]),
        (Position(step=1, route=1), ["job.downgraded", "job.fell_back"]),
    ],
)
def test_the_first_attempt_on_a_lower_rung_tells_of_it_once(position: Position, events: list[str]) -> None:
    world = World(FakeAnswer(an_answer(a_png(2048, 2048))))
    job = world.running(size="4K")
    world.run(world.message(job, position))
    world.run(world.message(job, position.repeat()))

    assert [event.type for event in world.jobs.events] == ["job.queued", "job.started", *events]
    assert [event.sequence for event in world.jobs.events] == list(range(1, len(events) + 3))


def fail(error: Exception) -> Callable[..., None]:
    def act(*_: object) -> None:
        raise error

    return act


@pytest.mark.parametrize("error", [CallRefused("moved"), JobConflict("moved")])
def test_a_refused_transaction_is_looked_into_anew(error: Exception) -> None:
    world = World()
    world.jobs = Meanwhile(world.jobs, "begin", fail(error), times=4)

    assert world.run(world.message(world.running())) is Outcome.OK


@pytest.mark.parametrize("error", [CallRefused("moved"), JobConflict("moved")])
def test_the_queue_brings_the_message_again_if_others_keep_changing_the_job(error: Exception) -> None:
    world = World()
    world.jobs = Meanwhile(world.jobs, "begin", fail(error), times=5)

    with pytest.raises(type(error)):
        world.run(world.message(world.running()))
    assert (world.models.calls, world.heard()) == ([], [])


@pytest.mark.parametrize("error", [EndNotWritten("busy"), OSError("the table is not there")])
def test_the_end_of_a_call_is_written_again_until_it_is_written(error: Exception) -> None:
    world = World(FakeAnswer(json.dumps(an_error(429)).encode(), status=429))
    world.jobs = Meanwhile(world.jobs, "end", fail(error), times=len(PAUSES_S))
    message = world.message(world.running())

    assert world.run(message) is Outcome.THROTTLED
    assert (world.heard(), world.attempt(message.key).state) == (["throttled"], State.REPORTED)
    assert [one.outcome for one in world.measurements.samples] == [Outcome.THROTTLED]


def test_an_end_that_cannot_be_written_brings_the_message_again_and_no_second_call() -> None:
    world = World()
    world.jobs = Meanwhile(world.jobs, "end", fail(EndNotWritten("busy")), times=len(PAUSES_S) + 1)
    message = world.message(world.running())

    with pytest.raises(EndNotWritten):
        world.run(message)
    assert world.run(message) is None
    assert (len(world.models.calls), world.attempt(message.key).state) == (1, State.CALLING)


def test_a_job_that_is_cancelled_just_before_its_call_is_not_called_for() -> None:
    world = World()
    job = world.running()
    message = world.message(job)
    world.jobs = Meanwhile(world.jobs, "begin", lambda *_: world.cancel(job.id))

    assert world.run(message) is None
    assert (world.models.calls, world.job(job.id).status) == ([], Status.CANCELLED)


def test_a_call_that_may_have_been_billed_says_so_in_its_report() -> None:
    world = World(CallFailed("timed_out", sent=True, detail="late"))
    world.run(world.message(world.running()))

    assert world.workflow.heard[0][1].model_dump()["billed"] == "unknown"  # type: ignore[union-attr]


def test_a_worker_that_fails_after_the_call_says_so_at_once_and_is_not_waited_for() -> None:
    world = World()
    message = world.message(world.running())
    world.images = Meanwhile(world.images, "put", fails)

    with pytest.raises(RuntimeError, match="the bucket is gone"):
        world.run(message)
    attempt = world.attempt(message.key)
    assert (world.heard(), attempt.state) == (["lost_worker"], State.REPORTED)
    assert attempt.report is not None
    assert attempt.report.detail.endswith("RuntimeError")


def test_a_worker_that_fails_after_the_call_costs_the_list_price_perhaps_like_one_that_vanishes() -> None:
    failing, vanishing = World(), World()
    message = failing.message(failing.running(model=NEW))
    failing.images = Meanwhile(failing.images, "put", fails)
    with pytest.raises(RuntimeError, match="the bucket is gone"):
        failing.run(message)
    vanished = vanishing.message(vanishing.running(model=NEW))
    vanishing.dies(vanished, "sent")
    vanishing.sweep(after_s=1000)

    for row in (failing.attempt(message.key), vanishing.attempt(vanished.key)):
        assert row.result is not None
        assert (row.result.cost_usd, row.possible_duplicate_usd, row.result.estimated) == (0.0336, 0.0336, True)


def fails(*_: object) -> None:
    raise RuntimeError("the bucket is gone")


def test_a_call_is_measured_from_its_begin_to_its_end_when_it_is_reported() -> None:
    world = World(OVERLOADED, FakeAnswer(an_answer()))
    job = world.running(size="1K")
    for position in (Position(), SECOND):
        world.run(world.message(job, position))

    rows = world.jobs.attempts(job.id)
    assert [(one.model, one.size, one.outcome) for one in world.measurements.samples] == [
        (row.call.model, "1K", outcome) for row, outcome in zip(rows, ("overloaded", "ok"), strict=True)
    ]
    assert [(one.at, one.took_s) for one in world.measurements.samples] == [
        (row.ended_at, (row.ended_at or 0) - row.started_at) for row in rows
    ]


def test_a_repeated_message_is_no_second_measurement() -> None:
    world = World()
    message = world.message(world.running())
    for _ in range(3):
        world.run(message)

    assert len(world.measurements.samples) == 1


def test_what_somebody_else_ended_is_not_measured() -> None:
    world = World()
    message = world.message(world.running())
    world.images = Meanwhile(world.images, "put", lambda *_: world.sweep(after_s=1000))

    assert world.run(message) is None
    assert (world.attempt(message.key).made, world.measurements.samples) == (True, [])


def test_who_could_not_call_measures_nothing() -> None:
    world = World()
    world.models = FakeModels(FakeAnswer(an_answer()), keys={})
    message = world.message(world.running())

    assert world.run(message) is Outcome.BAD_KEY
    assert world.measurements.samples == []


def test_a_worker_that_dies_while_it_counts_has_reported_already() -> None:
    world = World()
    message = world.message(world.running())
    world.dies(message, "before record")

    assert (world.attempt(message.key).state, world.heard()) == (State.REPORTED, ["ok"])
