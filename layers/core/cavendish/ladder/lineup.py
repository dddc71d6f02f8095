"""Who can make what a request asks for: models in order of preference, each with its way; who cannot, and why."""

from collections.abc import Iterable, Mapping
from typing import NamedTuple

from cavendish.catalog.catalog import Catalog
from cavendish.catalog.model import Model
from cavendish.catalog.route import Offer
from cavendish.health.doors import ALL_OPEN, Doors
from cavendish.ladder.plan import Skipped
from cavendish.ladder.policy import CAVENDISH, POLICIES, Policy
from cavendish.request import JobRequest
from cavendish.size import Tier
from cavendish.thinking import Level


class Choice(NamedTuple):
    """A model with the way that leads to it."""

    model: Model
    route: str
    offer: Offer


class Lineup(NamedTuple):
    """The models to try, in order; and those that would have been, but for a reason."""

    choices: list[Choice]
    skipped: list[Skipped]


def lineup(request: JobRequest, catalog: Catalog, doors: Doors = ALL_OPEN) -> Lineup:
    """The caller's or the policy's first model, then those to fall back to, through the doors that are open."""
    policy = POLICIES[request.policy]
    named = catalog.find(request.model) if request.model else None
    preferred = [catalog.model(model_id) for model_id in policy.models]
    most = len(policy.models) if request.allow_fallback else 1
    found = choose(_in_order(named, preferred), request, request.asked.tier, catalog, doors, most=most)
    if found.choices or policy is not CAVENDISH:
        return found
    makers = catalog.makers(request.asked.tier, request.ratio)
    return choose(makers, request, request.asked.tier, catalog, doors, most=most)._replace(skipped=found.skipped)


def choose(
    models: Iterable[Model],
    request: JobRequest,
    tier: Tier,
    catalog: Catalog,
    doors: Doors,
    *,
    most: int,
) -> Lineup:
    """Of these models, in their order, so many at most that can make the request at this size."""
    choices: list[Choice] = []
    skipped: list[Skipped] = []
    for model in models:
        if len(choices) == most:
            break
        weighed = _weigh(model, request, tier, catalog, doors)
        if isinstance(weighed, Choice):
            choices.append(weighed)
        else:
            skipped.append(Skipped(model=model.id, size=tier, reason=weighed))
    return Lineup(choices, skipped)


def _in_order(named: Model | None, preferred: list[Model]) -> list[Model]:
    if named is None:
        return preferred
    others = [model for model in preferred if model.id != named.id]
    # A sibling often fails with its family, so the other family goes first.
    return [named, *sorted(others, key=lambda model: model.family == named.family)]


def _weigh(model: Model, request: JobRequest, tier: Tier, catalog: Catalog, doors: Doors) -> Choice | str:
    """The model with its first way that can do it, or why there is none."""
    ways = {name: offer for name, offer in catalog.ways(model).items() if request.route in (None, name)}
    if not ways:
        return f"it is not on the route {request.route}"
    if reason := _cannot(model, request, tier, POLICIES[request.policy], levels(model, request, ways)):
        return reason
    able = {name: offer for name, offer in ways.items() if _offers(offer, request, tier)}
    if not able:
        return f"{_named(ways)} cannot ask it for {_wish(request, tier)}"
    keyed = [Choice(model, name, offer) for name, offer in able.items() if doors.keyed(name)]
    if not keyed:
        return f"no key is set for {_named(able)}"
    closures = [doors.closed(one.route, model.id) for one in keyed]
    open_ = [one for one, closure in zip(keyed, closures, strict=True) if closure is None]
    return open_[0] if open_ else "; ".join(closure.reason for closure in closures if closure)


def levels(model: Model, request: JobRequest, ways: Mapping[str, Offer]) -> tuple[Level, ...]:
    """How the model can be asked to think: as its maker says, unless the caller insists on a route that says more."""
    return ways[request.route].thinking if request.route and request.route in ways else model.thinking


def _cannot(model: Model, request: JobRequest, tier: Tier, policy: Policy, own: tuple[Level, ...]) -> str | None:
    if not model.makes(tier, request.ratio):
        return f"it does not make {tier} at {request.ratio}"
    if tier not in policy.terms.get(model.family, {}):
        return f"the policy {policy.name} says nothing of it at {tier}"
    if request.thinking is not None and not own:
        return "it has no levels of thinking to choose"
    return None


def _offers(offer: Offer, request: JobRequest, tier: Tier) -> bool:
    return offer.makes(tier, request.ratio) and (request.thinking is None or bool(offer.thinking))


def _wish(request: JobRequest, tier: Tier) -> str:
    return f"{tier} at {request.ratio}" + (f", thinking {request.thinking}" if request.thinking else "")


def _named(routes: Iterable[str]) -> str:
    return ", ".join(routes)
