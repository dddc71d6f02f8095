"""A submit that could not pay for one call, as its caller is told; and the command that limits a tenant's spending."""

import json
from typing import Any

import pytest
from typer.testing import CliRunner

import wiring
from adapters.budgets_table import BudgetsTable
from adapters.jobs_table import JobsTable
from cavendish.money.budget import Account, Limits
from local import keys
from local.errors import CloudError
from local.keys import app
from local.limits import change_limits, spending
from tests.builders import NOW, TENANT, a_hold, a_running_job, an_attempt
from tests.integration.handlers import Functions

#: A Lambda is ended, it never closes its connections.
pytestmark = pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")


def submitted(functions: Functions, **fields: Any) -> tuple[int, dict[str, Any]]:
    functions.with_key()
    answer = functions.ask("POST", "/v1/jobs", json.dumps({"prompt": "a heron", "size": "1K", **fields}))
    return answer["statusCode"], json.loads(answer["body"])


def test_a_limit_below_the_cheapest_call_is_a_402_that_names_the_call(functions: Functions) -> None:
    status, problem = submitted(functions, max_cost_usd=0.01)

    said = "the cheapest call, to gemini-nano-banana-2.1 on the route gemini at 1K may cost up to USD 0.048971"
    assert (status, problem["code"], problem["detail"]) == (
        402,
        "over_budget",
        f"{said}, more than max_cost_usd allows",
    )
    assert [(one["in"], one["pointer"]) for one in problem["errors"]] == [("body", "/max_cost_usd")]


def test_a_budget_without_room_for_one_call_is_a_402_that_tells_what_is_left(functions: Functions) -> None:
    wiring.budgets().limit("acme", Limits(per_day=40_000))
    status, problem = submitted(functions)

    assert (status, problem["code"]) == (402, "over_budget")
    assert "(UTC) has USD 0.04 left; the cheapest call, to gemini" in problem["detail"]
    assert [(one["in"], one["pointer"]) for one in problem["errors"]] == [("header", "/Authorization")]


def test_the_event_of_a_submit_that_could_pay_for_nothing_is_a_402(functions: Functions) -> None:
    functions.with_key()
    status, problem, headers = functions.http("api.submit-over-budget")

    assert (status, problem["code"], headers["Cache-Control"]) == (402, "over_budget", "no-store")


def test_of_what_is_refused_nothing_is_written(functions: Functions) -> None:
    submitted(functions, max_cost_usd=0.01)
    rows = wiring.client("dynamodb").scan(TableName=wiring.setting("JOBS_TABLE"))["Items"]

    assert not [row for row in rows if row["pk"]["S"].startswith("JOB#")]


def test_a_limit_is_echoed_and_a_job_that_fits_is_taken(functions: Functions) -> None:
    status, job = submitted(functions, max_cost_usd=0.05)

    assert (status, job["requested"]["max_cost_usd"]) == (202, 0.05)


@pytest.mark.parametrize("bad", [0, -1, "0.5", True, 1e300])
def test_a_limit_that_is_none_is_a_fault_like_any_other(functions: Functions, bad: object) -> None:
    status, problem = submitted(functions, max_cost_usd=bad)

    assert (status, [one["pointer"] for one in problem["errors"]]) == (422, ["/max_cost_usd"])


@pytest.fixture
def budgets(dynamodb: Any, table: str) -> BudgetsTable:
    return BudgetsTable(dynamodb, table)


def test_limits_that_are_not_given_stay_as_they_were(budgets: BudgetsTable) -> None:
    change_limits(budgets, TENANT, per_day=5, per_month=None)
    change_limits(budgets, TENANT, per_day=None, per_month=99.5)
    assert budgets.limits(TENANT) == Limits(per_day=5_000_000, per_month=99_500_000)

    change_limits(budgets, TENANT, per_day=0, per_month=None)
    assert budgets.limits(TENANT) == Limits(per_day=0, per_month=99_500_000)
    change_limits(budgets, TENANT, per_day=None, per_month=None, lift=True)
    assert budgets.limits(TENANT) == Limits()


