"""What things cost, in USD: prices as the catalogue has them, and an attempt's cost by what its provider counted."""

from typing import Any, Self

from pydantic import model_validator

from cavendish.size import Tier
from cavendish.value import Entry, Value


class PerMillion(Entry):
    """The price of a million tokens of each kind."""

    text_in: float
    image_in: float
    text_out: float
    thought: float
    image_out: float


class Price(Entry):
    """A price with its source: by the token where the provider charges so, else by the picture or in credits."""

    source: str
    #: USD for one picture of each size; what counts where no tokens are counted.
    image: dict[Tier, float]
    #: None: a call costs what its picture costs, however many tokens the provider counts.
    per_million: PerMillion | None = None
    #: For one picture of each size, where the provider charges credits; `image` follows from them.
    credits: dict[Tier, float] | None = None
    usd_per_credit: float | None = None

    @model_validator(mode="before")
    @classmethod
    def _credits_are_money(cls, row: dict[str, Any]) -> dict[str, Any]:
        if "credits" not in row or "image" in row:
            return row
        return {**row, "image": {size: n * row["usd_per_credit"] for size, n in row["credits"].items()}}

    @model_validator(mode="after")
    def _nothing_is_free(self) -> Self:
        if free := [size for size, usd in self.image.items() if usd <= 0]:
            raise ValueError(f"the price of {free[0]} must be more than nothing")
        return self


class Usage(Value):
    """The tokens of one answer, by kind."""

    text_in: int = 0
    image_in: int = 0
    text_out: int = 0
    thought: int = 0
    image_out: int = 0


def cost(price: Price, size: Tier, usage: Usage | None) -> float:
    """The price of an answer in USD, to a millionth. Without usage: the list price of one picture of this size."""
    rates = price.per_million
    if usage is None or rates is None:
        return round(price.image[size], 6)
    total = (
        usage.text_in * rates.text_in
        + usage.image_in * rates.image_in
        + usage.text_out * rates.text_out
        + usage.thought * rates.thought
        + usage.image_out * rates.image_out
    )
    return round(total / 1_000_000, 6)
