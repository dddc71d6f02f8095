"""What a request would cost, found out as a submit checks it and as dispatch plans it; nothing is written."""

from collections.abc import Callable

from cavendish.advice.articles import Articles
from cavendish.advice.chances import Chances, chances
from cavendish.advice.estimate import Estimate, estimate
from cavendish.advice.expectation import Asked, Known
from cavendish.advice.prospect import Prospect, prospect, seconds
from cavendish.advice.savings import best_first, others, saving
from cavendish.catalog.catalog import Catalog
from cavendish.catalog.model import Model
from cavendish.health.doors import Doors
from cavendish.health.health import Health
from cavendish.health.outlook import Routing
from cavendish.health.schedule import Schedule
from cavendish.ladder.build import build
from cavendish.ladder.plan import Call, Plan
from cavendish.pipeline.afford import check
from cavendish.ports import Budgets
from cavendish.request import JobRequest

#: How a model did lately, as far as it was measured.
Recent = Callable[[Call], Health]


class Estimator:
    """What estimates are made of. `chance` makes a new source of numbers in [0, 1): the same each time, so that the
    same question has the same answer."""

    def __init__(
        self,
        *,
        catalog: Catalog,
        articles: Articles,
        doors: Doors,
        routing: Routing,
        schedule: Schedule,
        recent: Recent,
        chance: Callable[[], Callable[[], float]],
        now: float,
    ) -> None:
        self._catalog = catalog
        self._articles = articles
        self._doors = doors
        self._routing = routing
        self._schedule = schedule
        self._recent = recent
        self._chance = chance
        self._now = now

    def estimate(self, request: JobRequest, room: int | None = None) -> Estimate:
        """Of a request that fits (fit.py); `room` is what its tenant's budgets have left, in millionths of a dollar."""
        plan = self.plan(request)
        known, here = self.look(request, plan, room)
        found = []
        for other in others(request, self._leads(plan).id, self._catalog):
            lesser = self.plan(other.request)
            if self._leads(lesser).state == "live":
                _, there = self.look(other.request, lesser, room)
                found.append(saving(other, plan, here, there, self._articles))
        return estimate(request, plan, known, here, starts_at=self._starts_at(request, plan), savings=best_first(found))

    def _leads(self, plan: Plan) -> Model:
        return self._catalog.model(plan.first.model)

    def plan(self, request: JobRequest) -> Plan:
        """As dispatch would plan it now."""
        plan = build(request, self._catalog, deadline_at=self._now + request.deadline_s, doors=self._doors)
        return self._routing.route(plan, self._now, named=request.model is not None)

    def look(self, request: JobRequest, plan: Plan, room: int | None = None) -> tuple[Known, Prospect]:
        """What a picture of such a plan comes to, at the hour at which it would start."""
        at = self._starts_at(request, plan) or self._now
        known = self._known(request, plan, at)
        begun = plan.until(at + request.deadline_s)
        return known, prospect(request, begun, known, now=at, chance=self._chance(), room=room)

    def _starts_at(self, request: JobRequest, plan: Plan) -> float | None:
        """As dispatch would put it off; None: it starts at once."""
        if request.schedule == "now":
            return None
        return self._schedule.start(plan.first, self._now)

    def seconds(self, request: JobRequest) -> float | None:
        """How long most pictures take of a request that names its model; None: another one would be asked first."""
        plan = self.plan(request)
        if self._leads(plan) != self._catalog.find(request.model or ""):
            return None
        # How fast a model is does not depend on what may be spent: what is never called would be the fastest.
        freely = request.model_copy(update={"n": 1, "max_cost_usd": None})
        return seconds(self.look(freely, plan)[1], 0.5, 1)

    def _known(self, request: JobRequest, plan: Plan, at: float) -> Known:
        calls = [route.call for step in plan.steps for route in step.routes]
        return {Asked.of(call): self._chances(call, request.prompt, at) for call in calls}

    def _chances(self, call: Call, prompt: str, at: float) -> Chances:
        later = at > self._now
        health = self._schedule.usual(call, at, self._now) if later else self._recent(call)
        return chances(call, prompt, health, catalog=self._catalog, articles=self._articles, now=at)


def estimate_job(
    request: JobRequest, *, tenant: str, budgets: Budgets, catalog: Catalog, now: float, estimator: Estimator
) -> Estimate:
    """Raises OverBudget, exactly where a submit would."""
    room = check(request, tenant=tenant, budgets=budgets, catalog=catalog, now=now)
    return estimator.estimate(request, room)
