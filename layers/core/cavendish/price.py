"""What an attempt costs, in USD, from the provider's own count of tokens, or by the size where it counted none."""

from cavendish.catalog import Model
from cavendish.size import Tier
from cavendish.value import Value


class Usage(Value):
    """The tokens of one answer, by kind."""

    text_in: int = 0
    text_out: int = 0
    thought: int = 0
    image_out: int = 0


def cost(model: Model, size: Tier, usage: Usage | None) -> float:
    """The price of an answer in USD, to a millionth. Without usage: the list price of one picture of this size."""
    if usage is None:
        return model.price.image[size]
    rates = model.price.per_million
    tokens: dict[str, int] = usage.model_dump()
    return round(sum(tokens[kind] * rate for kind, rate in rates.items()) / 1_000_000, 6)
