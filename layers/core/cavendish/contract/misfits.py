"""What is wrong between the fields of a request, and between a request and the catalogue: all of it at once."""

from cavendish.catalog.catalog import Catalog, ids
from cavendish.catalog.model import Model
from cavendish.catalog.route import Route
from cavendish.errors import RequestFault
from cavendish.ladder.lineup import lineup
from cavendish.ladder.policy import POLICIES
from cavendish.request import JobRequest


def misfits(request: JobRequest, catalog: Catalog) -> list[RequestFault]:
    """Everything in a request that does not fit together, or that no model can do."""
    routes = _route_misfits(request, catalog)
    if routes:  # a route that is none says nothing about the models
        request = request.model_copy(update={"route": None})
    return [*_ratio_misfits(request), *_schedule_misfits(request), *routes, *_model_misfits(request, catalog)]


def _ratio_misfits(request: JobRequest) -> list[RequestFault]:
    pixels = request.asked.ratio
    if pixels and request.aspect_ratio and pixels != request.aspect_ratio:
        return [
            RequestFault("/aspect_ratio", f"{request.size} is {pixels}, not {request.aspect_ratio}; send one of them")
        ]
    return []


def _schedule_misfits(request: JobRequest) -> list[RequestFault]:
    if request.schedule == "now" or request.lane == "bulk":
        return []
    detail = f"only a job of the lane bulk waits for an hour off the peak, not {request.lane}; send lane: bulk too"
    return [RequestFault("/schedule", detail)]


def _route_misfits(request: JobRequest, catalog: Catalog) -> list[RequestFault]:
    if request.route in (None, *catalog.routes):
        return []
    return [RequestFault("/route", f"{request.route!r} is no route; there are {', '.join(catalog.routes)}")]


def _model_misfits(request: JobRequest, catalog: Catalog) -> list[RequestFault]:
    if request.model is None:
        return _policy_misfits(request, catalog)
    model = catalog.find(request.model)
    if model is None:
        return [RequestFault("/model", _no_model(request.model, catalog))]
    return _limits_of(model, request, catalog)


def _no_model(name: str, catalog: Catalog) -> str:
    if gone := catalog.gone(name):
        return f"{name!r} was shut down on {gone.since}; its successor is {gone.successor}"
    return f"{name!r} is no model; there are {ids(catalog.models.values())}"


def _policy_misfits(request: JobRequest, catalog: Catalog) -> list[RequestFault]:
    """What no model of the policy can do, at the field without which one could."""
    if lineup(request, catalog).choices:
        return []
    tier, ratio = request.asked.tier, request.ratio
    makers = catalog.makers(tier, ratio)
    if request.thinking and lineup(request.model_copy(update={"thinking": None}), catalog).choices:
        detail = f"no model of the policy {request.policy} has levels to choose; {_thinkers(makers)}"
        return [RequestFault("/thinking", detail)]
    if request.route and lineup(request.model_copy(update={"route": None}), catalog).choices:
        detail = f"{request.route} leads to no model of the policy {request.policy} that makes {tier} at {ratio}; "
        return [RequestFault("/route", detail + f"it offers {_offered(catalog.routes[request.route])}")]
    detail = f"no model of the policy {request.policy} makes {tier} at {ratio}; these make it: {ids(makers)}"
    return [RequestFault("/size", detail)]


def _limits_of(model: Model, request: JobRequest, catalog: Catalog) -> list[RequestFault]:
    tier, ratio = request.asked.tier, request.ratio
    makers, ways = catalog.makers(tier, ratio), catalog.ways(model)
    # What the caller insists on may offer less of a model than its maker, or more.
    able = ways.get(request.route or "", model)
    name = model.id if able is model else f"{model.id} on the route {request.route}"
    checks = {
        "/size": (tier in able.sizes, f"{name} does not make {tier}; these do: {ids(makers)}"),
        "/aspect_ratio": (ratio in able.ratios, f"{name} does not make {ratio}; these do: {ids(makers)}"),
        "/thinking": (
            request.thinking is None or bool(able.thinking),
            f"{name} has no levels to choose; {_thinkers(makers)}",
        ),
        "/route": (request.route in (None, *ways), f"{model.id} is only on {', '.join(ways)}"),
        "/policy": (
            tier not in model.sizes or tier in POLICIES[request.policy].terms[model.family],
            f"{request.policy} says nothing of {tier}",
        ),
    }
    return [RequestFault(pointer, detail) for pointer, (fits, detail) in checks.items() if not fits]


def _thinkers(models: list[Model]) -> str:
    return f"leave it out, or take one of {ids(model for model in models if model.thinking)}"


def _offered(route: Route) -> str:
    return ", ".join(f"{model_id} at {'/'.join(offer.sizes)}" for model_id, offer in route.models.items())
