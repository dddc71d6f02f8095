"""An economy batch goes through the provider's batch API, at half the price; what does not goes the ordinary way."""

import pytest

from cavendish.attempt import State as AttemptState
from cavendish.batch.chunk import HELD_S, TRIED_S, ChunkState
from cavendish.errors import CallFailed
from cavendish.health.doors import Closure, Doors
from cavendish.job import Status
from cavendish.ladder.plan import Position
from cavendish.money.price import cost
from cavendish.outcome import Billed, Outcome, report
from cavendish.pipeline.batch.batches import cancel, nudge
from cavendish.pipeline.economy.economy import UNDER_WAY
from cavendish.wire.gemini_batch import CHUNK_MOST
from cavendish.wire.gemini_operation import State
from tests.batch_world import BATCH_ID, a_batch
from tests.builders import NOW, a_png, an_answer
from tests.economy_world import EconomyWorld
from tests.world import Meanwhile

DOOR = {"prompt": "a door"}


def unreadable(world: EconomyWorld, kind: str = "connection_lost") -> Meanwhile:
    """The provider, whose results cannot be had."""

    def fail(*_: object) -> None:
        raise CallFailed(kind, sent=True, detail="503")

    return Meanwhile(world.provider, "results", fail)


def test_what_a_batch_api_can_make_waits_for_it_and_all_else_is_sent_at_once() -> None:
    world = EconomyWorld(DOOR, {**DOOR, "model": "gpt-image-2"}, {**DOOR, "lane": "interactive"})
    held, other, hasty = world.items()

    assert held.starts_at == pytest.approx(NOW + HELD_S, abs=1)
    assert held.due_at == held.starts_at
    assert world.queue.sent == [other.id, hasty.id]
    assert world.batch_queue.to_economize == [(world.id, 0)]


@pytest.mark.parametrize("mode", ["fast", "balanced"])
def test_in_other_modes_nothing_waits(mode: str) -> None:
    world = EconomyWorld(n=2, mode=mode)

    assert world.queue.sent == [job.id for job in world.items()]
    assert world.batch_queue.to_economize == []
    world.work()
    assert world.chunk_rows.course(world.id).revision == 0


def test_a_batch_is_made_at_half_the_price_and_its_jobs_only_take_what_was_made() -> None:
    world = EconomyWorld(n=2)
    world.work()
    rows = world.firsts()
    assert {row.state for row in rows} == {AttemptState.CALLING}
    assert all(row.call.economy and row.hold for row in rows)
    world.answer()
    world.work()

    assert world.states() == [ChunkState.READ]
    for row in world.firsts():
        assert row.result
        full = cost(world.catalog.offer(row.call.route, row.call.model).price, "1K", row.result.usage)
        assert row.result.cost_usd == pytest.approx(full / 2, abs=1e-6)
    assert world.queue.sent == [job.id for job in world.items()]
    assert [job.starts_at for job in world.items()] == [None, None]
    assert world.measurements.samples == []
    for job in world.items():
        world.dispatch(job.id)
        assert world.run(world.message(world.job(job.id))) is Outcome.OK
        world.settle(job.id)
        assert world.job(job.id).status is Status.SUCCEEDED
    assert world.models.calls == []
    assert len(world.firsts()) == 2


def test_a_line_that_was_refused_goes_on_along_the_ladder_at_the_full_price() -> None:
    world = EconomyWorld(n=1)
    world.provider.answers[world.key(0)] = b""
    world.done()
    (row,) = world.firsts()
    assert (world.outcomes(), row.report and row.report.billed) == ([Outcome.GARBLED], Billed.UNKNOWN)

    (job,) = world.items()
    world.dispatch(job.id)
    assert world.run(world.message(world.job(job.id))) is Outcome.GARBLED
    assert world.run(world.message(world.job(job.id), Position(try_=1))) is Outcome.OK
    assert [one.call.economy for one in world.firsts()] == [True, False]


def test_all_images_of_an_item_are_in_one_chunk() -> None:
    world = EconomyWorld(*[{**DOOR, "n": 9}] * 7)
    world.done()

    assert [len(one.members) for one in world.chunks()] == [5, 2]
    assert len(world.made()) == 63
    assert set(world.outcomes()) == {Outcome.OK}


def test_only_one_chunk_is_sent_before_one_was_read() -> None:
    world = EconomyWorld(n=2 * CHUNK_MOST + 20)
    world.work()
    assert world.states() == [ChunkState.CREATED]
    world.work()
    assert len(world.provider.operations) == 1
    world.answer()
    world.work()

    assert world.states() == [ChunkState.READ, ChunkState.CREATED, ChunkState.CREATED]
    assert [len(one.members) for one in world.chunks()] == [50, 50, 20]
    assert len(world.queue.sent) == 50


