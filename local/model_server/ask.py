"""A generateContent request, read as Google reads it: either spelling of keys, either base64, and its refusals."""

import base64
import io
import re
from dataclasses import dataclass
from typing import Any

from PIL import Image

from local.model_server.faults import Fault
from local.model_server.models import Model
from local.model_server.sizes import SCALE, Pixels, nearest_ratio, pixels, table

CONFIG = "generation_config.image_config"


@dataclass(frozen=True, slots=True, kw_only=True)
class Ask:
    model: Model
    prompt: str  # the words of the last turn
    size: str
    ratio: str
    references: int
    words_too: bool  # the answer may have text beside the picture
    thoughts_too: bool
    seed: int | None

    def pixels(self, size: str | None = None) -> Pixels:
        return pixels(self.model, self.ratio, size or self.size)


def read(body: Any, model: Model) -> Ask:
    body = _camel(body)
    turns = body.get("contents") if isinstance(body, dict) else None
    if not isinstance(turns, list) or not turns:
        raise Fault(400, "* GenerateContentRequest.contents: contents is not specified\n")
    config = _object(body.get("generationConfig"))
    parts = [part for part in _object(turns[-1]).get("parts") or [] if isinstance(part, dict)]
    shapes = [_reference(part["inlineData"], index) for index, part in enumerate(parts) if "inlineData" in part]
    wanted = _object(config.get("imageConfig")) or _object(_object(config.get("responseFormat")).get("image"))
    seed = config.get("seed")
    return Ask(
        model=model,
        prompt="\n".join(str(part["text"]) for part in parts if "text" in part),
        size=_size(wanted, model),
        ratio=_ratio(wanted, model, shapes),
        references=len(shapes),
        words_too=_has_words(config),
        thoughts_too=bool(_object(config.get("thinkingConfig")).get("includeThoughts")),
        seed=seed if isinstance(seed, int) else None,
    )


def _has_words(config: dict[str, Any]) -> bool:
    return "TEXT" in (str(each).upper() for each in config.get("responseModalities") or ["TEXT"])


def _size(wanted: dict[str, Any], model: Model) -> str:
    for name in wanted.keys() - {"aspectRatio", "imageSize"}:
        raise Fault(400, f"Invalid JSON payload received. Unknown name \"{name}\" at '{CONFIG}': Cannot find field.")
    size = wanted.get("imageSize")
    if size is None:
        return "1K"
    if not isinstance(size, str):
        raise Fault(400, f"Invalid value at '{CONFIG}.image_size' (TYPE_STRING), {size}")
    if not model.sized:
        raise Fault(400, f"image_size is not supported by model {model.id}.")
    if size not in SCALE or size not in model.tokens:
        known = ", ".join(model.tokens)
        raise Fault(400, f"Unsupported image_size '{size}' for model {model.id}. Supported values are: {known}.")
    return size


def _ratio(wanted: dict[str, Any], model: Model, shapes: list[Pixels]) -> str:
    ratio = wanted.get("aspectRatio")
    if ratio is None:
        return nearest_ratio(model, shapes[-1]) if shapes else "1:1"
    if ratio not in table(model):
        known = ", ".join(table(model))
        raise Fault(400, f"Unsupported aspect_ratio '{ratio}' for model {model.id}. Supported values are: {known}.")
    return str(ratio)


def _reference(inline: Any, index: int) -> Pixels:
    """The shape of a reference image, whose declared type must be its real one."""
    field = f"contents[0].parts[{index}].inline_data.data"
    inline = _object(inline)
    data, declared = _decoded(str(inline.get("data", "")), field), str(inline.get("mimeType", ""))
    if declared in ("image/heic", "image/heif"):  # Pillow cannot look into these
        return 1, 1
    try:
        image = Image.open(io.BytesIO(data))
    except OSError:
        raise Fault(400, "Unable to process input image. Please retry or report in the forum.") from None
    if declared != Image.MIME.get(image.format or ""):
        raise Fault(400, f"Unhandled generated data mime type: {declared}")
    return image.size


def _decoded(text: str, field: str) -> bytes:
    try:
        padded = text.rstrip("=") + "=" * (-len(text.rstrip("=")) % 4)
        return base64.b64decode(padded.replace("-", "+").replace("_", "/"), validate=True)
    except ValueError:
        raise Fault(400, f"Invalid value at '{field}' (TYPE_BYTES), Base64 decoding failed") from None


def _object(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _camel(value: Any) -> Any:
    if isinstance(value, dict):
        return {re.sub(r"(?<=\w)_(\w)", lambda hit: hit[1].upper(), key): _camel(each) for key, each in value.items()}
    return [_camel(each) for each in value] if isinstance(value, list) else value
