"""The watchdog: whatever has nobody left who would end it is ended, repeated or settled; all else is left alone."""

import pytest

from cavendish.attempt import REPORT_AFTER_S, AttemptKey, State
from cavendish.batch.item import Item
from cavendish.job import GRACE_S, LOOK_AFTER_S, RESEND_AFTER_S, RESEND_ITEM_AFTER_S, Job, Status
from cavendish.ladder.plan import Position
from cavendish.outcome import Outcome
from cavendish.pipeline.watchdog import LOOKS
from tests.batch_world import a_batch
from tests.builders import a_result
from tests.world import Meanwhile, World


def test_a_job_that_nobody_dispatched_is_sent_again_after_two_minutes_and_once_in_two_minutes() -> None:
    world = World()
    job = world.submit()
    sent = [len(world.queue.sent) for _ in range(5) if world.sweep(after_s=50) == []]

    assert sent == [1, 1, 2, 2, 2]
    assert world.job(job.id).sequence == 1


def test_an_item_of_a_batch_is_sent_again_after_an_hour_because_its_batch_has_it_sent() -> None:
    world = World()
    job = world.submit(lane="bulk")
    item = Item(batch_id="01KX0000000000000000000500", index=0, line=1, name="door")
    world.jobs.save(job, job.model_copy(update={"item": item}))
    sent = [len(world.queue.sent) for _ in range(3) if world.sweep(after_s=RESEND_ITEM_AFTER_S * 0.6) == []]

    assert sent == [1, 2, 2]


def test_a_bulk_job_whose_execution_runs_is_looked_after_once_an_hour() -> None:
    world = World()
    job = world.running(lane="bulk")
    world.sweep(after_s=LOOK_AFTER_S + 1)

    assert world.job(job.id) == job


def test_batches_come_first_and_no_sweep_looks_at_more_than_it_can() -> None:
    world = World()
    for _ in range(LOOKS + 2):
        world.submit()
    world.batches.add(a_batch(looked_at=0.0))
    seen = world.watchdog().sweep(world.clock.advance(RESEND_AFTER_S + 1), failed=lambda *_: None, each=map)

    assert (seen, len(world.batch_queue.to_read)) == (LOOKS + 1, 1)


def test_a_job_that_cannot_be_sent_stays_due() -> None:
    world = World()
    job = world.submit()
    world.queue.down = True
    world.sweep(after_s=RESEND_AFTER_S + 1)
    world.queue.down = False
    world.sweep(after_s=1)

    assert world.queue.sent == [job.id, job.id]


def test_a_job_whose_execution_runs_is_left_alone_until_the_next_look() -> None:
    world = World()
    job = world.running()
    world.sweep(after_s=LOOK_AFTER_S + 1)
    after = world.job(job.id)

    assert (after.status, after.sequence, after.updated_at) == (Status.RUNNING, job.sequence, job.updated_at)
    assert after.due_at is not None
    assert after.due_at > world.clock.now + LOOK_AFTER_S - 2


def test_a_job_whose_execution_ended_without_settling_is_settled() -> None:
    world = World()
    job = world.running()
    world.run(world.message(job))
    world.workflow.stop(job.id)
    world.sweep(after_s=LOOK_AFTER_S + 1)

    assert world.job(job.id).status is Status.SUCCEEDED


@pytest.mark.parametrize("dispatched", [False, True])
def test_a_job_past_its_deadline_is_ended_and_stopped_a_little_later(dispatched: bool) -> None:
    world = World()
    job = world.running(deadline_s=60) if dispatched else world.submit(deadline_s=60)
    world.queue.down = True
    world.sweep(after_s=60 + GRACE_S - 1)
    assert not world.job(job.id).ended

    world.sweep(after_s=2)
    assert (world.job(job.id).status, world.workflow.running) == (Status.EXPIRED, set())


def test_a_job_that_is_ended_is_never_looked_at() -> None:
    world = World()
    job = world.running()
    world.settle(job.id)
    end = world.job(job.id)
    world.sweep(after_s=100_000)

    assert world.job(job.id) == end


def lost(world: World, **request: object) -> tuple[Job, AttemptKey]:
    job = world.running(**request)
    message = world.message(job)
    world.dies(message, "sent")
    return job, message.key


def test_a_lost_worker_ends_its_attempt_at_the_list_price_and_may_have_been_billed() -> None:
    world = World()
    _, key = lost(world, size="4K", model="nano-banana-pro")
    world.sweep(after_s=1000)
    row = world.attempt(key)

    assert (row.state, row.report and row.report.outcome) == (State.REPORTED, Outcome.LOST_WORKER)
    assert row.possible_duplicate_usd == 0.24
    assert world.heard() == ["Attempt.Lost"]


def test_a_worker_that_ends_while_the_watchdog_looks_reports_for_itself() -> None:
    world = World()
    job, key = lost(world)
    world.images = Meanwhile(world.images, "find", lambda key: world.jobs.end(key, a_result(key=key), world.clock()))
    world.sweep(after_s=1000)
    assert (world.attempt(key).state, world.heard(), world.workflow.runs(job.id)) == (State.ENDED, [], True)


def test_an_end_that_was_never_reported_is_reported_after_a_while() -> None:
    world = World()
    _, key = lost(world)
    world.jobs.end(key, a_result(Outcome.OVERLOADED), world.clock())
    world.sweep(after_s=REPORT_AFTER_S - 2)
    assert world.heard() == []

    world.sweep(after_s=3)
    assert (world.heard(), world.attempt(key).state) == (["overloaded"], State.REPORTED)


def test_one_that_fails_stays_due_and_is_told_of_and_holds_up_no_other() -> None:
    world = World()
    bad, good = world.submit(), world.submit()

    def broken(job_id: str) -> None:
        if job_id == bad.id:
            raise OSError("no answer")

    world.jobs = Meanwhile(world.jobs, "get", broken, times=99)
    failures = world.sweep(after_s=RESEND_AFTER_S + 1)
    assert [str(failure) for failure in failures] == ["no answer"]
    assert (world.queue.sent[2:], bad.id in world.jobs.due(world.clock.now)) == ([good.id], True)


def test_a_sweep_counts_what_was_due() -> None:
    world = World()
    lost(world)
    world.submit()

    assert world.watchdog().sweep(world.clock.advance(1000), failed=lambda *_: None) == 3
    assert world.watchdog().sweep(world.clock(), failed=lambda *_: None) == 0


def test_what_the_index_says_is_due_is_looked_at_again_before_it_is_touched() -> None:
    world = World()
    job = world.running()
    world.run(world.message(job))
    before = (world.job(job.id), world.jobs.attempts(job.id))
    for due in (job.id, "nobody", world.message(job).key, world.message(job, Position(try_=1)).key):
        world.watchdog().look(due, world.clock())

    assert (world.job(job.id), world.jobs.attempts(job.id)) == before


def test_a_worker_that_has_time_left_is_left_alone_whatever_the_index_says() -> None:
    world = World()
    _, key = lost(world)
    before = world.attempt(key)
    world.watchdog().look(key, before.lease_until - 1)

    assert (world.attempt(key), world.heard()) == (before, [])
    world.watchdog().look(key, before.lease_until)
    assert world.heard() == ["Attempt.Lost"]
