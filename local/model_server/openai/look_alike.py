"""A request for a Nano Banana model at a gateway that looks like OpenAI: what it takes, and what it makes of it.

Such gateways differ, and few say how they read `size`. This one takes a tier, a ratio or pixels; pixels become the
nearest tier and ratio. What it does not know (`grid`, `user`) it ignores, as they do.
"""

from typing import Any

from local.model_server.ask import Ask
from local.model_server.models import Model
from local.model_server.openai.fields import choice, invalid, prompt_of, uploads, whole_number
from local.model_server.sizes import SCALE, Pixels, nearest_ratio, nearest_size, parsed, table

LEVELS = ("minimal", "low", "medium", "high")
FORMATS = ("png", "jpeg", "webp")


def read(body: dict[str, Any], model: Model) -> Ask:
    shapes = uploads(body)
    size, ratio = size_and_ratio(body, model, shapes)
    form = choice(body, "output_format", FORMATS)
    choice(body, "thinking_level", LEVELS)
    return Ask(
        model=model,
        prompt=prompt_of(body),
        size=size,
        ratio=ratio,
        n=whole_number(body, "n", 1, 10, 1),
        references=len(shapes),
        mime=f"image/{form}" if form else None,
        usd=gateway_price(model),
        blank_billed=True,
        said={"url": choice(body, "response_format", ("b64_json", "url"), "b64_json") == "url"},
    )


def gateway_price(model: Model) -> dict[str, float] | None:
    """A price per call, the same at every size; None where none is known: then it is Google's."""
    return None if model.per_call_usd is None else dict.fromkeys(SCALE, model.per_call_usd)


def size_and_ratio(body: dict[str, Any], model: Model, shapes: list[Pixels]) -> tuple[str, str]:
    given = body.get("size")
    followed = nearest_ratio(model, shapes[-1]) if shapes else "1:1"
    size = choice(body, "resolution", _tiers(model)) or choice(body, "image_size", _tiers(model)) or "1K"
    ratio = choice(body, "aspect_ratio", table(model)) or followed
    if given in (None, "auto"):
        return size, ratio
    if isinstance(given, str) and given in table(model):
        return size, given
    if shape := parsed(given):
        size, ratio = nearest_size(shape), nearest_ratio(model, shape)
    else:
        size = str(given)
    if size not in _tiers(model):
        raise invalid("size", given, _tiers(model))
    return size, ratio


def _tiers(model: Model) -> tuple[str, ...]:
    return tuple(size for size in SCALE if size in model.tokens)
