"""A request for a gpt-image model, read as OpenAI reads it. Source: model-apis.md sections 5.1 and 5.2."""

from typing import Any

from local.model_server.ask import Ask
from local.model_server.models import Model
from local.model_server.openai.faults import refuse
from local.model_server.openai.fields import choice, prompt_of, uploads, whole_number
from local.model_server.openai.tokens import price
from local.model_server.sizes import SCALE, Pixels, parsed, reduced, scaled

FIELDS = {
    *("prompt", "model", "n", "size", "quality", "background", "output_format", "output_compression", "moderation"),
    *("stream", "partial_images", "user"),
}
FOR_EDITS = {"image", "image[]", "mask", "input_fidelity"}
SIZES = ("1024x1024", "1024x1536", "1536x1024", "auto")
MULTIPLE, LONGEST_EDGE, LEAST_PIXELS, MOST_PIXELS, MOST_RATIO = 16, 3840, 655_360, 8_294_400, 3


def read(body: dict[str, Any], model: Model, *, edit: bool) -> Ask:
    for name in sorted(body.keys() - FIELDS - (FOR_EDITS if edit else set())):
        raise refuse(400, f"Unknown parameter: '{name}'.", param=name, code="unknown_parameter")
    prompt, shapes = prompt_of(body), uploads(body)
    if edit and not shapes:
        raise refuse(400, "Missing required parameter: 'image'.", param="image", code="missing_required_parameter")
    quality = choice(body, "quality", model.qualities, "auto") or "auto"
    form = choice(body, "output_format", ("png", "jpeg", "webp"), "png") or "png"
    shape = _shape(body.get("size") or "auto", model)
    said = {"background": _background(body, model, form), "output_format": form, "quality": quality}
    words = max(1, len(prompt) // 4)
    return Ask(
        model=model,
        prompt=prompt,
        size=f"{shape[0]}x{shape[1]}",
        ratio=reduced(shape),
        n=whole_number(body, "n", 1, 10, 1),
        references=len(shapes),
        mime=f"image/{form}",
        quality=_compression(body, form),
        exact=shape,
        usd={
            size: price(model, pixels, quality, words, len(shapes))
            for size, pixels in [(f"{shape[0]}x{shape[1]}", shape), *((tier, scaled(shape, tier)) for tier in SCALE)]
        },
        said={**said, "stream": body.get("stream") is True, "partial": whole_number(body, "partial_images", 0, 3, 0)},
    )


def _background(body: dict[str, Any], model: Model, form: str) -> str:
    background = choice(body, "background", ("transparent", "opaque", "auto"), "auto") or "auto"
    if background == "transparent" and not model.transparent:
        text = "Transparent background is not supported for this model."
        raise refuse(400, text, param="background", code="invalid_value")
    if background == "transparent" and form == "jpeg":
        text = "Transparent background is not supported with output_format 'jpeg'."
        raise refuse(400, text, param="background", code="invalid_value")
    choice(body, "moderation", ("auto", "low"))
    return background


def _compression(body: dict[str, Any], form: str) -> int:
    quality = whole_number(body, "output_compression", 0, 100, 100)
    if form == "png" and quality != 100:
        text = "Compression less than 100 is not supported for PNG output format."
        raise refuse(400, text, param="output_compression", code="invalid_png_output_compression")
    return min(quality, 95)  # above it a JPEG grows and nobody sees why


def _shape(size: Any, model: Model) -> Pixels:
    if size == "auto":
        return 1024, 1024
    if not model.any_size:
        choice({"size": size}, "size", SIZES)
    shape = parsed(size)
    if shape is None:
        raise _wrong_size(size, "Expected WIDTHxHEIGHT or 'auto'.")
    if shape[0] % MULTIPLE or shape[1] % MULTIPLE:
        raise _wrong_size(size, f"Width and height must both be divisible by {MULTIPLE}.")
    if max(shape) > LONGEST_EDGE:
        raise _wrong_size(size, f"The longest edge must be at most {LONGEST_EDGE} pixels.")
    if max(shape) > MOST_RATIO * min(shape):
        raise _wrong_size(size, "The aspect ratio must be between 1:3 and 3:1.")
    if not LEAST_PIXELS <= shape[0] * shape[1] <= MOST_PIXELS:
        raise _wrong_size(size, f"It must have between {LEAST_PIXELS} and {MOST_PIXELS} pixels.")
    return shape


def _wrong_size(size: Any, why: str) -> Exception:
    return refuse(400, f"Invalid size '{size}'. {why}", param="size", code="invalid_value")
