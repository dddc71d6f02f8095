"""The ledger: whatever dies, comes twice or comes late, each attempt is paid for once, and nothing stays set aside."""

import random

import pytest

from cavendish.attempt import Attempt, State
from cavendish.errors import CallFailed, OverBudget
from cavendish.health.permits import MONEY_WAIT_S
from cavendish.job import Job
from cavendish.ladder.plan import Position, follow
from cavendish.money.budget import Account, Limits
from cavendish.money.money import micros
from cavendish.outcome import Outcome
from tests.builders import TENANT, an_answer
from tests.fakes import FakeAnswer
from tests.world import World

DAY, MONTH = "2027-01-15", "2027-01"
LEASE_OVER_S = 1_000
SEEDS = 150
PICTURE = FakeAnswer(an_answer())
WITHOUT = FakeAnswer(b'{"candidates": [{"finishReason": "NO_IMAGE"}]}')
THROTTLED = FakeAnswer(b'{"error": {"code": 429}}', status=429)
BROKEN = CallFailed("connection_lost", sent=True, detail="it broke")
ANSWERS = (PICTURE, WITHOUT, THROTTLED, BROKEN)
#: A call of Nano Banana 2.1 at 1K: 33,600 for the picture, 30 for the prompt, 15,360 for words.
WORST = 48_990
#: And of Nano Banana Pro.
WORST_PRO = 158_616


def path(world: World, job_id: str) -> list[str]:
    return [f"{one.state} {one.report and one.report.outcome}" for one in world.jobs.attempts(job_id)]


def paid(attempts: list[Attempt]) -> int:
    return sum(micros(one.result.cost_usd) for one in attempts if one.result)


def held(attempts: list[Attempt]) -> int:
    return sum(one.hold.amount for one in attempts if one.hold and one.state is State.CALLING)


def balanced(world: World, *job_ids: str) -> bool:
    """Whether every account is the sum of its attempts."""
    attempts = [world.jobs.attempts(job_id) for job_id in job_ids]
    jobs = [world.jobs.accounts.of_job(job_id) for job_id in job_ids]
    every = [one for own in attempts for one in own]
    whole = Account(spent=paid(every), reserved=held(every))
    both = [world.jobs.accounts.of_tenant(TENANT, period) for period in (DAY, MONTH)]
    return both == [whole] * 2 and jobs == [Account(spent=paid(own), reserved=held(own)) for own in attempts]


def walk(world: World, chance: random.Random, job_id: str) -> None:
    """One image down its ladder, with workers that die anywhere, messages that come again, and a caller who cancels."""
    job, position = world.job(job_id), Position()
    for _ in range(12):
        message = world.message(job, position)
        for _ in range(chance.randint(1, 3)):
            world.models.answers[:] = [chance.choice(ANSWERS)]
            world.dies(message, "nowhere" if chance.random() < 0.5 else chance.randint(0, 40))
            assert balanced(world, job_id)
        if chance.random() < 0.1:
            world.cancel(job_id)
        if chance.random() < 0.5:
            world.sweep(LEASE_OVER_S)
            world.run(message)
        assert balanced(world, job_id)
        report = next((one.report for one in world.jobs.attempts(job_id) if one.key == message.key), None)
        if report is None or job.plan is None:
            return
        after = follow(job.plan, position, report, now=world.clock(), chance=chance.random())
        if after.position is None:
            return
        position = after.position


def walked(seed: int) -> tuple[World, Job]:
    """A world in which a job has ended, one way or another, and the watchdog has come by."""
    chance, world = random.Random(seed), World()
    job = world.running(deadline_s=86_400, max_cost_usd=chance.choice([None, 0.06, 0.25]))
    walk(world, chance, job.id)
    world.sweep(LEASE_OVER_S)
    world.settle(job.id)
    return world, world.job(job.id)


