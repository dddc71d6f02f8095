"""Many workers at once on one budget: it is never passed, near its limit or far from it, and every call is settled."""

import random
import threading
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from adapters.budgets_table import BudgetsTable
from adapters.jobs_table import JobsTable
from cavendish.attempt import AttemptKey
from cavendish.errors import CallRefused, MoneyHeld, OverBudget
from cavendish.money.budget import FAR, Account, Limits
from cavendish.money.money import micros
from cavendish.outcome import Outcome
from cavendish.ulid import ulid
from tests.builders import NOW, TENANT, a_hold, a_key, a_result, a_running_job, an_attempt

WORKERS = 8
HELD = 150_000
DAY = "2027-01-15"


class Pages:
    """A paginator whose pages are read while nobody writes."""

    def __init__(self, paginator: Any, lock: threading.Lock) -> None:
        self._paginator = paginator
        self._lock = lock

    def paginate(self, **arguments: Any) -> list[Any]:
        with self._lock:
            return list(self._paginator.paginate(**arguments))


class OneAtATime:
    """A client whose transactions are as DynamoDB's: whole, one after the other, and cancelled where two met.

    Moto's are not when threads share it. Reads come in between, as they do.
    """

    def __init__(self, client: Any, chance: random.Random) -> None:
        self._client = client
        self._chance = chance
        self._lock = threading.Lock()
        self.conflicts = 0

    def __getattr__(self, name: str) -> Any:
        method = getattr(self._client, name)
        if not callable(method):
            return method
        if name == "get_paginator":
            return lambda operation: Pages(method(operation), self._lock)

        def use(**arguments: Any) -> Any:
            with self._lock:
                if name == "transact_write_items" and self._chance.random() < 0.3:
                    self.conflicts += 1
                    reasons = {"CancellationReasons": [{"Code": "TransactionConflict"}]}
                    raise self._client.exceptions.TransactionCanceledException(reasons, name)
                return method(**arguments)

        return use


class Meeting(OneAtATime):
    """Where it is asked for, all have read before one writes."""

    def __init__(self, client: Any, parties: int) -> None:
        super().__init__(client, random.Random(parties))
        self._all_here = threading.Barrier(parties)
        self._met = threading.local()
        self.meets = False

    def __getattr__(self, name: str) -> Any:
        if name == "transact_write_items" and self.meets and not getattr(self._met, "once", False):
            self._met.once = True
            self._all_here.wait(timeout=30)
        return super().__getattr__(name)


@pytest.mark.parametrize(
    "limit",
    [
        pytest.param(7 * HELD + 1, id="near its limit"),
        pytest.param((FAR + 10) * HELD, id="far from its limit"),
        pytest.param((FAR + 30) * HELD, id="far from its limit for long"),
    ],
)
def test_workers_that_race_never_pass_a_budget_and_use_all_of_it(dynamodb: Any, table: str, limit: int) -> None:
    client = OneAtATime(dynamodb, random.Random(limit))
    jobs, budgets = JobsTable(client, table), BudgetsTable(client, table)
    budgets.limit(TENANT, Limits(per_day=limit))
    before = (limit // HELD - 25) * HELD if limit > FAR * HELD else 0
    job_ids = [ulid(NOW, bytes([n] * 10)) for n in range(WORKERS)]
    for job_id in job_ids:
        jobs.add(a_running_job(id=job_id), a_running_job(id=job_id).event("job.queued"))
    if before:
        jobs.begin(an_attempt(AttemptKey(job_ids[0], 0, 9, 0, 0), hold=a_hold(before)), NOW)
    begun: list[AttemptKey] = []

    def work(job_id: str) -> None:
        for number in range(7):
            key = AttemptKey(job_id, 0, 0, 0, number)
            try:
                jobs.begin(an_attempt(key, hold=a_hold()), NOW)
            except (OverBudget, CallRefused):
                continue
            begun.append(key)
            assert budgets.of_tenant(TENANT, DAY).committed <= limit

    with ThreadPoolExecutor(WORKERS) as pool:
        list(pool.map(work, job_ids))

    assert before + len(begun) * HELD == budgets.of_tenant(TENANT, DAY).reserved <= limit
    assert limit - budgets.of_tenant(TENANT, DAY).reserved < HELD
    assert client.conflicts > 5
    with ThreadPoolExecutor(WORKERS) as pool:
        list(pool.map(lambda key: jobs.end(key, a_result(cost_usd=0.1), NOW + 9), [*begun, *begun]))
    assert budgets.of_tenant(TENANT, DAY) == Account(spent=len(begun) * 100_000, reserved=before)


def test_images_of_one_job_that_race_never_pass_its_limit(dynamodb: Any, table: str) -> None:
    client = OneAtATime(dynamodb, random.Random(1))
    jobs = JobsTable(client, table)
    job = a_running_job()
    jobs.add(job, job.event("job.queued"))

    def begin(number: int) -> bool:
        try:
            jobs.begin(an_attempt(AttemptKey(job.id, number, 0, 0, 0), hold=a_hold()), NOW, 4 * HELD)
        except MoneyHeld:  # the others may leave something
            return False
        return True

    with ThreadPoolExecutor(WORKERS) as pool:
        assert sum(pool.map(begin, range(9))) == 4
    assert BudgetsTable(dynamodb, table).of_job(job.id) == Account(reserved=4 * HELD)


def test_late_pictures_that_race_are_paid_for_once(dynamodb: Any, table: str) -> None:
    client = Meeting(dynamodb, WORKERS)
    jobs, key = JobsTable(client, table), a_key()
    jobs.add(a_running_job(), a_running_job().event("job.queued"))
    jobs.begin(an_attempt(key, hold=a_hold()), NOW)
    jobs.end(key, a_result(Outcome.LOST_WORKER, cost_usd=0.134), NOW, lost=True)
    client.meets = True
    with ThreadPoolExecutor(WORKERS) as pool:
        list(pool.map(lambda cents: jobs.end(key, a_result(cost_usd=cents / 100), NOW + 9), range(1, WORKERS + 1)))

    (attempt,) = jobs.attempts(key.job_id)
    assert attempt.result is not None
    assert BudgetsTable(dynamodb, table).of_job(key.job_id) == Account(spent=micros(attempt.result.cost_usd))