def test_no_more_chunks_than_that_are_with_the_provider_at_once() -> None:
    world = EconomyWorld(*[{**DOOR, "n": 9}] * (5 * (UNDER_WAY + 3)))
    world.work()
    world.answer()
    world.work()

    assert sum(one.under_way for one in world.chunks()) == UNDER_WAY
    world.done()
    assert set(world.outcomes()) == {Outcome.OK}


def test_a_chunk_that_is_sent_later_has_as_long_for_its_answer_as_the_first_one() -> None:
    world = EconomyWorld(n=CHUNK_MOST + 1)
    world.work()
    world.clock.advance(20 * 3_600)
    world.answer()
    world.work()

    (_, second), last = world.chunks(), world.items()[-1]
    assert last.starts_at == second.held_until == pytest.approx(world.clock() + HELD_S, abs=60)
    assert [row.lease_until for row in world.jobs.attempts(last.id)] == [last.starts_at]


def test_a_job_that_waits_for_its_own_hour_waits_on() -> None:
    world = EconomyWorld(DOOR, {**DOOR, "model": "gpt-image-2", "schedule": "off_peak"})
    own = world.items()[1]
    waiting = own.scheduled(world.clock() + 3_600, world.clock())
    world.jobs.save(own, waiting, waiting.event("job.scheduled"))
    world.done()

    assert world.job(own.id) == waiting


def test_a_batch_that_is_still_being_read_is_not_sent() -> None:
    world = EconomyWorld(n=1)
    world.batches.add(a_batch(mode="economy"))

    assert world.economy().run(BATCH_ID, world.clock() + 800) is None
    assert world.chunk_rows.course(BATCH_ID).revision == 0


def test_each_model_has_a_chunk_of_its_own() -> None:
    world = EconomyWorld(DOOR, {**DOOR, "model": "gemini-3-pro-image"}, DOOR)
    world.done()

    assert [len(one.members) for one in world.chunks()] == [2, 1]
    assert sorted(world.provider.models.values()) == sorted(one.model for one in world.chunks())


@pytest.mark.parametrize("state", [State.FAILED, State.EXPIRED, State.CANCELLED])
def test_where_the_first_chunk_fails_nothing_more_is_sent_and_all_go_the_ordinary_way(state: State) -> None:
    world = EconomyWorld(n=CHUNK_MOST + 5)
    world.work()
    world.answer(state, said=report(Outcome.BAD_REQUEST, billed=Billed.NO))
    world.work()

    assert world.states() == [ChunkState.FAILED, ChunkState.FAILED]
    assert len(world.provider.operations) == 1
    assert sorted(world.queue.sent) == [job.id for job in world.items()]
    assert set(world.outcomes()) == {Outcome.OVERLOADED}, "the ladder goes on, whatever is wrong with a batch"
    assert sum(row.result.cost_usd for row in world.firsts() if row.result) == 0
    assert world.chunk_rows.course(world.id).done


def test_results_that_can_never_be_read_are_given_up_after_a_while() -> None:
    world = EconomyWorld(n=CHUNK_MOST + 5)
    world.work()
    world.answer()
    world.work(models=unreadable(world))
    assert world.states() == [ChunkState.ANSWERED]
    world.clock.advance(TRIED_S)
    world.work(models=unreadable(world))

    assert world.states() == [ChunkState.FAILED, ChunkState.FAILED]
    assert {(row.report.outcome, row.report.billed) for row in world.firsts() if row.report} == {
        (Outcome.GARBLED, Billed.UNKNOWN)
    }
    assert len(world.queue.sent) == CHUNK_MOST + 5


def test_a_provider_that_does_not_take_the_key_is_not_asked_again() -> None:
    world = EconomyWorld(n=1)
    world.provider.down = CallFailed("bad_key", sent=False, detail="no")
    world.work()

    assert (world.states(), world.outcomes()) == ([ChunkState.FAILED], [Outcome.OVERLOADED])


def test_a_batch_that_the_provider_has_forgotten_has_failed() -> None:
    world = EconomyWorld(n=1)
    world.work()
    world.provider.operations.clear()
    world.work()

    assert (world.states(), world.outcomes()) == ([ChunkState.FAILED], [Outcome.GARBLED])


def test_results_that_are_gone_are_not_asked_for_again() -> None:
    world = EconomyWorld(n=1)
    world.work()
    world.answer()
    world.work(models=unreadable(world, "garbled"))

    assert (world.states(), world.outcomes()) == ([ChunkState.FAILED], [Outcome.GARBLED])


