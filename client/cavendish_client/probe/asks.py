"""What a probe will ask, and what that costs, out of what the API says of its models."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from cavendish_client.told import Unable

#: A model as `GET /v1/models` shows it.
ModelView = dict[str, Any]

#: The sizes in their order.
SIZES: Final = ("512", "1K", "2K", "4K")
#: Wide enough that nobody takes it for a square.
_RATIO: Final = "16:9"
_SQUARE: Final = "1:1"


class NotProbed(Unable):
    """Nothing was sent; the message is the sentence that says why."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ask:
    """One call that a probe makes. `price_usd` is the list price of its picture."""

    model: str
    route: str
    size: str
    aspect_ratio: str
    expected: str
    price_usd: float

    @property
    def tells_the_ratio(self) -> bool:
        """A square is what a route makes that drops the ratio, too."""
        return self.aspect_ratio != _SQUARE


def asks(models: Sequence[ModelView], route: str, model: str | None, sizes: Sequence[str]) -> list[Ask]:
    """For each size, or for those that are named, one call to the cheapest model that the route offers at it.

    Raises NotProbed for what there is not.
    """
    if not all("delivers" in one for one in models):
        raise NotProbed("The deployment is older than this command: deploy it anew first.")
    offered = _named(_on(models, route), models, route, model)
    wanted = list(dict.fromkeys(size.upper() for size in sizes)) or _sizes(offered, route)
    if missing := [size for size in wanted if size not in _sizes(offered, route)]:
        whose = model or "any model"
        known = ", ".join(_sizes(offered, route))
        raise NotProbed(f"The route {route} does not offer {whose} at {missing[0]}; it does at {known}.")
    return [_cheapest(offered, route, size) for size in sorted(wanted, key=SIZES.index)]


def total_usd(asked: Sequence[Ask]) -> float:
    """What all of it costs, by the list."""
    return round(sum(one.price_usd for one in asked), 6)


def _on(models: Sequence[ModelView], route: str) -> list[ModelView]:
    routes = dict.fromkeys(name for one in models for name in one["routes"])
    if route not in routes:
        raise NotProbed(f"There is no route {route}; there are {', '.join(routes)}.")
    return [one for one in models if route in one["routes"]]


def _named(offered: list[ModelView], models: Sequence[ModelView], route: str, model: str | None) -> list[ModelView]:
    if model is None:
        return offered
    known = [one for one in models if model.lower() in (name.lower() for name in (one["id"], *one["aliases"]))]
    if not known:
        raise NotProbed(f"There is no model {model}; the route {route} leads to {_ids(offered)}.")
    if known[0] not in offered:
        raise NotProbed(f"The route {route} does not lead to {known[0]['id']}; it leads to {_ids(offered)}.")
    return known


def _sizes(offered: list[ModelView], route: str) -> list[str]:
    sizes = {size for one in offered for size in one["offers"][route]["sizes"]}
    return sorted(sizes, key=SIZES.index)


def _cheapest(offered: list[ModelView], route: str, size: str) -> Ask:
    able = [one for one in offered if size in one["offers"][route]["sizes"]]
    model = min(able, key=lambda one: one["offers"][route]["price_usd"][size])
    offer = model["offers"][route]
    ratio = _ratio(offer["ratios"])
    return Ask(
        model=model["id"],
        route=route,
        size=size,
        aspect_ratio=ratio,
        expected=model["delivers"][ratio][size],
        price_usd=offer["price_usd"][size],
    )


def _ratio(ratios: list[str]) -> str:
    """One that is not square, if there is one."""
    return next((one for one in (_RATIO, *ratios) if one in ratios and one != _SQUARE), _SQUARE)


def _ids(models: Sequence[ModelView]) -> str:
    return ", ".join(one["id"] for one in models)
