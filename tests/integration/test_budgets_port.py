"""The port Budgets and what attempts do to it, on the fake and on the table: set aside before, settled once after."""

import pytest

from cavendish.attempt import Attempt
from cavendish.errors import CallRefused, MoneyHeld, OverBudget
from cavendish.money.budget import Account, Limits
from cavendish.outcome import Outcome
from cavendish.ulid import ulid
from tests.builders import NOW, TENANT, a_hold, a_key, a_result, a_running_job, an_attempt
from tests.integration.jobs_case import Case

DAY, MONTH = "2027-01-15", "2027-01"
#: What `a_hold` sets aside, and the list price in it.
HELD, LISTED = 150_000, 134_000


def begun(case: Case, number: int = 0, *, max_cost: int | None = None, at: float = NOW, amount: int = HELD) -> Attempt:
    attempt = an_attempt(a_key(try_=number), hold=a_hold(amount), started_at=at)
    case.jobs.begin(attempt, NOW, max_cost)
    return attempt


def accounts(case: Case) -> list[Account]:
    """The job's, and its tenant's of the day and the month."""
    job = case.budgets.of_job(a_key().job_id)
    return [job, case.budgets.of_tenant(TENANT, DAY), case.budgets.of_tenant(TENANT, MONTH)]


def all_have(case: Case, *, spent: int, reserved: int) -> bool:
    return accounts(case) == [Account(spent=spent, reserved=reserved)] * 3


def test_a_tenant_has_no_limits_until_somebody_sets_them(case: Case) -> None:
    assert case.budgets.limits(TENANT) == Limits()
    case.budgets.limit(TENANT, Limits(per_day=5, per_month=0))
    assert (case.budgets.limits(TENANT), case.budgets.limits("other")) == (Limits(per_day=5, per_month=0), Limits())


def test_what_an_attempt_holds_is_set_aside_in_every_account_when_it_begins(case: Case) -> None:
    case.add()
    assert all_have(case, spent=0, reserved=0)
    begun(case)
    begun(case, 1)

    assert all_have(case, spent=0, reserved=2 * HELD)
    assert case.row(a_key()).hold == a_hold()


@pytest.mark.parametrize("cost_usd", [0.0, 0.000001, 0.137120, 0.15, 7.5])
def test_an_end_puts_what_the_attempt_cost_in_the_place_of_what_it_held(case: Case, cost_usd: float) -> None:
    case.add()
    case.jobs.end(begun(case).key, a_result(cost_usd=cost_usd), NOW + 9)

    assert all_have(case, spent=round(cost_usd * 1_000_000), reserved=0)


def test_a_second_end_is_not_paid_for(case: Case) -> None:
    case.add()
    key = begun(case).key
    for _ in range(3):
        case.jobs.end(key, a_result(cost_usd=0.1), NOW + 9)

    assert all_have(case, spent=100_000, reserved=0)


def test_a_late_success_is_paid_for_once_in_the_place_of_its_list_price(case: Case) -> None:
    case.add()
    key = begun(case).key
    case.jobs.end(key, a_result(Outcome.LOST_WORKER, cost_usd=0.134), NOW + 9, lost=True)
    assert all_have(case, spent=LISTED, reserved=0)
    for _ in range(3):
        case.jobs.end(key, a_result(cost_usd=0.137), NOW + 99)

    assert all_have(case, spent=137_000, reserved=0)


def test_an_attempt_that_may_not_begin_sets_nothing_aside(case: Case) -> None:
    case.add()
    begun(case)
    with pytest.raises(CallRefused):
        begun(case)

    assert all_have(case, spent=0, reserved=HELD)


def test_an_attempt_that_ended_as_it_began_is_kept_so_and_costs_nothing(case: Case) -> None:
    case.add()
    attempt = an_attempt(hold=a_hold()).uncalled(a_result(Outcome.OVER_BUDGET))
    case.jobs.begin(attempt, NOW)

    assert case.row(attempt.key) == attempt
    assert all_have(case, spent=0, reserved=0)
    assert [one for one in case.jobs.due(NOW + 29) if one == attempt.key] == []
    assert [one for one in case.jobs.due(NOW + 30) if one == attempt.key] == [attempt.key]


@pytest.mark.parametrize(("max_cost", "begin"), [(HELD - 1, 0), (HELD, 1), (2 * HELD - 1, 1), (2 * HELD, 2)])
def test_a_job_never_has_more_set_aside_than_it_may_cost(case: Case, max_cost: int, begin: int) -> None:
    case.add()
    for number in range(begin):
        begun(case, number, max_cost=max_cost)
    # What is held may come back.
    with pytest.raises(MoneyHeld if begin else OverBudget, match=r"USD 0\.15, more than is left of the job's max_cost"):
        begun(case, begin, max_cost=max_cost)

    assert all_have(case, spent=0, reserved=begin * HELD)
    assert len(case.jobs.attempts(a_key().job_id)) == begin


