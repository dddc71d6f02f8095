"""The catalogue: which models exist, what each can do and costs, and the routes that lead to them (catalog.toml)."""

import tomllib
from collections.abc import Iterable, Iterator
from functools import cache
from importlib.resources import files
from typing import Any, Literal, Self

from pydantic import ConfigDict, Field, model_validator

from cavendish.size import Tier
from cavendish.thinking import Level, nearest
from cavendish.value import Value


class Entry(Value):
    """An entry of the catalogue; a field nobody knows is a mistake in the data."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Pixels(Entry):
    """What one size means at one ratio."""

    width: int
    height: int


class PerMillion(Entry):
    """The price of a million tokens of each kind."""

    text_in: float
    text_out: float
    thought: float
    image_out: float


class Price(Entry):
    """What a model costs in USD: by a million tokens of each kind, and for one picture of each size."""

    source: str
    per_million: PerMillion
    image: dict[Tier, float]


class Model(Entry):
    """One model, what it can do, and where it is in its life."""

    id: str
    name: str
    aliases: tuple[str, ...] = ()
    family: Literal["pro", "flash"]
    state: Literal["live", "retiring", "gone"]
    successor: str | None = None
    source: str
    routes: tuple[str, ...] = Field(min_length=1)
    pixels: str
    sizes: tuple[Tier, ...] = Field(min_length=1)
    ratios: tuple[str, ...] = Field(min_length=1)
    thinking: tuple[Level, ...] = ()
    references: int = 0
    #: False: the model has one size and refuses a request that names it.
    names_size: bool = True
    price: Price

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(name.lower() for name in (self.id, *self.aliases))

    def makes(self, size: Tier, ratio: str) -> bool:
        return size in self.sizes and ratio in self.ratios

    def level(self, wished: Level | None) -> Level | None:
        """What to ask of this model for a wish: the nearest level that it has, nothing if it has none."""
        return nearest(wished, self.thinking) if wished else None

    @model_validator(mode="after")
    def _each_size_has_a_price(self) -> Self:
        if missing := set(self.sizes) - set(self.price.image):
            raise ValueError(f"model {self.id} has no price for {', '.join(sorted(missing))}")
        return self


class Route(Entry):
    """A way to models: whose dialect is spoken, and where."""

    dialect: Literal["gemini"]
    base_url: str
    source: str


class PixelTable(Entry):
    """What each size means at each ratio, for a family of models."""

    source: str
    ratios: dict[str, dict[Tier, Pixels]]

    @model_validator(mode="before")
    @classmethod
    def _read(cls, rows: dict[str, Any]) -> dict[str, Any]:
        """Each key but `source` is a ratio, and each size a pair such as "1024x1024"."""
        tables = {ratio: _sizes(sizes) for ratio, sizes in rows.items() if ratio != "source"}
        return {"source": rows.get("source"), "ratios": tables}


class Catalog(Entry):
    """All of it. Raises ValueError with the entry's name where the data contradict themselves."""

    sources: dict[str, str]
    routes: dict[str, Route]
    pixels: dict[str, PixelTable]
    models: dict[str, Model]

    @model_validator(mode="after")
    def _holds_together(self) -> Self:
        names = [name for model in self.models.values() for name in model.names]
        if doubled := {name for name in names if names.count(name) > 1}:
            raise ValueError(f"two models are called {', '.join(sorted(doubled))}")
        for name, source in self._named_sources():
            if source not in self.sources:
                raise ValueError(f"{name} names an unknown source: {source}")
        for model in self.models.values():
            self._check(model)
        return self

    def _named_sources(self) -> Iterator[tuple[str, str]]:
        yield from ((name, route.source) for name, route in self.routes.items())
        yield from ((name, table.source) for name, table in self.pixels.items())
        for model in self.models.values():
            yield from ((model.id, source) for source in (model.source, model.price.source))

    def _check(self, model: Model) -> None:
        if unknown := set(model.routes) - set(self.routes):
            raise ValueError(f"model {model.id} names unknown routes: {', '.join(sorted(unknown))}")
        if model.successor is not None and self.find(model.successor) is None:
            raise ValueError(f"model {model.id} names an unknown successor: {model.successor}")
        table = self.pixels[model.pixels].ratios if model.pixels in self.pixels else {}
        if gaps := [(r, s) for r in model.ratios for s in model.sizes if s not in table.get(r, {})]:
            raise ValueError(f"model {model.id} has no pixels for {gaps[0][0]} at {gaps[0][1]}")

    def find(self, name: str) -> Model | None:
        """The model with this id or alias, in capitals or not, whether it is about to retire or gone."""
        return next((model for model in self.models.values() if name.lower() in model.names), None)

    def model(self, model_id: str) -> Model:
        """The model with this id, which a plan names. Raises KeyError where the catalogue has lost it."""
        if found := self.find(model_id):
            return found
        raise KeyError(f"the catalogue has no model {model_id}")

    def makers(self, size: Tier, ratio: str) -> list[Model]:
        """The models that can make this, in the catalogue's order, those about to retire last."""
        able = [model for model in self.models.values() if model.state != "gone" and model.makes(size, ratio)]
        return sorted(able, key=lambda model: model.state == "retiring")

    def expected(self, model_id: str, size: Tier, ratio: str) -> Pixels:
        """The pixels a model should deliver."""
        return self.pixels[self.model(model_id).pixels].ratios[ratio][size]


def ids(models: Iterable[Model]) -> str:
    """Models as a sentence names them."""
    return ", ".join(model.id for model in models) or "none"


@cache
def catalog() -> Catalog:
    """The catalogue that is shipped, read once."""
    return Catalog.model_validate(tomllib.loads(files("cavendish").joinpath("catalog.toml").read_text("utf-8")))


def _sizes(sizes: dict[str, str]) -> dict[str, dict[str, int]]:
    return {
        size: dict(zip(("width", "height"), map(int, pixels.split("x")), strict=True)) for size, pixels in sizes.items()
    }
