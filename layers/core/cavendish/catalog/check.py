"""What must hold between the catalogue's entries. Each fault comes with the place of its entry in the file."""

from collections.abc import Iterator
from typing import Any, NamedTuple

from cavendish.catalog.catalog import Catalog
from cavendish.catalog.model import Model


class Fault(NamedTuple):
    """What is wrong, and where: the keys that lead to it."""

    path: tuple[str, ...]
    sentence: str


def unknown_offers(data: dict[str, Any]) -> Iterator[Fault]:
    """Models on routes that are no models; looked for first, since an offer is completed from its model."""
    known = {model.get("id") for model in data.get("models", {}).values()}
    for name, route in data.get("routes", {}).items():
        for model_id in route.get("models", {}).keys() - known:
            yield Fault(("routes", name, "models", model_id), f"route {name} offers an unknown model: {model_id}")


def faults(catalog: Catalog) -> Iterator[Fault]:
    """Everything that does not hold together."""
    yield from _doubled_names(catalog)
    yield from _unknown_sources(catalog)
    for key, model in catalog.models.items():
        yield from (Fault(("models", key, *path), sentence) for path, sentence in _of_model(catalog, model))
    for name, route in catalog.routes.items():
        if route.economy and route.dialect != "gemini":
            yield Fault(("routes", name, "economy"), f"route {name} has an economy, and no dialect with a batch API")
        for model_id, offer in route.models.items():
            model = catalog.model(model_id)
            if more := [*(set(offer.sizes) - set(model.sizes)), *(set(offer.ratios) - set(model.ratios))]:
                sentence = f"route {name} offers {model_id} at {more[0]}, which it does not make"
                yield Fault(("routes", name, "models", model_id), sentence)
    for dead, retired in catalog.retired.items():
        if said := _of_retired(catalog, dead, retired.successor):
            yield Fault(("retired", dead), said)


def _doubled_names(catalog: Catalog) -> Iterator[Fault]:
    seen: set[str] = set()
    for key, model in catalog.models.items():
        for name in model.names:
            if name in seen:
                yield Fault(
                    ("models", key, "id" if name == model.id.lower() else "aliases"), f"two models are called {name}"
                )
            seen.add(name)


def _unknown_sources(catalog: Catalog) -> Iterator[Fault]:
    for path, source in _named_sources(catalog):
        if source not in catalog.sources:
            yield Fault(path, f"{path[1]} names an unknown source: {source}")


def _named_sources(catalog: Catalog) -> Iterator[tuple[tuple[str, ...], str]]:
    for name, route in catalog.routes.items():
        yield ("routes", name, "source"), route.source
        if route.economy:
            yield ("routes", name, "economy"), route.economy.source
        for model_id, offer in route.models.items():
            yield ("routes", name, "models", model_id, "price"), offer.price.source
    for name, table in catalog.pixels.items():
        yield ("pixels", name, "source"), table.source
    for dead, retired in catalog.retired.items():
        yield ("retired", dead), retired.source
    for key, model in catalog.models.items():
        yield ("models", key, "source"), model.source
        yield ("models", key, "price"), model.price.source
        for size, times in model.times.items():
            yield ("models", key, "times", size), times.source


def _of_model(catalog: Catalog, model: Model) -> Iterator[tuple[tuple[str, ...], str]]:
    if not catalog.ways(model):
        yield ("id",), f"model {model.id} is on no route"
    if model.state == "retiring" and None in (model.successor, model.retires):
        yield ("state",), f"model {model.id} is retiring, and names no successor or no day"
    if model.successor is not None and catalog.find(model.successor) is None:
        yield ("successor",), f"model {model.id} names an unknown successor: {model.successor}"
    table = catalog.pixels[model.pixels].ratios if model.pixels in catalog.pixels else {}
    if gaps := [(ratio, size) for ratio in model.ratios for size in model.sizes if size not in table.get(ratio, {})]:
        yield ("pixels",), f"model {model.id} has no pixels for {gaps[0][0]} at {gaps[0][1]}"


def _of_retired(catalog: Catalog, dead: str, successor: str) -> str | None:
    if successor not in (model.id for model in catalog.models.values()):
        return f"{dead} is retired, and names an unknown successor: {successor}"
    found = catalog.find(dead)
    if found and dead.lower() == found.id.lower():
        return f"{dead} is retired, and a model"
    if found and found.id != successor:
        return f"{dead} is retired, and an alias of {found.id}, not of its successor {successor}"
    return None
