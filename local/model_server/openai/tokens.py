"""How many tokens a picture of OpenAI's has, and what they cost.

The numbers at three sizes are those OpenAI published for gpt-image-1. No source has a table for its successors or for
free sizes: they are taken in proportion to the area. xhigh and max are guesses.
"""

from local.model_server.models import Model
from local.model_server.sizes import Pixels

KNOWN: dict[str, dict[Pixels, int]] = {
    "low": {(1024, 1024): 272, (1024, 1536): 408, (1536, 1024): 400},
    "medium": {(1024, 1024): 1056, (1024, 1536): 1584, (1536, 1024): 1568},
    "high": {(1024, 1024): 4160, (1024, 1536): 6240, (1536, 1024): 6208},
}
BEYOND = {"xhigh": 1.5, "max": 2.0}
AUTO = "medium"  # what a model makes of "auto" is its own affair: not sourced
REFERENCE = 323  # of one input image at low fidelity; not sourced for these models


def output_tokens(shape: Pixels, quality: str) -> int:
    if quality in BEYOND:
        return round(BEYOND[quality] * output_tokens(shape, "high"))
    known = KNOWN[AUTO if quality == "auto" else quality]
    return known.get(shape) or round(known[1024, 1024] * shape[0] * shape[1] / 1024**2)


def price(model: Model, shape: Pixels, quality: str, words: int, references: int) -> float:
    """Of one picture, in USD."""
    per = model.usd_per_million
    spent = words * per["text_in"] + references * REFERENCE * per["image_in"]
    return (spent + output_tokens(shape, quality) * per["image_out"]) / 1e6
