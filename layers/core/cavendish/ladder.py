"""Fits a policy to a request: which models at which resolutions, in which order. Made twice, a plan is the same."""

from cavendish.catalog import Catalog, Model
from cavendish.outcome import Outcome
from cavendish.plan import MAX_EVENTS, Call, Plan, PlannedRoute, Rule, Step, events
from cavendish.policy import CAVENDISH, POLICIES, Policy
from cavendish.request import JobRequest
from cavendish.size import Tier


def build(request: JobRequest, catalog: Catalog, *, deadline_at: float) -> Plan:
    """The plan of a request that fits (fit.py). Raises ValueError if its execution could outgrow Step Functions."""
    policy = POLICIES[request.policy]
    models = lineup(request, catalog)
    lower = policy.lower.get(request.asked.tier, ()) if request.allow_downgrade else ()
    steps = [_step(request, policy, models, tier) for tier in (request.asked.tier, *lower)]
    plan = Plan(
        policy=policy.name,
        steps=tuple(step for step in steps if step),
        max_attempts=policy.max_attempts,
        unknown_retries=policy.unknown_retries if request.unknown_retries is None else request.unknown_retries,
        deadline_at=deadline_at,
    )
    if events(plan, request.n) > MAX_EVENTS:
        raise ValueError(f"a plan of {plan.max_attempts} attempts for {request.n} images has too long a history")
    return plan


def lineup(request: JobRequest, catalog: Catalog) -> list[Model]:
    """The models to try, in order: the caller's or the policy's first one, then those to fall back to."""
    policy = POLICIES[request.policy]
    named = catalog.find(request.model) if request.model else None
    preferred = [catalog.model(model_id) for model_id in policy.models]
    able = [model for model in _in_order(named, preferred) if _can(model, request, policy)]
    if not able and policy is CAVENDISH:
        makers = catalog.makers(request.asked.tier, request.ratio)
        able = [model for model in makers if _can(model, request, policy)]
    return able[: len(policy.models) if request.allow_fallback else 1]


def _in_order(named: Model | None, preferred: list[Model]) -> list[Model]:
    if named is None:
        return preferred
    others = [model for model in preferred if model.id != named.id]
    # A sibling often fails with its family, so the other family goes first.
    return [named, *sorted(others, key=lambda model: model.family == named.family)]


def _can(model: Model, request: JobRequest, policy: Policy) -> bool:
    return (
        model.makes(request.asked.tier, request.ratio)
        and request.asked.tier in policy.terms[model.family]
        and (request.thinking is None or bool(model.thinking))
        and request.route in (None, *model.routes)
    )


def _step(request: JobRequest, policy: Policy, models: list[Model], tier: Tier) -> Step | None:
    able = [model for model in models if model.makes(tier, request.ratio) and tier in policy.terms[model.family]]
    routes = tuple(_route(request, policy, model, tier, last=model is able[-1]) for model in able)
    if len(routes) == 1 and policy.tries_alone:
        routes = (routes[0].model_copy(update={"tries": policy.tries_alone}),)
    return Step(size=tier, routes=routes) if routes else None


def _route(request: JobRequest, policy: Policy, model: Model, tier: Tier, *, last: bool) -> PlannedRoute:
    terms = policy.terms[model.family][tier]
    call = Call(
        route=request.route or model.routes[0],
        model=model.id,
        size=tier,
        aspect_ratio=request.ratio,
        thinking=model.level(request.level),
        accept=tuple(Outcome(name) for name in dict.fromkeys(request.accept)),
        limit_s=terms.limit_s,
    )
    rules = {**policy.rules, **(policy.last_rules if last else {}), **_refusals(request)}
    rules |= dict.fromkeys(call.accept, Rule.TAKE)
    return PlannedRoute(call=call, tries=terms.tries, wait=terms.wait, rules=rules)


def _refusals(request: JobRequest) -> dict[Outcome, Rule]:
    if request.on_refusal == "fail":
        return {}
    return {Outcome.REFUSED_INPUT: Rule.NEXT_ROUTE, Outcome.REFUSED_OUTPUT: Rule.NEXT_ROUTE}