def test_what_an_attempt_did_not_cost_is_there_for_the_next_one(case: Case) -> None:
    case.add()
    for number in range(3):
        key = begun(case, number, max_cost=HELD + 100_000).key
        case.jobs.end(key, a_result(cost_usd=0.05), NOW + 9)
    with pytest.raises(OverBudget):
        begun(case, 3, max_cost=HELD + 100_000)

    assert all_have(case, spent=150_000, reserved=0)


def test_what_is_held_beside_what_is_spent_is_told_apart(case: Case) -> None:
    case.add()
    case.jobs.end(begun(case, 0).key, a_result(cost_usd=0.1), NOW + 9)
    begun(case, 1, max_cost=100_000 + HELD)
    with pytest.raises(MoneyHeld):
        begun(case, 2, max_cost=100_000 + 2 * HELD - 1)
    with pytest.raises(OverBudget):
        begun(case, 2, max_cost=100_000 + HELD - 1)

    assert all_have(case, spent=100_000, reserved=HELD)


@pytest.mark.parametrize(
    ("limits", "said"),
    [
        (Limits(per_day=2 * HELD), "day 2027-01-15"),
        (Limits(per_month=3 * HELD - 1), "month 2027-01"),
        (Limits(per_day=2 * HELD, per_month=10 * HELD), "day 2027-01-15"),
    ],
)
def test_a_tenant_never_has_more_set_aside_than_its_budget(case: Case, limits: Limits, said: str) -> None:
    case.add()
    case.budgets.limit(TENANT, limits)
    begun(case)
    begun(case, 1)
    with pytest.raises(OverBudget, match=f"left of the budget of the {said}"):
        begun(case, 2)

    assert all_have(case, spent=0, reserved=2 * HELD)


def test_a_limit_counts_what_was_spent_before_it_was_set(case: Case) -> None:
    case.add()
    for number in range(5):
        case.jobs.end(begun(case, number).key, a_result(cost_usd=0.1), NOW + 9)
    begun(case, 5)
    case.budgets.limit(TENANT, Limits(per_day=500_000 + 2 * HELD))
    begun(case, 6)

    with pytest.raises(OverBudget):
        begun(case, 7)


def test_a_budget_far_from_its_limit_and_near_it_is_one_budget(case: Case) -> None:
    case.add()
    case.budgets.limit(TENANT, Limits(per_day=205 * HELD))
    for number in range(5):  # these need not be weighed
        begun(case, number)
    begun(case, 5, amount=199 * HELD)  # and this has to be
    begun(case, 6)

    with pytest.raises(OverBudget):
        begun(case, 7)
    assert case.budgets.of_tenant(TENANT, DAY).reserved == 205 * HELD


def test_each_day_has_a_budget_of_its_own_in_utc_and_is_settled_where_it_was_begun(case: Case) -> None:
    case.add(a_running_job(deadline_at=NOW + 10**7))
    case.budgets.limit(TENANT, Limits(per_day=HELD))
    first = begun(case)
    tomorrow = NOW + 16 * 3600  # NOW is at eight in the morning
    begun(case, 1, at=tomorrow)
    with pytest.raises(OverBudget, match="2027-01-15"):
        begun(case, 2, at=tomorrow - 1)
    case.jobs.end(first.key, a_result(cost_usd=0.1), tomorrow)

    assert case.budgets.of_tenant(TENANT, DAY) == Account(spent=100_000)
    assert case.budgets.of_tenant(TENANT, "2027-01-16") == Account(reserved=HELD)


def test_tenants_and_jobs_have_accounts_of_their_own(case: Case) -> None:
    case.add()
    case.budgets.limit("other", Limits(per_day=0))
    begun(case)
    job = case.add(a_running_job(id=ulid(NOW, b"x" * 10), tenant="other"))
    with pytest.raises(OverBudget):
        case.jobs.begin(an_attempt(a_key()._replace(job_id=job.id), hold=a_hold(tenant="other")), NOW)

    assert case.budgets.of_job(job.id) == case.budgets.of_tenant("other", DAY) == Account()


def test_an_attempt_of_an_older_version_ends_without_an_account(case: Case) -> None:
    case.begun()
    case.jobs.end(a_key(), a_result(cost_usd=0.1), NOW + 9)

    assert all_have(case, spent=0, reserved=0)


def test_a_jobs_account_goes_with_the_job_and_its_tenants_stays(case: Case) -> None:
    case.add()
    case.jobs.end(begun(case).key, a_result(cost_usd=0.1), NOW + 9)
    case.tombstones.clear(a_key().job_id)

    assert accounts(case) == [Account(), Account(spent=100_000), Account(spent=100_000)]
