"""The door's last look: a job that could not pay for one call is not taken."""

from cavendish.catalog.catalog import Catalog
from cavendish.errors import OverBudget, RequestFault
from cavendish.health.doors import ALL_OPEN
from cavendish.ladder.afford import cheapest
from cavendish.ladder.build import rungs_of
from cavendish.money.budget import periods
from cavendish.money.money import shown
from cavendish.ports import Budgets
from cavendish.request import JobRequest


def check(request: JobRequest, *, tenant: str, budgets: Budgets, catalog: Catalog, now: float) -> int | None:
    """What is left of the tenant's budgets, in millionths of a dollar; None: it has none.

    Raises OverBudget if the job's limit or a budget of its tenant has no room for the cheapest call.
    """
    least = cheapest(request, rungs_of(request, catalog, ALL_OPEN))
    if request.max_cost is not None and least.amount > request.max_cost:
        detail = f"the cheapest call, to {least}, more than max_cost_usd allows"
        raise OverBudget(detail, RequestFault("/max_cost_usd", detail))
    room = None
    for period in periods(budgets.limits(tenant), now):
        if period.limit is None:
            continue
        left = max(0, period.limit - budgets.of_tenant(tenant, period.name).committed)
        if least.amount > left:
            whose = f"the budget of the {period.kind} {period.name} (UTC) has USD {shown(left)} left"
            detail = f"{whose}; the cheapest call, to {least}"
            raise OverBudget(detail, RequestFault("/Authorization", detail, "header"))
        room = left if room is None else min(room, left)
    return room
