"""Money, from the door to the bill: what a job may cost, what a tenant may spend, and that all of it adds up."""

import time
import uuid
from collections import Counter
from concurrent.futures import ThreadPoolExecutor

import httpx
import pytest

from adapters.budgets_table import BudgetsTable
from cavendish.money.budget import Account, Limits, day
from cavendish_client import Client, JobView
from cavendish_client.client import TERMINAL
from local.keys import local_table, make_key
from local.limits import change_limits
from tests.e2e import bill
from tests.e2e.asking import ask
from tests.e2e.cloud import CALLERS, Cloud
from tests.e2e.eventually import eventually

#: A call of Nano Banana 2.1 at 1K with a prompt of less than a hundred bytes: the most that it can cost.
WORST = 49_200
LEAST = 33_600
RACERS = 24


@pytest.fixture
def budgets(cloud: Cloud) -> BudgetsTable:
    return BudgetsTable(*local_table(cloud.root))


@pytest.fixture
def tenant() -> str:
    return f"tenant-{uuid.uuid4().hex}"


def key_of(cloud: Cloud, tenant: str) -> str:
    return make_key(cloud.aws("dynamodb"), cloud.outputs["JobsTable"], tenant=tenant, expires_at=None)


def submitted(cloud: Cloud, key: str, **fields: object) -> httpx.Response:
    return ask(cloud, "POST", "/v1/jobs", key=key, json={"prompt": cloud.prompt(), "size": "1K", **fields})


def test_a_job_whose_first_attempt_was_billed_makes_no_second_one_that_it_could_not_pay_for(cloud: Cloud) -> None:
    job = cloud.made("size=1K", size="2K", max_cost_usd=0.08)

    assert [one["outcome"] for one in job["attempts"]] == ["wrong_size", "over_budget"]
    assert (job["status"], job["error"]["code"]) == ("failed", "over_budget")
    assert 0 < job["cost"]["total_usd"] <= 0.08
    assert job["attempts"][0]["priced"]["by"] == "usage"
    assert job["attempts"][0]["usage"]["image_out"] == 1120
    assert bill.matches(cloud, job)


def test_a_job_that_can_pay_for_a_second_attempt_makes_it(cloud: Cloud) -> None:
    job = cloud.made("503", "size=1K", size="2K", max_cost_usd=0.12)

    assert [one["outcome"] for one in job["attempts"]] == ["overloaded", "wrong_size", "ok"]
    assert job["cost"]["total_usd"] <= 0.12
    assert bill.matches(cloud, job)


def test_a_limit_below_the_cheapest_call_is_refused_and_nothing_is_called(cloud: Cloud) -> None:
    answer = submitted(cloud, cloud.running.key, max_cost_usd=0.01)

    assert (answer.status_code, answer.json()["code"]) == (402, "over_budget")
    assert "gemini-nano-banana-2.1 on the route gemini at 1K may cost up to USD 0.049" in answer.json()["detail"]


def test_a_tenant_whose_budget_of_the_day_ends_is_told_at_the_door(
    cloud: Cloud, budgets: BudgetsTable, tenant: str
) -> None:
    change_limits(budgets, tenant, per_day=0.08, per_month=None)
    key = key_of(cloud, tenant)
    first = submitted(cloud, key)
    assert first.status_code == 202
    spent = eventually(lambda: budgets.of_tenant(tenant, day(time.time())).spent, 60)

    second = submitted(cloud, key)
    assert (second.status_code, second.json()["code"]) == (402, "over_budget")
    change_limits(budgets, tenant, per_day=(spent + 2 * WORST) / 1_000_000, per_month=None)
    assert submitted(cloud, key).status_code == 202


def test_a_budget_that_ends_under_a_crowd_is_not_passed_and_is_settled_to_the_cent(
    cloud: Cloud, budgets: BudgetsTable, tenant: str
) -> None:
    limit, key = 8 * WORST, key_of(cloud, tenant)
    budgets.limit(tenant, Limits(per_day=limit))
    with ThreadPoolExecutor(CALLERS) as pool:
        answers = list(pool.map(lambda _: submitted(cloud, key, policy="once"), range(RACERS)))
    assert {answer.status_code for answer in answers} <= {202, 402}
    with Client(cloud.running.api, key) as client:
        ids = [answer.json()["id"] for answer in answers if answer.status_code == 202]
        jobs = [ended(client, job_id) for job_id in ids]

    outcomes = Counter(job["attempts"][0]["outcome"] for job in jobs)
    assert set(outcomes) <= {"ok", "over_budget"}
    assert 8 <= outcomes["ok"] <= limit // LEAST
    assert all(bill.matches(cloud, job) for job in jobs)
    total = sum(round(job["cost"]["total_usd"] * 1_000_000) for job in jobs)
    assert budgets.of_tenant(tenant, day(time.time())) == Account(spent=total)
    assert total <= limit


def test_of_a_batch_whose_tenant_s_budget_ends_what_is_paid_for_is_made_and_the_rest_told(
    cloud: Cloud, budgets: BudgetsTable, tenant: str
) -> None:
    budgets.limit(tenant, Limits(per_day=2 * WORST))
    items = [{"prompt": cloud.prompt(), "size": "1K", "policy": "once"} for _ in range(4)]
    with Client(cloud.running.api, key_of(cloud, tenant)) as client:
        batch = client.batches.wait(client.batches.post(items)["id"], every_s=0.2)
        told = [(item["status"], (item["error"] or {}).get("code")) for item in client.batches.items(batch["id"])]

    assert batch["status"] == "completed"
    assert set(told) == {("succeeded", None), ("failed", "over_budget")}
    spent = budgets.of_tenant(tenant, day(time.time())).spent
    assert round(batch["cost"]["total_usd"] * 1_000_000) == spent <= 2 * WORST


def ended(client: Client, job_id: str) -> JobView:
    def look() -> JobView | None:
        job = client.get(job_id)
        return job if job["status"] in TERMINAL else None

    return eventually(look, 120)
