"""The door's check: reads a request, and says everything that is wrong with it at once, field by field and together."""

import json
import math
from collections import Counter
from typing import Any, Final, NoReturn

from pydantic import ValidationError

from cavendish.catalog import Catalog, Model, ids
from cavendish.errors import RequestFault, RequestInvalid, RequestTooLarge
from cavendish.ladder import lineup
from cavendish.outcome import clean
from cavendish.policy import POLICIES
from cavendish.request import JobRequest

#: So much of a body is read: a prompt of 32,000 characters can be sent as 384 KB of escapes.
BODY_MAX_BYTES: Final = 1024 * 1024
#: So much of a request is kept: a row of the table holds 400 KB, and the request is the largest part of a job's.
KEPT_MAX_BYTES: Final = 256 * 1024


def parse(body: bytes, catalog: Catalog) -> JobRequest:
    """Read a request from its JSON. Raises RequestInvalid with every fault, or RequestTooLarge."""
    _check_size(len(body), BODY_MAX_BYTES)
    try:
        fields = json.loads(
            body.decode("utf-8"), parse_constant=_no_number, parse_float=_finite, object_pairs_hook=_named_once
        )
    except (ValueError, RecursionError) as error:
        raise RequestInvalid([RequestFault("", clean(f"the body is not JSON: {error}"))]) from None
    if not isinstance(fields, dict):
        raise RequestInvalid([RequestFault("", "the body must be a JSON object")])
    try:
        request = JobRequest.model_validate(fields)
    except ValidationError as error:
        raise RequestInvalid([*_faults(error), *_faults_of_the_rest(fields, error, catalog)]) from None
    if faults := _misfits(request, catalog):
        raise RequestInvalid(faults)
    _check_size(len(request.model_dump_json().encode()), KEPT_MAX_BYTES)
    return request


def _no_number(name: str) -> NoReturn:
    raise ValueError(f"{name} is no JSON number")


def _finite(digits: str) -> float:
    number = float(digits)
    return number if math.isfinite(number) else _no_number(digits)


def _named_once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """Of two fields with one name, each reader takes another one: neither is taken."""
    fields = dict(pairs)
    if len(fields) < len(pairs):
        times = Counter(name for name, _ in pairs)
        raise ValueError(f"{times.most_common(1)[0][0]!r} is there twice")
    return fields


def _check_size(size_bytes: int, most_bytes: int) -> None:
    if size_bytes > most_bytes:
        raise RequestTooLarge(f"the request has {size_bytes} bytes; at most {most_bytes} are taken")


def _faults(error: ValidationError) -> list[RequestFault]:
    faults = [RequestFault(clean(_pointer(one["loc"])), _sentence(one)) for one in error.errors(include_url=False)]
    # Pydantic has no place for a field whose name is half a surrogate pair.
    return [fault if fault.pointer else RequestFault("/", "there is a field whose name is no text") for fault in faults]


def _pointer(location: tuple[int | str, ...]) -> str:
    return "".join("/" + str(part).replace("~", "~0").replace("/", "~1") for part in location)


def _sentence(error: Any) -> str:
    if error["type"] == "extra_forbidden":
        return f"there is no such field; the fields are {', '.join(JobRequest.model_fields)}"
    return str(error["msg"]).removeprefix("Value error, ")


def _faults_of_the_rest(fields: dict[str, Any], error: ValidationError, catalog: Catalog) -> list[RequestFault]:
    """What is wrong between the fields that are right one by one."""
    wrong = {one["loc"][0] for one in error.errors() if one["loc"]}
    rest = {name: fields[name] for name in JobRequest.model_fields if name in fields and name not in wrong}
    return _misfits(JobRequest.model_validate({"prompt": "-", **rest}), catalog)


def _misfits(request: JobRequest, catalog: Catalog) -> list[RequestFault]:
    routes = _route_misfits(request, catalog)
    if routes:  # a route that is none says nothing about the models
        request = request.model_copy(update={"route": None})
    return [*_ratio_misfits(request), *routes, *_model_misfits(request, catalog)]


def _ratio_misfits(request: JobRequest) -> list[RequestFault]:
    pixels = request.asked.ratio
    if pixels and request.aspect_ratio and pixels != request.aspect_ratio:
        return [
            RequestFault("/aspect_ratio", f"{request.size} is {pixels}, not {request.aspect_ratio}; send one of them")
        ]
    return []


def _route_misfits(request: JobRequest, catalog: Catalog) -> list[RequestFault]:
    if request.route in (None, *catalog.routes):
        return []
    return [RequestFault("/route", f"{request.route!r} is no route; there are {', '.join(catalog.routes)}")]


def _model_misfits(request: JobRequest, catalog: Catalog) -> list[RequestFault]:
    if request.model is None:
        return _policy_misfits(request, catalog)
    model = catalog.find(request.model)
    if model is None:
        return [RequestFault("/model", f"{request.model!r} is no model; there are {ids(catalog.models.values())}")]
    return _limits_of(model, request, catalog)


def _policy_misfits(request: JobRequest, catalog: Catalog) -> list[RequestFault]:
    """What no model of the policy can do, at the field without which one could."""
    if lineup(request, catalog):
        return []
    tier, ratio = request.asked.tier, request.ratio
    makers = catalog.makers(tier, ratio)
    if request.thinking and lineup(request.model_copy(update={"thinking": None}), catalog):
        detail = f"no model of the policy {request.policy} has levels to choose; {_thinkers(makers)}"
        return [RequestFault("/thinking", detail)]
    detail = f"no model of the policy {request.policy} makes {tier} at {ratio}; these make it: {ids(makers)}"
    return [RequestFault("/size", detail)]


def _limits_of(model: Model, request: JobRequest, catalog: Catalog) -> list[RequestFault]:
    tier, ratio = request.asked.tier, request.ratio
    able = catalog.makers(tier, ratio)
    makers = ids(able)
    checks = {
        "/size": (tier in model.sizes, f"{model.id} does not make {tier}; these do: {makers}"),
        "/aspect_ratio": (ratio in model.ratios, f"{model.id} does not make {ratio}; these do: {makers}"),
        "/thinking": (
            request.thinking is None or bool(model.thinking),
            f"{model.id} has no levels to choose; {_thinkers(able)}",
        ),
        "/route": (request.route in (None, *model.routes), f"{model.id} is only on {', '.join(model.routes)}"),
        "/policy": (
            tier not in model.sizes or tier in POLICIES[request.policy].terms[model.family],
            f"{request.policy} says nothing of {tier}",
        ),
    }
    return [RequestFault(pointer, detail) for pointer, (fits, detail) in checks.items() if not fits]


def _thinkers(models: list[Model]) -> str:
    return f"leave it out, or take one of {ids(model for model in models if model.thinking)}"