def test_a_provider_that_is_down_is_asked_again_and_then_no_more() -> None:
    world = EconomyWorld(n=1)
    world.provider.down = CallFailed("connection_lost", sent=False, detail="no")
    world.work()
    assert world.states() == [ChunkState.BEGUN]
    world.clock.advance(TRIED_S)
    world.work()

    (row,) = world.firsts()
    assert world.states() == [ChunkState.FAILED]
    assert row.result
    assert (row.result.report.outcome, row.result.report.billed, row.result.cost_usd) == ("overloaded", "no", 0)
    assert len(world.queue.sent) == 1


def test_a_job_whose_provider_has_no_open_door_goes_the_ordinary_way_at_once() -> None:
    world = EconomyWorld(n=2)
    model = world.items()[0].model
    closure = Closure(route="gemini", model=model, until=2e9, reason="its quota is used up")
    world.doors = Doors(frozenset({"gemini", "apiyi-gemini"}), (closure,))
    world.work()

    assert (world.chunks(), world.firsts()) == ([], [])
    assert len(world.queue.sent) == 2
    assert world.chunk_rows.course(world.id).done


def test_a_call_that_is_over_budget_is_not_made() -> None:
    world = EconomyWorld({**DOOR, "max_cost_usd": 0.000001}, DOOR)
    world.work()

    assert world.outcomes() == [Outcome.OVER_BUDGET, None]
    assert world.queue.sent == [world.items()[0].id], "it waits for nothing any more"
    assert world.made() == [world.key(1)]


def test_a_job_that_was_cancelled_meanwhile_is_not_asked_for() -> None:
    world = EconomyWorld(n=2)
    world.cancel(world.items()[0].id)
    world.done()

    assert world.made() == [world.key(1)]
    assert [len(one.members) for one in world.chunks()] == [1]
    assert [job.status for job in world.items()] == [Status.CANCELLED, Status.QUEUED]


def test_where_no_job_wants_to_be_called_nothing_is_sent() -> None:
    world = EconomyWorld(*[{**DOOR, "max_cost_usd": 0.000001}] * 2)
    world.work()

    assert (world.states(), world.provider.files) == ([ChunkState.EMPTY], {})


def test_a_batch_that_never_answers_is_given_up_and_its_jobs_start_the_ordinary_way() -> None:
    world = EconomyWorld(n=2)
    world.work()
    for _ in range(3):
        world.work()
    world.clock.advance(HELD_S)
    world.work()

    assert world.states() == [ChunkState.FAILED]
    assert {row.state for row in world.firsts()} == {AttemptState.REPORTED}
    assert set(world.outcomes()) == {Outcome.LOST_WORKER}
    assert sum(row.possible_duplicate_usd for row in world.firsts()) > 0
    assert {one.state for one in world.provider.operations.values()} == {State.CANCELLED}


def test_without_any_worker_the_watchdog_starts_the_jobs_the_ordinary_way() -> None:
    world = EconomyWorld(n=2)
    world.work()
    assert world.sweep(HELD_S + 10) == []

    assert sorted(world.queue.sent) == [job.id for job in world.items()]
    assert set(world.outcomes()) == {Outcome.LOST_WORKER}


@pytest.mark.parametrize("given_up", [False, True])
def test_whoever_waits_for_an_attempt_that_ends_late_is_told_by_the_watchdog(*, given_up: bool) -> None:
    world = EconomyWorld(n=1)
    world.work()
    (job,) = world.items()
    world.clock.now = job.starts_at or 0
    world.dispatch(job.id)
    assert world.run(world.message(world.job(job.id))) is None
    if given_up:
        world.work()
    world.sweep(60)

    assert world.heard() == ["Attempt.Lost"]


def test_what_comes_too_late_ends_no_call_that_was_made_instead() -> None:
    world = EconomyWorld(n=1)
    world.work()
    (job,) = world.items()
    world.clock.now = job.starts_at or 0
    world.sweep(1)
    world.dispatch(job.id)
    assert world.run(world.message(world.job(job.id))) is Outcome.LOST_WORKER
    world.dies(world.message(world.job(job.id), Position(try_=1)), "sent")
    world.answer()
    world.work()

    assert world.states() == [ChunkState.FAILED]
    assert [row.state for row in world.firsts()] == [AttemptState.REPORTED, AttemptState.CALLING]


def test_a_job_that_may_wait_for_a_better_hour_is_not_put_off_a_second_time() -> None:
    world = EconomyWorld({**DOOR, "schedule": "off_peak", "size": "4K"})
    world.done()
    (job,) = world.items()
    assert job.starts_at == job.created_at
    world.dispatch(job.id)

    assert world.job(job.id).status is Status.RUNNING


