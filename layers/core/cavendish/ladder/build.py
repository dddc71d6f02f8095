"""Fits a policy to a request: which models at which resolutions, in which order, by the doors that are open."""

from cavendish.catalog.catalog import Catalog
from cavendish.health.doors import ALL_OPEN, Doors
from cavendish.ladder.afford import Rung, affordable
from cavendish.ladder.history import MAX_EVENTS, events
from cavendish.ladder.lineup import Choice, choose, lineup
from cavendish.ladder.plan import Call, Plan, PlannedRoute, Rule, Step
from cavendish.ladder.policy import POLICIES, Policy
from cavendish.outcome import Outcome
from cavendish.request import JobRequest
from cavendish.size import Tier


def build(request: JobRequest, catalog: Catalog, *, deadline_at: float, doors: Doors = ALL_OPEN) -> Plan:
    """The plan of a request that fits (fit.py), through the doors that are open.

    Where none of those leads to it, it is planned as if all were, so that an attempt says what is missing.
    Raises ValueError if its execution could outgrow Step Functions.
    """
    policy = POLICIES[request.policy]
    rungs = affordable(request, rungs_of(request, catalog, doors))
    plan = Plan(
        policy=policy.name,
        steps=tuple(_step(request, policy, tier, rung.choices) for tier, rung in rungs if rung.choices),
        max_attempts=policy.max_attempts,
        unknown_retries=policy.unknown_retries if request.unknown_retries is None else request.unknown_retries,
        deadline_at=deadline_at,
        skipped=tuple(skipped for _, rung in rungs for skipped in rung.skipped),
    )
    if events(plan, request.n) > MAX_EVENTS:
        raise ValueError(f"a plan of {plan.max_attempts} attempts for {request.n} images has too long a history")
    return plan


def rungs_of(request: JobRequest, catalog: Catalog, doors: Doors) -> list[Rung]:
    """The models for the size that was asked for, and of those the ones for each size below."""
    tier = request.asked.tier
    first = lineup(request, catalog, doors)
    if not first.choices:
        first, doors = lineup(request, catalog)._replace(skipped=first.skipped), ALL_OPEN
    models = [choice.model for choice in first.choices]
    lower = POLICIES[request.policy].lower.get(tier, ()) if request.allow_downgrade else ()
    below = [(size, choose(models, request, size, catalog, doors, most=len(models))) for size in lower]
    return [(tier, first), *below]


def _step(request: JobRequest, policy: Policy, tier: Tier, choices: list[Choice]) -> Step:
    routes = tuple(_route(request, policy, one, tier, last=one is choices[-1]) for one in choices)
    if len(routes) == 1 and policy.tries_alone:
        routes = (routes[0].model_copy(update={"tries": policy.tries_alone}),)
    return Step(size=tier, routes=routes)


def _route(request: JobRequest, policy: Policy, choice: Choice, tier: Tier, *, last: bool) -> PlannedRoute:
    terms = policy.terms[choice.model.family][tier]
    call = Call(
        route=choice.route,
        model=choice.model.id,
        size=tier,
        aspect_ratio=request.ratio,
        thinking=choice.offer.level(request.level),
        accept=tuple(Outcome(name) for name in dict.fromkeys(request.accept)),
        limit_s=terms.limit_s,
    )
    rules = {**policy.rules, **(policy.last_rules if last else {}), **_refusals(request)}
    rules |= dict.fromkeys(call.accept, Rule.TAKE)
    patience = policy.last_throttled_tries if last else None
    return PlannedRoute(call=call, tries=terms.tries, throttled_tries=patience, wait=terms.wait, rules=rules)


def _refusals(request: JobRequest) -> dict[Outcome, Rule]:
    if request.on_refusal == "fail":
        return {}
    return {Outcome.REFUSED_INPUT: Rule.NEXT_ROUTE, Outcome.REFUSED_OUTPUT: Rule.NEXT_ROUTE}
