"""OpenAI's Images API, and its look-alikes. Source: model-apis.md sections 5.1 to 5.3."""

import json
import time
from typing import Any

from local.model_server.ask import Ask
from local.model_server.dialect import Dialect, Incoming, Made, Reply, as_json, bent, data_url
from local.model_server.google.answer import EXCUSE
from local.model_server.google.usage import counted
from local.model_server.models import GPT, models, sold_by_gateways
from local.model_server.openai import faults, gpt_request, look_alike
from local.model_server.openai.tokens import REFERENCE, output_tokens
from local.model_server.studio import Shot

JsonObject = dict[str, Any]


def _read(incoming: Incoming) -> Ask:
    body, edit = incoming.fields, incoming.request.path.endswith("/edits")
    name = body.get("model")
    if not isinstance(name, str):
        text = "Missing required parameter: 'model'."
        raise faults.refuse(400, text, param="model", code="missing_required_parameter")
    if name in models(GPT):
        return gpt_request.read(body, models(GPT)[name], edit=edit)
    if name in sold_by_gateways():
        return look_alike.read(body, sold_by_gateways()[name])
    raise faults.no_model(name)


def _write(made: Made) -> Reply:
    ask, kind = made.ask, made.fate.kind
    official = ask.model.family == GPT
    answer: JsonObject = {"created": int(time.time()), "data": _data(made)}
    if official:
        answer |= {name: ask.said[name] for name in ("background", "output_format", "quality")} | {"size": _size(made)}
    if kind == "text-only":
        answer["data"] = [{"revised_prompt": EXCUSE}]
    if made.fate.version:
        answer["model"] = made.fate.version
    if made.fate.usage != "none":
        answer["usage"] = bent(_gpt_usage(made) if official else _usage(made), made.fate.usage)
    if ask.said.get("stream"):
        return _streamed(made, answer)
    return as_json(answer, **{"x-request-id": f"req_{made.identity}"})


def _data(made: Made) -> list[JsonObject] | None:
    return None if made.fate.kind == "list-null" else [_entry(made, shot) for shot in made.shots]


def _entry(made: Made, shot: Shot) -> JsonObject:
    if made.fate.shape == "data-url":
        return {"url": data_url(shot)}
    if made.fate.shape or made.ask.said.get("url"):
        return {"url": made.link(shot)}
    return {"b64_json": made.encoded(shot)}


def _size(made: Made) -> str:
    width, height = made.ask.pixels(made.fate.size)
    return f"{width}x{height}"


def _gpt_usage(made: Made) -> JsonObject:
    ask = made.ask
    shape = ask.pixels(made.fate.size)
    image = output_tokens(shape, ask.said["quality"]) * ask.n if made.shots else 0
    words, given = max(1, len(ask.prompt) // 4), ask.references * REFERENCE
    return {
        "input_tokens": words + given,
        "input_tokens_details": {"text_tokens": words, "image_tokens": given},
        "output_tokens": image,
        "output_tokens_details": {"text_tokens": 0, "image_tokens": image},
        "total_tokens": words + given + image,
    }


def _usage(made: Made) -> JsonObject:
    count = counted(made)
    given, output = count.given, count.image + count.thoughts
    return {"input_tokens": given, "output_tokens": output, "total_tokens": count.total}


def _streamed(made: Made, answer: JsonObject) -> Reply:
    """Partial pictures are the picture itself: nobody here looks at how it comes into being."""
    name = "image_edit" if made.incoming.request.path.endswith("/edits") else "image_generation"
    known = {key: answer[key] for key in ("size", "quality", "background", "output_format")}
    known["created_at"] = answer["created"]
    last = answer["data"][-1] if answer["data"] else {}
    events = [
        {"type": f"{name}.partial_image", **last, "partial_image_index": nth, **known}
        for nth in range(made.ask.said["partial"])
    ]
    events.append({"type": f"{name}.completed", **last, **known, "usage": answer.get("usage")})
    written = "".join(f"event: {event['type']}\ndata: {json.dumps(event)}\n\n" for event in events)
    return Reply(body=written.encode(), content_type="text/event-stream")


IMAGES = Dialect(
    name="openai-images",
    check_key=faults.check_key,
    unreadable=faults.unreadable,
    read=_read,
    write=_write,
    fail=faults.scripted,
    refusals=faults.REFUSALS,
)
