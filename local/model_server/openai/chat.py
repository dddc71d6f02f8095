"""Chat Completions with pictures: OpenRouter's way and APIYI's. Source: model-apis.md sections 3.3 and 5.5."""

from typing import Any

from local.model_server import openrouter_faults
from local.model_server.ask import Ask
from local.model_server.dialect import Dialect, Incoming
from local.model_server.google.request import object_of
from local.model_server.models import sold_by_gateways
from local.model_server.openai import chat_answer, faults
from local.model_server.openai.faults import refuse
from local.model_server.openai.fields import choice, invalid
from local.model_server.openai.look_alike import gateway_price
from local.model_server.references import shape_of
from local.model_server.sizes import SCALE, Pixels, nearest_ratio, table


def _read(incoming: Incoming) -> Ask:
    body = incoming.fields
    model = sold_by_gateways().get(str(body.get("model")))
    if model is None:
        raise faults.no_model(body.get("model"))
    prompt, shapes = _last_turn(body.get("messages"))
    config = _config(body)
    tiers = [size for size in SCALE if size in model.tokens]
    size = config.get("image_size", "1K")
    if size not in tiers:
        raise invalid("image_config.image_size" if "image_config" in body else "image_resolution", size, tiers)
    openrouter = "modalities" in body or "image_config" in body
    ratio = choice(config, "aspect_ratio", table(model))
    if body.get("stream"):
        raise refuse(400, "Streaming is not served here.", param="stream", code="unsupported_value")
    return Ask(
        model=model,
        prompt=prompt,
        size=size,
        ratio=ratio or (nearest_ratio(model, shapes[-1]) if shapes else "1:1"),
        references=len(shapes),
        seed=body["seed"] if isinstance(body.get("seed"), int) else None,
        usd=None if openrouter else gateway_price(model),
        blank_billed=not openrouter,
        said={"shape": "url" if openrouter else "markdown", "inline": True, "cost": openrouter},
    )


def _config(body: dict[str, Any]) -> dict[str, Any]:
    """Sizes and ratios, wherever a gateway wants them: `extra_body` is merged into the body by the SDK."""
    google = object_of(body.get("google")) or object_of(object_of(body.get("extra_body")).get("google"))
    config = body.get("image_config") or google.get("image_config") or {}
    if not isinstance(config, dict):
        text = "Invalid type for 'image_config': expected an object."
        raise refuse(400, text, param="image_config", code="invalid_type")
    config = dict(config)
    if "image_resolution" in body:
        config["image_size"] = body["image_resolution"]
    if "aspect_ratio" in body:
        config["aspect_ratio"] = body["aspect_ratio"]
    return config


def _last_turn(messages: Any) -> tuple[str, list[Pixels]]:
    turns = [each for each in messages if isinstance(each, dict)] if isinstance(messages, list) else []
    asked = [turn for turn in turns if turn.get("role") == "user"]
    if not asked:
        text = "Missing required parameter: 'messages'."
        raise refuse(400, text, param="messages", code="missing_required_parameter")
    content = asked[-1].get("content")
    parts = content if isinstance(content, list) else [{"type": "text", "text": content}]
    known = [part for part in parts if isinstance(part, dict)]
    words = "\n".join(str(part.get("text", "")) for part in known if part.get("type") == "text")
    return words, [_shape(part) for part in known if part.get("type") == "image_url"]


def _shape(part: dict[str, Any]) -> Pixels:
    image = part.get("image_url")
    try:
        return shape_of(str(image.get("url") if isinstance(image, dict) else image))
    except (OSError, ValueError):
        raise refuse(400, "Invalid image_url.", param="messages", code="invalid_image_url") from None


CHAT = Dialect(
    name="openai-chat",
    check_key=faults.check_key,
    unreadable=faults.unreadable,
    read=_read,
    write=chat_answer.write,
    fail=faults.scripted,
)
OPENROUTER_CHAT = Dialect(
    name="openrouter-chat",
    check_key=openrouter_faults.check_key,
    unreadable=openrouter_faults.unreadable,
    read=_read,
    write=chat_answer.write,
    fail=openrouter_faults.scripted,
)
