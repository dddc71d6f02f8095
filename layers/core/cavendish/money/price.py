"""What things cost, in USD: prices as the catalogue has them, and an attempt's cost by what its provider counted."""

import math
from datetime import date
from typing import Any, Final, Literal, NamedTuple, Self

from pydantic import model_validator

from cavendish.money.money import micros_up
from cavendish.size import Tier
from cavendish.value import Entry, Value

#: What an answer may hold of thoughts and words, in tokens. The most that was seen is 675 thought and 80 said of Nano
#: Banana 2.1, and 337 and 340 of Pro (model-apis 4.2, field 2.6): this is almost three times as many.
WORDS_OUT: Final = 2_048
#: What costs so many times a picture's list price was miscounted: 32,000 characters of prompt, all of them of four
#: bytes, are 5.7 times that of the cheapest picture that is paid for by the token at 1.50 USD per million.
ABSURD: Final = 10
#: So was a picture for less than this share of the list price of its model's smallest. The least that can be is 2.1 %:
#: 86 tokens of GPT Image 2 at low quality, for 1584x672, at 30 USD per million of 0.125 USD (OpenAI's formula as found
#: out in community.openai.com, thread 1382699, read 2026-11-20). Of GPT Image 1.5 it is 4.4 %: 272 tokens of 6,250.
TOO_LITTLE: Final = 0.02
#: List prices are rounded from their tokens, by less than this factor.
_ROUNDED: Final = 1.05


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
    #: When it was read: a price that changes is a new row with a new day.
    as_of: date
    #: USD for one picture of each size; what counts where no tokens are counted.
    image: dict[Tier, float]
    #: None: a call costs what its picture costs, however many tokens the provider counts.
    per_million: PerMillion | None = None
    #: For one picture of each size, where the provider charges credits; `image` follows from them.
    credits: dict[Tier, float] | None = None
    usd_per_credit: float | None = None

    def cut(self, factor: float, source: str) -> Self:
        """What is paid where only this part of it is asked for."""
        rates = self.per_million and {kind: usd * factor for kind, usd in self.per_million}
        changes: dict[str, Any] = {
            "source": source,
            "image": {size: usd * factor for size, usd in self.image.items()},
            "per_million": PerMillion(**rates) if rates else None,
        }
        return self.model_copy(update=changes)

    @model_validator(mode="before")
    @classmethod
    def _credits_are_money(cls, row: dict[str, Any]) -> dict[str, Any]:
        if "credits" not in row or "image" in row:
            return row
        return {**row, "image": {size: n * row["usd_per_credit"] for size, n in row["credits"].items()}}

    @model_validator(mode="after")
    def _nothing_is_free(self) -> Self:
        prices: list[tuple[str, float]] = [*self.image.items(), *(self.per_million or ())]
        if free := [what for what, usd in prices if not 0 < usd < math.inf]:
            raise ValueError(f"the price of {free[0]} must be a number above nothing")
        return self


class Usage(Value):
    """The tokens of one answer, by kind."""

    text_in: int = 0
    image_in: int = 0
    text_out: int = 0
    thought: int = 0
    image_out: int = 0


class Priced(Value):
    """By which row of the catalogue a cost was found, and how."""

    #: By the provider's count of tokens, its own word on the cost, or for want of both by the list price.
    by: Literal["usage", "provider", "list"]
    source: str
    as_of: date


class Cost(NamedTuple):
    """A cost in USD, how it was found, and what was odd about what the provider said of it."""

    usd: float
    priced: Priced
    odd: str = ""


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


def at_list(price: Price, size: Tier) -> Cost:
    """What a picture costs where nothing is counted."""
    return Cost(cost(price, size, None), _priced(price, "list"))


def price_of(
    price: Price,
    size: Tier,
    usage: Usage | None,
    told_usd: float | None,
    *,
    held: int | None = None,
    pictured: bool = False,
) -> Cost:
    """What an answer that is billed costs: by its provider's word, else its count, if that can be; else the list.

    `held` is what was set aside for the call, in millionths of a dollar: more words than that were miscounted. A larger
    picture than was asked for is charged as it is, and so is a smaller one. `pictured`: the answer has a picture, which
    words cannot have cost: of a count only its own tokens are held to what a picture costs at least.
    """
    listed = at_list(price, size)
    least = TOO_LITTLE * min(price.image.values()) if pictured else 0.0
    most = ABSURD * listed.usd
    if told_usd is not None:
        told = round(told_usd, 6)
        sane = max(told, 0.0) and least <= told <= most
        return Cost(told, _priced(price, "provider")) if sane else listed._replace(odd="usage:cost")
    if price.per_million is None:
        return listed
    if usage is None:
        return listed._replace(odd="usage:missing")
    counted = cost(price, size, usage)
    likely = counted and least <= _of_picture(price, size, usage) and counted <= most
    sane = likely and (held is None or _fits(price, size, usage, held))
    return Cost(counted, _priced(price, "usage")) if sane else listed._replace(odd="usage:tokens")


def _fits(price: Price, size: Tier, usage: Usage, held: int) -> bool:
    """Whether there are no more words than were set aside, nor more of a picture than the largest one has."""
    words = cost(price, size, usage.model_copy(update={"image_out": 0}))
    picture = _of_picture(price, size, usage)
    return micros_up(words) <= held - micros_up(price.image[size]) and picture <= max(price.image.values()) * _ROUNDED


def _of_picture(price: Price, size: Tier, usage: Usage) -> float:
    """What the picture alone cost, by its own tokens."""
    return cost(price, size, Usage(image_out=usage.image_out))


def worst(price: Price, size: Tier, prompt: str) -> int:
    """The most that a call can cost, in millionths of a dollar: what is set aside for it before it is made.

    A token is at least one byte of the prompt; a picture's own tokens are in its list price.
    """
    words = 0.0
    if rates := price.per_million:
        words = len(prompt.encode()) * rates.text_in + WORDS_OUT * max(rates.text_out, rates.thought)
    return micros_up(price.image[size] + words / 1_000_000)


def _priced(price: Price, by: Literal["usage", "provider", "list"]) -> Priced:
    return Priced(by=by, source=price.source, as_of=price.as_of)
