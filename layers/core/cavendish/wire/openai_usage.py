"""What an answer in OpenAI's manner says that it cost: tokens by kind, or money.

Fields of images and of chats (openai 2.54.0); gateways use either for both, and fill in zeros (new-api). Money is
OpenRouter's: `cost`, with a key of one's own at the provider (`is_byok`) only its fee.
"""

from typing import Any

from cavendish.money.price import Usage
from cavendish.wire.fields import count, fields, usd


def usage(counts: dict[str, Any], *, only_pictures: bool) -> Usage | None:
    """Tokens by kind. `only_pictures`: the model makes nothing else, so what is not broken down is the picture's."""
    given, given_of = _tokens(counts, "input", "prompt")
    made, made_of = _tokens(counts, "output", "completion")
    image_in = min(given, count(given_of.get("image_tokens")))
    thought = count(made_of.get("reasoning_tokens"))
    image_out = count(made_of.get("image_tokens"))
    if only_pictures and not image_out:
        image_out = max(0, made - thought - count(made_of.get("text_tokens")))
    text_out = max(0, made - thought - image_out)
    usage = Usage(text_in=given - image_in, image_in=image_in, text_out=text_out, thought=thought, image_out=image_out)
    return usage if usage != Usage() else None  # who counted nothing has not counted


def cost(counts: dict[str, Any]) -> float | None:
    """What the provider says that the call cost, in USD."""
    told = usd(counts.get("cost"))
    if told is None or counts.get("is_byok") is not True:
        return told
    upstream = usd(fields(counts.get("cost_details")).get("upstream_inference_cost"))
    return None if upstream is None else told + upstream


def _tokens(counts: dict[str, Any], *kinds: str) -> tuple[int, dict[str, Any]]:
    """How many, and how they are broken down: by the first name that says anything."""
    many = [count(counts.get(f"{kind}_tokens")) for kind in kinds]
    details = [fields(counts.get(f"{kind}_tokens_details")) for kind in kinds]
    return next(filter(None, many), 0), next(filter(None, details), {})
