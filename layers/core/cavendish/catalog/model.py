"""A model: what it can do, what it costs, how long it takes, and where it is in its life."""

from datetime import date
from typing import Literal, Self

from pydantic import Field, model_validator

from cavendish.catalog.times import Times
from cavendish.money.price import Price
from cavendish.size import Tier
from cavendish.thinking import Level
from cavendish.value import Entry

#: Models of one family often fail together, and are waited for alike.
Family = Literal["pro", "flash", "gpt"]


class Model(Entry):
    """One model, what it can do, and where it is in its life."""

    id: str
    name: str
    aliases: tuple[str, ...] = ()
    family: Family
    state: Literal["live", "retiring", "gone"]
    successor: str | None = None
    #: From when on its provider may shut it down, as it was announced.
    retires: date | None = None
    source: str
    pixels: str
    sizes: tuple[Tier, ...] = Field(min_length=1)
    ratios: tuple[str, ...] = Field(min_length=1)
    thinking: tuple[Level, ...] = ()
    references: int = 0
    #: False: the model has one size and refuses a request that names it.
    names_size: bool = True
    price: Price
    #: By size; what is measured takes their place (health.py).
    times: dict[Tier, Times]

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(name.lower() for name in (self.id, *self.aliases))

    def makes(self, size: Tier, ratio: str) -> bool:
        return size in self.sizes and ratio in self.ratios

    @model_validator(mode="after")
    def _each_size_has_a_price(self) -> Self:
        if missing := set(self.sizes) - set(self.price.image):
            raise ValueError(f"model {self.id} has no price for {', '.join(sorted(missing))}")
        return self

    @model_validator(mode="after")
    def _each_size_has_times(self) -> Self:
        if missing := set(self.sizes) - set(self.times):
            raise ValueError(f"model {self.id} has no times for {', '.join(sorted(missing))}")
        return self
