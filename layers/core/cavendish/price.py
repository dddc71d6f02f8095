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
    total = (
        usage.text_in * rates.text_in
        + usage.text_out * rates.text_out
        + usage.thought * rates.thought
        + usage.image_out * rates.image_out
    )
    return round(total / 1_000_000, 6)