def test_a_batch_that_is_cancelled_is_cancelled_at_the_provider_and_costs_what_it_may() -> None:
    world = EconomyWorld(n=CHUNK_MOST + 1)
    world.work()
    world.work()
    cancel(world.batch(), batches=world.batches, queue=world.batch_queue, now=world.clock())
    for job in world.items():
        world.cancel(job.id)
    assert world.batch_queue.to_economize[-1] == (world.id, 0)
    world.batch_queue.to_economize = world.batch_queue.to_economize[-1:]
    world.work()

    assert world.chunk_rows.course(world.id).done
    assert {one.state for one in world.provider.operations.values()} == {State.CANCELLED}
    assert world.states() == [ChunkState.FAILED]
    assert world.queue.sent == []
    assert world.sweep(120) == []
    assert {job.status for job in world.items()} == {Status.CANCELLED}


def test_of_a_batch_that_is_cancelled_no_job_is_started() -> None:
    world = EconomyWorld(n=1)
    world.work()
    world.batches.save(world.batch(), world.batch().cancelling(world.clock()))
    world.work()

    assert (world.states(), world.queue.sent) == ([ChunkState.FAILED], [])


@pytest.mark.parametrize("step", ["upload", "create"])
def test_of_a_batch_that_is_cancelled_nothing_more_is_sent(step: str) -> None:
    world = EconomyWorld(n=1)

    def fail(*_: object) -> None:
        world.provider.down = CallFailed("connection_lost", sent=False, detail="no")

    world.work(models=Meanwhile(world.provider, step, fail))
    world.provider.down = None
    assert world.states() == [{"upload": ChunkState.BEGUN, "create": ChunkState.UPLOADED}[step]]
    world.batches.save(world.batch(), world.batch().cancelling(world.clock()))
    world.work()

    assert (world.states(), world.outcomes(), world.made()) == ([ChunkState.FAILED], [Outcome.CANCELLED], [])
    assert len(world.provider.files) == {"upload": 0, "create": 1}[step]


def test_a_job_that_went_the_ordinary_way_is_not_asked_for() -> None:
    world = EconomyWorld(DOOR, {**DOOR, "model": "gemini-3-pro-image"})
    world.work()
    other = world.items()[1]
    released = other.released(world.clock())
    world.jobs.save(other, released, released.event("job.scheduled"))
    world.done()

    assert (world.states(), world.made()) == ([ChunkState.READ, ChunkState.EMPTY], [world.key(0)])


def test_a_job_that_is_cancelled_ends_when_its_batch_has() -> None:
    world = EconomyWorld(n=1)
    world.work()
    (job,) = world.items()
    assert world.cancel(job.id).status is Status.CANCELLING
    assert world.sweep(120) == []
    assert world.job(job.id).status is Status.CANCELLING
    world.answer()
    world.work()
    assert world.sweep(120) == []

    assert world.job(job.id).status is Status.CANCELLED
    assert world.outcomes() == [Outcome.OK]


def test_the_watchdog_sends_a_batch_again_whose_message_was_lost() -> None:
    world = EconomyWorld(n=1)
    world.batch_queue.to_economize.clear()
    nudge(world.id, batches=world.batches, queue=world.batch_queue, now=world.clock.advance(600))
    assert world.batch_queue.to_economize == [(world.id, 0)]
    world.done()

    assert world.outcomes() == [Outcome.OK]


def test_a_message_too_many_does_nothing() -> None:
    world = EconomyWorld(n=1)
    world.work()
    for _ in range(3):
        world.clock.advance(0.5)
        assert world.economy().run(world.id, world.clock() + 800) is None

    assert world.batch_queue.to_economize == [(world.id, 5)]


def test_who_looks_after_a_batch_looks_the_less_often_the_older_it_is() -> None:
    world = EconomyWorld(n=1)
    delays = []
    for _ in range(30):
        world.work()
        delays.append(world.batch_queue.to_economize[0][1])

    assert (delays[0], delays[-1]) == (5, 900)
    assert delays == sorted(delays)


def test_a_worker_whose_time_is_over_leaves_the_rest_to_the_next() -> None:
    world = EconomyWorld(n=2 * CHUNK_MOST)
    world.work(for_s=0)

    assert (world.chunks(), world.batch_queue.to_economize) == ([], [(world.id, 0)])
    world.done()
    assert set(world.outcomes()) == {Outcome.OK}


def test_a_picture_that_is_not_as_it_should_be_is_refused_like_any_other() -> None:
    world = EconomyWorld(n=1)
    world.provider.answers[world.key(0)] = an_answer(a_png(512, 512))
    world.done()

    assert world.outcomes() == [Outcome.WRONG_SIZE]
