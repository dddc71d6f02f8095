"""A generateContent request, read as Google reads it: either spelling of keys, either base64, and its refusals."""

import re
from dataclasses import dataclass
from typing import Any

from local.model_server.ask import Ask
from local.model_server.google.faults import refuse
from local.model_server.models import Model
from local.model_server.references import UNSEEN, decoded, looked_at
from local.model_server.sizes import SCALE, Pixels, nearest_ratio, table

CONFIG = "generation_config.image_config"
FORMATS = ("image/png", "image/jpeg")
PERSONS = ("ALLOW_ALL", "ALLOW_ADULT", "ALLOW_NONE")
HARMS = ("HARASSMENT", "HATE_SPEECH", "SEXUALLY_EXPLICIT", "DANGEROUS_CONTENT", "CIVIC_INTEGRITY", "JAILBREAK")

IMAGE_HARMS = ("IMAGE_HATE", "IMAGE_HARASSMENT", "IMAGE_DANGEROUS_CONTENT", "IMAGE_SEXUALLY_EXPLICIT")


@dataclass(frozen=True, slots=True)
class Reader:
    """The two surfaces differ in which fields they know."""

    fields: frozenset[str]
    image_harms: bool

    def read(self, body: Any, model: Model) -> Ask:
        body = camel(body)
        turns = body.get("contents") if isinstance(body, dict) else None
        if not isinstance(turns, list) or not turns:
            raise refuse(400, "* GenerateContentRequest.contents: contents is not specified\n")
        config = object_of(body.get("generationConfig"))
        parts = [part for part in list_of(object_of(turns[-1]).get("parts")) if isinstance(part, dict)]
        shapes = [_reference(part["inlineData"], index) for index, part in enumerate(parts) if "inlineData" in part]
        wanted = object_of(config.get("imageConfig")) or object_of(object_of(config.get("responseFormat")).get("image"))
        self._check(wanted, list_of(body.get("safetySettings")))
        seed = config.get("seed")
        return Ask(
            model=model,
            prompt="\n".join(str(part["text"]) for part in parts if "text" in part),
            size=size_of(wanted, model),
            ratio=ratio_of(wanted, model, shapes),
            references=len(shapes),
            words_too=_has_words(config),
            thoughts_too=bool(object_of(config.get("thinkingConfig")).get("includeThoughts")),
            seed=seed if isinstance(seed, int) else None,
            mime=_format(wanted),
        )

    def _check(self, wanted: dict[str, Any], safety: list[Any]) -> None:
        for name in wanted.keys() - self.fields:
            raise refuse(
                400, f"Invalid JSON payload received. Unknown name \"{name}\" at '{CONFIG}': Cannot find field."
            )
        if wanted.get("personGeneration") not in (None, *PERSONS):
            raise refuse(
                400, f"Invalid value at '{CONFIG}.person_generation' (TYPE_ENUM), {wanted['personGeneration']}"
            )
        for index, setting in enumerate(safety):
            category = str(object_of(setting).get("category", "")).removeprefix("HARM_CATEGORY_")
            if category not in (HARMS + IMAGE_HARMS if self.image_harms else HARMS):
                raise refuse(400, f"Invalid value at 'safety_settings[{index}].category' (TYPE_ENUM), {category!r}")


DEVELOPER = Reader(frozenset({"aspectRatio", "imageSize"}), image_harms=False)
VERTEX_FIELDS = {
    "personGeneration",
    "prominentPeople",
    "outputMimeType",
    "outputCompressionQuality",
    "imageOutputOptions",
}
VERTEX = Reader(DEVELOPER.fields | VERTEX_FIELDS, image_harms=True)


def _has_words(config: dict[str, Any]) -> bool:
    return "TEXT" in (str(each).upper() for each in list_of(config.get("responseModalities")) or ["TEXT"])


def _format(wanted: dict[str, Any]) -> str | None:
    mime = object_of(wanted.get("imageOutputOptions")).get("mimeType") or wanted.get("outputMimeType")
    if mime not in (None, *FORMATS):
        raise refuse(400, f"Unsupported output mime type '{mime}'. Supported values are: {', '.join(FORMATS)}.")
    return mime if isinstance(mime, str) else None


def size_of(wanted: dict[str, Any], model: Model) -> str:
    size = wanted.get("imageSize")
    if size is None:
        return "1K"
    if not isinstance(size, str):
        raise refuse(400, f"Invalid value at '{CONFIG}.image_size' (TYPE_STRING), {size}")
    if not model.sized:
        raise refuse(400, f"image_size is not supported by model {model.id}.")
    if size not in SCALE or size not in model.tokens:
        known = ", ".join(model.tokens)
        raise refuse(400, f"Unsupported image_size '{size}' for model {model.id}. Supported values are: {known}.")
    return size


def ratio_of(wanted: dict[str, Any], model: Model, shapes: list[Pixels]) -> str:
    ratio = wanted.get("aspectRatio")
    if ratio is None:
        return nearest_ratio(model, shapes[-1]) if shapes else "1:1"
    if not isinstance(ratio, str) or ratio not in table(model):
        known = ", ".join(table(model))
        raise refuse(400, f"Unsupported aspect_ratio '{ratio}' for model {model.id}. Supported values are: {known}.")
    return ratio


def _reference(inline: Any, index: int) -> Pixels:
    """The shape of a reference image, whose declared type must be its real one."""
    inline = object_of(inline)
    field = f"contents[0].parts[{index}].inline_data.data"
    return reference(str(inline.get("data", "")), str(inline.get("mimeType", "")), field)


def reference(text: str, declared: str, field: str) -> Pixels:
    try:
        data = decoded(text)
    except ValueError:
        raise refuse(400, f"Invalid value at '{field}' (TYPE_BYTES), Base64 decoding failed") from None
    if declared in ("image/heic", "image/heif"):
        return UNSEEN
    try:
        shape, real = looked_at(data)
    except OSError:
        raise refuse(400, "Unable to process input image. Please retry or report in the forum.") from None
    if declared != real:
        raise refuse(400, f"Unhandled generated data mime type: {declared}")
    return shape


def object_of(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def list_of(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


def camel(value: Any) -> Any:
    if isinstance(value, dict):
        return {re.sub(r"(?<=\w)_(\w)", lambda hit: hit[1].upper(), key): camel(each) for key, each in value.items()}
    return [camel(each) for each in value] if isinstance(value, list) else value
