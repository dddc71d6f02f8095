"""Fields of a request to OpenAI or a gateway, checked one by one, with OpenAI's refusals."""

from collections.abc import Collection
from typing import Any

from local.model_server.dialect import Upload
from local.model_server.openai.faults import refuse
from local.model_server.references import looked_at, shape_of
from local.model_server.sizes import Pixels

LONGEST_PROMPT = 32_000


def prompt_of(body: dict[str, Any]) -> str:
    prompt = body.get("prompt")
    if prompt is None:
        raise refuse(400, "Missing required parameter: 'prompt'.", param="prompt", code="missing_required_parameter")
    if not isinstance(prompt, str):
        raise wrong_type("prompt", "a string")
    if len(prompt) > LONGEST_PROMPT:
        text = f"Invalid 'prompt': string too long. Expected a string with maximum length {LONGEST_PROMPT}."
        raise refuse(400, text, param="prompt", code="string_above_max_length")
    return prompt


def choice(body: dict[str, Any], name: str, known: Collection[str], default: str | None = None) -> str | None:
    value = body.get(name, default)
    if value is None:
        return None
    if not isinstance(value, str) or value not in known:
        raise invalid(name, value, known)
    return value


def whole_number(body: dict[str, Any], name: str, least: int, most: int, default: int) -> int:
    """Forms have numbers as text."""
    value = body.get(name)
    if value is None:
        return default
    if isinstance(value, str) and value.isdecimal():
        value = int(value)
    if not isinstance(value, int) or isinstance(value, bool):
        raise wrong_type(name, "an integer")
    if not least <= value <= most:
        text = f"Invalid '{name}': integer out of range. Expected a value between {least} and {most}, but got {value}."
        raise refuse(400, text, param=name, code="integer_out_of_range")
    return value


def uploads(body: dict[str, Any]) -> list[Pixels]:
    """The shapes of `image` or `image[]`: files of a form, or data URLs in JSON."""
    given = body.get("image[]", body.get("image"))
    return [_shape(each) for each in (given if isinstance(given, list) else [] if given is None else [given])]


def _shape(given: Any) -> Pixels:
    try:
        return looked_at(given.data)[0] if isinstance(given, Upload) else shape_of(str(given))
    except (OSError, ValueError):
        text = "Invalid image file or mode for image, please check your image file."
        raise refuse(400, text, kind="image_generation_user_error", param="image", code="invalid_image_file") from None


def invalid(name: str, value: Any, known: Collection[str]) -> Exception:
    options = ", ".join(f"'{each}'" for each in known)
    text = f"Invalid value: '{value}'. Supported values are: {options}."
    return refuse(400, text, param=name, code="invalid_value")


def wrong_type(name: str, expected: str) -> Exception:
    return refuse(400, f"Invalid type for '{name}': expected {expected}.", param=name, code="invalid_type")