@pytest.mark.parametrize("seed", range(SEEDS))
def test_whatever_happens_what_was_spent_is_the_sum_of_the_attempts_and_nothing_stays_set_aside(seed: int) -> None:
    world, job = walked(seed)

    assert all(one.state is not State.CALLING for one in world.jobs.attempts(job.id)), path(world, job.id)
    assert balanced(world, job.id)
    assert world.jobs.accounts.of_job(job.id).reserved == 0
    assert job.request.max_cost is None or world.jobs.accounts.of_job(job.id).spent <= job.request.max_cost


def test_the_walks_have_met_what_they_are_about() -> None:
    every = [(world.jobs.attempts(job.id), job) for world, job in map(walked, range(SEEDS))]
    outcomes = {one.report.outcome for attempts, _ in every for one in attempts if one.report}

    assert outcomes >= {"ok", "no_image", "throttled", "connection_lost", "lost_worker", "over_budget"}
    assert "cancelled" in {job.status for _, job in every}


def test_the_worst_case_is_set_aside_before_the_call_and_settled_after_it() -> None:
    world = World()
    job = world.running()
    message = world.message(job)
    world.dies(message, "before send")
    assert world.jobs.accounts.of_job(job.id) == Account(reserved=WORST)
    world.sweep(LEASE_OVER_S)

    assert world.jobs.accounts.of_job(job.id) == Account(spent=33_600)


def test_an_answer_that_counts_more_than_was_set_aside_was_miscounted() -> None:
    """No job's limit is passed by a count."""
    usage = {"promptTokenCount": 10, "candidatesTokenCount": 10_000, "candidatesTokensDetails": [
        {"modality": "IMAGE", "tokenCount": 10_000}
    ]}  # fmt: skip
    world = World(FakeAnswer(an_answer(usageMetadata=usage)))
    job = world.running(max_cost_usd=0.06)
    key = world.message(job).key
    world.run(world.message(job))

    assert world.jobs.accounts.of_job(job.id).spent == 33_600
    assert world.attempt(key).result is not None
    assert world.attempt(key).result.estimated


def test_a_job_has_no_second_call_that_it_could_not_pay_for_and_says_so() -> None:
    world = World(WITHOUT)
    job = world.running(max_cost_usd=0.05, allow_fallback=False, model="gemini-nano-banana-2.1")
    first, second = world.message(job), world.message(job, Position(try_=1))

    assert [world.run(first), world.run(second)] == [Outcome.NO_IMAGE, Outcome.OVER_BUDGET]
    assert (len(world.models.calls), world.heard()) == (1, ["no_image", "over_budget"])
    row = world.attempt(second.key)
    assert (row.state, row.hold, row.report and row.report.billed) == (State.REPORTED, None, "no")
    world.settle(job.id)
    assert world.job(job.id).error is not None
    assert balanced(world, job.id)


def test_a_call_waits_for_what_another_one_of_its_job_holds_and_may_give_back() -> None:
    world = World(WITHOUT, FakeAnswer(an_answer()))
    job = world.running(n=2, model="gemini-3-pro-image", max_cost_usd=0.22)
    world.dies(world.message(job), "sent")
    early = world.message(job, image=1)
    assert world.run(early) is None
    ((_, later, wait_s),) = world.attempt_queue.sent

    assert (later.token, later.turned_away, [one.path for one in world.jobs.attempts(job.id, 1)]) == (
        early.token,
        1,
        [],
    )
    assert 1 <= wait_s <= MONEY_WAIT_S


def test_where_one_model_costs_too_much_a_cheaper_one_is_tried() -> None:
    world = World()
    job = world.running(n=2, model="gemini-3-pro-image", max_cost_usd=0.22)
    assert world.run(world.message(job)) is Outcome.OK
    refused = world.message(job, image=1)
    assert world.run(refused) is Outcome.OVER_BUDGET

    report = world.attempt(refused.key).report
    assert report is not None
    assert job.plan is not None
    after = follow(job.plan, Position(), report, now=world.clock(), chance=0)
    assert world.run(world.message(job, after.position, image=1)) is Outcome.OK
    assert world.jobs.accounts.of_job(job.id).committed <= 220_000


