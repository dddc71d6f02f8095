"""The catalogue: which models exist, what each can do and costs, and the routes that lead to them (catalog.toml)."""

from collections.abc import Iterable
from datetime import date
from functools import cached_property
from typing import Any

from pydantic import model_validator

from cavendish.catalog.model import Model
from cavendish.catalog.pixels import Pixels, PixelTable
from cavendish.catalog.route import Offer, Route
from cavendish.ladder.plan import Call
from cavendish.money.price import Price
from cavendish.size import Tier
from cavendish.value import Entry


class Retired(Entry):
    """An id that its provider has shut down, and where its callers go."""

    successor: str
    since: date
    source: str


class Catalog(Entry):
    """All of it. What must hold between its entries is said in check.py."""

    sources: dict[str, str]
    routes: dict[str, Route]
    pixels: dict[str, PixelTable]
    models: dict[str, Model]
    retired: dict[str, Retired]

    @model_validator(mode="before")
    @classmethod
    def _offers_are_whole(cls, data: dict[str, Any]) -> dict[str, Any]:
        """What a route does not say of a model is as the model's own entry has it."""
        own = {model.get("id"): model for model in data["models"].values()}
        return {**data, "routes": {name: _with_offers(route, own) for name, route in data["routes"].items()}}

    def find(self, name: str) -> Model | None:
        """The model with this id or alias, in capitals or not, whether it is about to retire or gone."""
        return self._by_name.get(name.lower())

    @cached_property
    def _by_name(self) -> dict[str, Model]:
        return {name: model for model in self.models.values() for name in model.names}

    def gone(self, name: str) -> Retired | None:
        """What became of this id, in capitals or not, if it was shut down."""
        return next((retired for dead, retired in self.retired.items() if dead.lower() == name.lower()), None)

    def model(self, model_id: str) -> Model:
        """The model with this id, which a plan names. Raises KeyError where the catalogue has lost it."""
        if found := self.find(model_id):
            return found
        raise KeyError(f"the catalogue has no model {model_id}")

    def ways(self, model: Model) -> dict[str, Offer]:
        """The routes that lead to a model, in the catalogue's order, each with what it offers there."""
        return {name: route.models[model.id] for name, route in self.routes.items() if model.id in route.models}

    def offer(self, route: str, model_id: str) -> Offer:
        """What a route offers of a model, which a plan names. Raises KeyError where the catalogue has lost it."""
        return self.routes[route].models[model_id]

    def price(self, call: Call) -> Price:
        """What a call is charged by. Raises KeyError where the catalogue has lost its route or model."""
        price, economy = self.offer(call.route, call.model).price, self.routes[call.route].economy
        return price.cut(economy.price, economy.source) if call.economy and economy else price

    def makers(self, size: Tier, ratio: str) -> list[Model]:
        """The models that can make this, in the catalogue's order, those about to retire last."""
        able = [model for model in self.models.values() if model.state != "gone" and model.makes(size, ratio)]
        return sorted(able, key=lambda model: model.state == "retiring")

    def expected(self, model_id: str, size: Tier, ratio: str) -> Pixels:
        """The pixels a model should deliver."""
        return self.pixels[self.model(model_id).pixels].ratios[ratio][size]


def _with_offers(route: dict[str, Any], own: dict[str, dict[str, Any]]) -> dict[str, Any]:
    return {**route, "models": {model: _offer(own[model], said) for model, said in route["models"].items()}}


def _offer(model: dict[str, Any], said: dict[str, Any]) -> dict[str, Any]:
    same: dict[str, Any] = {field: model[field] for field in ("sizes", "ratios", "thinking", "price") if field in model}
    return {"name": model["id"], "thinking": (), **same, **said}


def ids(models: Iterable[Model]) -> str:
    """Models as a sentence names them."""
    return ", ".join(model.id for model in models) or "none"
