"""The articles' figures, and their ways of counting (articles.toml). They are claims with a row each, not promises."""

import math
import tomllib
from functools import cache
from importlib.resources import files
from typing import Any, Literal, Self

from pydantic import Field, field_validator, model_validator

from cavendish.catalog.model import Family
from cavendish.size import Tier
from cavendish.value import Entry


class Calls(Entry):
    """Row S2.21: how many calls so many pictures take, if a call is repeated until it succeeds."""

    row: str
    model: str
    price_row: str
    success: dict[Tier, float]
    usd: dict[Tier, float]

    def needed(self, pictures: int, size: Tier) -> int:
        """Pictures / success, in whole calls."""
        return math.ceil(round(pictures / self.success[size], 6))


class Repeats(Entry):
    """Row S1.13: what a picture really costs, if each failure is repeated once and paid."""

    row: str
    model: str
    size: Tier
    usd: float
    failure: float

    @property
    def real_usd(self) -> float:
        """Price x (1 + failures), to a tenth of a cent: not price / success."""
        return round(self.usd * (1 + self.failure), 3)


class Volume(Entry):
    """Row S4.08: what many pictures cost, by the range of their price."""

    row: str
    price_row: str
    model: str
    size: Tier
    usd: tuple[float, float]

    def range_usd(self, pictures: int) -> tuple[float, float]:
        low, high = self.usd
        return round(pictures * low, 2), round(pictures * high, 2)


class Lower(Entry):
    """What a smaller size is said to save, as a share."""

    row: str
    of: Literal["time", "money"]
    from_: Tier = Field(alias="from")
    to: Tier
    saves: float
    #: The two prices that the share follows from.
    usd: tuple[float, float] | None = None

    @model_validator(mode="after")
    def _the_share_follows_from_the_prices(self) -> Self:
        if self.usd and round(1 - self.usd[1] / self.usd[0], 2) != self.saves:
            raise ValueError(f"{self.usd[1]} instead of {self.usd[0]} does not save {self.saves}")
        return self


class Articles(Entry):
    """All of it."""

    rows: dict[str, str]
    odds: dict[Family, dict[Tier, str]]
    thinking: dict[str, float]
    calls: tuple[Calls, ...]
    repeats: tuple[Repeats, ...]
    volumes: tuple[Volume, ...]
    lower: tuple[Lower, ...]

    @field_validator("thinking", mode="before")
    @classmethod
    def _without_its_row(cls, thinking: dict[str, Any]) -> dict[str, Any]:
        return {level: seconds for level, seconds in thinking.items() if level != "row"}

    @model_validator(mode="after")
    def _each_row_is_known(self) -> Self:
        counted = [row for one in self.calls for row in (one.row, one.price_row)]
        counted += [row for one in self.volumes for row in (one.row, one.price_row)]
        said = [one.row for one in self.repeats] + [one.row for one in self.lower]
        believed = [row for sizes in self.odds.values() for row in sizes.values()]
        named = {*counted, *said, *believed}
        if unknown := named - set(self.rows):
            raise ValueError(f"there is no row {', '.join(sorted(unknown))}")
        return self

    def cited(self, row: str) -> str:
        """A row as a sentence has it: "S2.13: Pro succeeds ..."."""
        return f"{row}: {self.rows[row]}"

    def odds_source(self, family: Family, size: Tier) -> str:
        return self.cited(self.odds[family][size])

    def thinking_s(self, level: str | None) -> float:
        """How much longer it takes to think so hard, in seconds."""
        return self.thinking[level] if level else 0.0


@cache
def articles() -> Articles:
    """The figures that are shipped, read once."""
    return Articles.model_validate(
        tomllib.loads(files("cavendish.advice").joinpath("articles.toml").read_text("utf-8"))
    )