def test_a_refused_call_that_was_written_but_not_told_is_told_by_the_watchdog() -> None:
    world = World()
    job = world.running()
    world.jobs.accounts.limit(TENANT, Limits(per_day=1))
    message = world.message(job)
    world.dies(message, "after begin")
    world.dies(message, "before succeed")
    world.sweep(31)

    assert (world.heard(), len(world.models.calls), world.jobs.accounts.of_job(job.id)) == (
        ["over_budget"],
        0,
        Account(),
    )


def test_a_call_without_a_key_sets_nothing_aside() -> None:
    world = World()
    job = world.running()
    world.models._keys = {}
    world.dies(world.message(job), "after begin")

    assert world.jobs.accounts.of_job(job.id) == Account()


def test_a_deleted_job_leaves_nothing_set_aside_and_its_running_call_is_paid_for() -> None:
    world = World()
    job = world.running()
    message = world.message(job)
    world.dies(message, "sent")
    world.sweep(0)
    world.settle(job.id)
    world.delete(job.id)

    assert world.jobs.accounts.of_tenant(TENANT, DAY) == Account(spent=33_600)
    world.sweep(LEASE_OVER_S)
    assert world.jobs.accounts.of_tenant(TENANT, DAY) == Account(spent=33_600)


def test_nothing_is_taken_that_could_not_pay_for_its_cheapest_call() -> None:
    world = World()
    with pytest.raises(OverBudget) as refused:
        world.submit(max_cost_usd=0.048989)
    cheapest = "gemini-nano-banana-2.1 on the route gemini at 1K may cost up to USD 0.04899"
    assert str(refused.value) == f"the cheapest call, to {cheapest}, more than max_cost_usd allows"
    assert refused.value.fault is not None
    assert refused.value.fault.pointer == "/max_cost_usd"

    assert world.submit(max_cost_usd=0.04899).status == "queued"
    assert len(world.queue.sent) == 1


def test_a_tenant_without_room_for_one_call_is_told_how_much_is_left() -> None:
    world = World()
    world.jobs.accounts.limit(TENANT, Limits(per_day=10**9, per_month=WORST - 1))
    with pytest.raises(OverBudget) as refused:
        world.submit()

    assert "the budget of the month 2027-01 (UTC) has USD 0.048989 left; the cheapest call, to gemini" in str(
        refused.value
    )
    assert refused.value.fault is not None
    assert (refused.value.fault.part, world.queue.sent) == ("header", [])


def test_what_was_taken_before_is_given_again_though_nothing_is_left() -> None:
    world = World()
    first = world.submitted(key="k")
    windowed = world.submitted(dedupe_window_s=60, prompt="another")
    world.jobs.accounts.limit(TENANT, Limits(per_day=0))

    again, same = world.submitted(key="k"), world.submitted(dedupe_window_s=60, prompt="another")
    assert [(one.job.id, one.replayed) for one in (again, same)] == [(first.job.id, True), (windowed.job.id, True)]
    with pytest.raises(OverBudget):
        world.submitted(key="another")


@pytest.mark.parametrize(
    ("max_cost_usd", "steps"),
    [
        (None, [("4K", 2), ("2K", 2), ("1K", 2)]),
        (0.30, [("4K", 2), ("2K", 2), ("1K", 2)]),
        (0.20, [("4K", 1), ("2K", 2), ("1K", 2)]),
        (0.10, [("2K", 1), ("1K", 1)]),
        (0.05, [("1K", 1)]),
    ],
)
def test_a_plan_is_cut_to_what_the_job_can_pay_for(max_cost_usd: float | None, steps: list[tuple[str, int]]) -> None:
    plan = World().running(size="4K", max_cost_usd=max_cost_usd).plan

    assert plan is not None
    assert [(step.size, len(step.routes)) for step in plan.steps] == steps
    said = "a call may cost USD 0.2646"
    assert any(one.reason.startswith(said) for one in plan.skipped) is (max_cost_usd in (0.2, 0.1, 0.05))