def test_a_name_that_no_tenant_has_gets_no_limit(budgets: BudgetsTable) -> None:
    with pytest.raises(CloudError, match="is no tenant's name"):
        change_limits(budgets, "a#b", per_day=5, per_month=None)


@pytest.mark.parametrize("usd", ["inf", "1e999", "1e300", "1000000000.01", "nan", "-0.01"])
def test_an_amount_that_nobody_has_is_refused_in_one_sentence(
    dynamodb: Any, table: str, budgets: BudgetsTable, monkeypatch: pytest.MonkeyPatch, usd: str
) -> None:
    monkeypatch.setattr(keys, "_table", lambda stack, *, local: (dynamodb, table))
    done = CliRunner().invoke(app, ["budget", TENANT, "--per-month", usd])

    assert (done.exit_code, done.stdout, budgets.limits(TENANT)) == (1, "", Limits())
    assert done.stderr == f"A limit is from USD 0 to USD 1,000,000,000; {float(usd)} is none.\n"


@pytest.mark.parametrize(
    ("asked", "sentence"),
    [
        (
            ["--lift", "--per-day", "1"],
            "Say --lift, or what may be spent by the day and the month; both at once cannot be.",
        ),
        (
            ["--per-month", "1e-9"],
            "A limit of USD 1e-09 is below a millionth of a dollar and would let nothing through; say 0 for that.",
        ),
    ],
)
def test_what_cannot_be_meant_is_refused_in_one_sentence(
    budgets: BudgetsTable, monkeypatch: pytest.MonkeyPatch, asked: list[str], sentence: str
) -> None:
    change_limits(budgets, TENANT, per_day=5, per_month=None)
    monkeypatch.setattr(keys, "_table", None)  # nobody is asked for it
    done = CliRunner().invoke(app, ["budget", TENANT, *asked])

    assert (done.exit_code, done.stdout, done.stderr) == (1, "", f"{sentence}\n")
    assert budgets.limits(TENANT) == Limits(per_day=5_000_000)


@pytest.mark.parametrize(("usd", "limit"), [(0, 0), (0.000001, 1), (0.0000019, 1)])
def test_a_limit_of_a_millionth_and_one_of_nothing_can_be_meant(budgets: BudgetsTable, usd: float, limit: int) -> None:
    change_limits(budgets, TENANT, per_day=usd, per_month=None)

    assert budgets.limits(TENANT) == Limits(per_day=limit)


def test_the_command_sets_limits_and_shows_what_was_spent(
    dynamodb: Any, table: str, budgets: BudgetsTable, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(keys, "_table", lambda stack, *, local: (dynamodb, table))
    done = CliRunner().invoke(app, ["budget", TENANT, "--per-day", "5", "--per-month", "100"])

    assert done.exit_code == 0, done.output
    assert budgets.limits(TENANT) == Limits(per_day=5_000_000, per_month=100_000_000)
    day, month = done.output.splitlines()
    assert day.endswith("USD 0.00 spent, USD 0.00 set aside for running calls, of USD 5.00")
    assert month.endswith("of USD 100.00")


def test_spending_is_told_by_the_day_and_the_month(dynamodb: Any, table: str, budgets: BudgetsTable) -> None:
    jobs, job = JobsTable(dynamodb, table), a_running_job()
    jobs.add(job, job.event("job.queued"))
    jobs.begin(an_attempt(hold=a_hold()), NOW)

    assert budgets.of_job(job.id) == Account(reserved=150_000)
    assert list(spending(budgets, TENANT, NOW)) == [
        "acme, day 2027-01-15: USD 0.00 spent, USD 0.15 set aside for running calls, no limit",
        "acme, month 2027-01: USD 0.00 spent, USD 0.15 set aside for running calls, no limit",
    ]
