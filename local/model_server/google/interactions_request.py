"""A request to the Interactions API, read as Google reads it. Source: model-apis.md section 1.8."""

from typing import Any

from local.model_server.ask import Ask
from local.model_server.dialect import Incoming
from local.model_server.google.faults import refuse
from local.model_server.google.request import camel, object_of, ratio_of, reference, size_of
from local.model_server.models import models
from local.model_server.references import UNSEEN
from local.model_server.sizes import Pixels

FIELDS = frozenset({"type", "aspect_ratio", "image_size", "mime_type", "delivery"})


def read(incoming: Incoming) -> Ask:
    body = incoming.fields
    name = str(body.get("model") or "").removeprefix("models/")
    if not name:
        raise refuse(400, "Request must contain either a model or an agent.")
    if name not in models():
        raise refuse(404, f"Model {name} was not found or is not supported by the Interactions API.")
    model = models()[name]
    prompt, shapes = _input(body.get("input"))
    form, config = _form(body), object_of(body.get("generation_config"))
    seed = config.get("seed")
    return Ask(
        model=model,
        prompt=prompt,
        size=size_of(camel(form), model),
        ratio=ratio_of(camel(form), model, shapes),
        references=len(shapes),
        words_too=False,
        thoughts_too=config.get("thinking_summaries") == "auto",
        seed=seed if isinstance(seed, int) else None,
        mime=form.get("mime_type"),
        said={"uri": form.get("delivery") == "uri", "stream": body.get("stream") is True},
    )


def _form(body: dict[str, Any]) -> dict[str, Any]:
    """Its response_format for images: alone, or in a list; the deprecated image_config is still understood."""
    given = body.get("response_format")
    forms = [object_of(each) for each in (given if isinstance(given, list) else [given])]
    form = next((each for each in forms if each.get("type") == "image"), None)
    if form is None:
        return object_of(object_of(body.get("generation_config")).get("image_config"))
    for name in form.keys() - FIELDS:
        raise refuse(
            400, f"Invalid JSON payload received. Unknown name \"{name}\" at 'response_format': Cannot find field."
        )
    if form.get("mime_type") not in (None, "image/jpeg"):
        raise refuse(400, f"Unsupported mime_type '{form['mime_type']}'. Supported values are: image/jpeg.")
    if form.get("delivery") not in (None, "inline", "uri"):
        raise refuse(400, f"Unsupported delivery '{form['delivery']}'. Supported values are: inline, uri.")
    return form


def _input(given: Any) -> tuple[str, list[Pixels]]:
    """A string, blocks of content, or turns of them; of the turns the last is read."""
    if isinstance(given, str) and given:
        return given, []
    blocks = [given] if isinstance(given, dict) else given if isinstance(given, list) else []
    if blocks and isinstance(blocks[-1], dict) and isinstance(blocks[-1].get("content"), list | str):
        return _input(blocks[-1]["content"])
    if not blocks:
        raise refuse(400, "Request must contain an input.")
    blocks = [object_of(block) for block in blocks]
    words = "\n".join(str(block["text"]) for block in blocks if block.get("type", "text") == "text" and "text" in block)
    return words, [_shape(block, index) for index, block in enumerate(blocks) if block.get("type") == "image"]


def _shape(block: dict[str, Any], index: int) -> Pixels:
    if "data" not in block:
        return UNSEEN
    return reference(str(block["data"]), str(block.get("mime_type", "")), f"input[{index}].data")
