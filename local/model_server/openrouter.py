"""OpenRouter's Image API. Source: model-apis.md section 5.6; the shape of its list of models is third-party code's."""

import time
from typing import Any

from aiohttp import web

from local.model_server.ask import Ask
from local.model_server.dialect import Dialect, Incoming, Made, Reply, as_json, bent
from local.model_server.google.usage import counted
from local.model_server.models import Model, models, sold_by_gateways
from local.model_server.openrouter_faults import REFUSALS, check_key, refuse, scripted, unreadable
from local.model_server.references import shape_of
from local.model_server.sizes import SCALE, Pixels, nearest_ratio, table

FIELDS = {"model", "prompt", "aspect_ratio", "resolution", "input_references", "n", "output_format", "seed", "user"}
FORMATS = ("png", "jpeg", "webp")
MOST = 10
MOST_REFERENCES = 14


async def list_models(request: web.Request) -> web.Response:
    check_key(Incoming(request, None))
    return web.json_response({"data": [_described(model) for name, model in models().items() if name == model.id]})


def _described(model: Model) -> dict[str, Any]:
    parameters: dict[str, Any] = {
        "aspect_ratio": {"type": "enum", "values": list(table(model))},
        "n": {"type": "range", "min": 1, "max": MOST},
        "output_format": {"type": "enum", "values": list(FORMATS)},
        "input_references": {"type": "range", "min": 0, "max": MOST_REFERENCES},
        "seed": {"type": "boolean"},
    }
    if model.sized:
        parameters["resolution"] = {"type": "enum", "values": [size for size in SCALE if size in model.tokens]}
    about = {"id": f"google/{model.id}", "name": model.id, "supported_parameters": parameters}
    return about | {"architecture": {"input_modalities": ["text", "image"], "output_modalities": ["image", "text"]}}


def _read(incoming: Incoming) -> Ask:
    body = incoming.fields
    name, prompt = str(body.get("model")), body.get("prompt")
    if name not in sold_by_gateways():
        raise refuse(400, f"{name} is not a valid model ID")
    if not isinstance(prompt, str) or not prompt:
        raise refuse(400, "prompt: Required")
    model = sold_by_gateways()[name]
    supported = FIELDS if model.sized else FIELDS - {"resolution"}
    if strange := sorted(body.keys() - supported):
        raise refuse(400, f"Unsupported parameter for {name}: {', '.join(strange)}")
    n, form = body.get("n", 1), _one_of(body, "output_format", FORMATS)
    if not isinstance(n, int) or not 1 <= n <= MOST:
        raise refuse(400, f"n: must be between 1 and {MOST}")
    shapes = _references(body.get("input_references") or [])
    return Ask(
        model=model,
        prompt=prompt,
        size=_one_of(body, "resolution", [size for size in SCALE if size in model.tokens]) or "1K",
        ratio=_one_of(body, "aspect_ratio", table(model)) or (nearest_ratio(model, shapes[-1]) if shapes else "1:1"),
        n=n,
        references=len(shapes),
        seed=body["seed"] if isinstance(body.get("seed"), int) else None,
        mime=f"image/{form}" if form else None,
    )


def _one_of(body: dict[str, Any], name: str, known: Any) -> str | None:
    value = body.get(name)
    if value is not None and value not in list(known):
        raise refuse(400, f"{name}: '{value}' is not supported. Supported values: {', '.join(known)}")
    return value if isinstance(value, str) else None


def _references(given: Any) -> list[Pixels]:
    try:
        shapes = [shape_of(str(each["image_url"]["url"])) for each in given]
    except (KeyError, TypeError, ValueError, OSError):
        text = "input_references: each is {type: image_url, image_url: {url}} with a readable image"
        raise refuse(400, text) from None
    if len(shapes) > MOST_REFERENCES:
        raise refuse(400, f"input_references: at most {MOST_REFERENCES}")
    return shapes


def _write(made: Made) -> Reply:
    fate, count = made.fate, counted(made)
    data: list[dict[str, Any]] | None = [_entry(made, nth) for nth in range(len(made.shots))]
    answer: dict[str, Any] = {"created": int(time.time()), "data": None if fate.kind == "list-null" else data}
    if fate.version:
        answer["model"] = fate.version
    usage: dict[str, Any] = {"prompt_tokens": count.given, "completion_tokens": count.image + count.thoughts}
    usage |= {"total_tokens": count.total, "cost": made.ask.price(fate.size) if made.shots else 0.0}
    return as_json(answer if fate.usage == "none" else answer | {"usage": bent(usage, fate.usage)})


def _entry(made: Made, nth: int) -> dict[str, Any]:
    shot = made.shots[nth]
    place = {"url": made.link(shot)} if made.fate.shape == "url" else {"b64_json": made.encoded(shot)}
    return place | {"media_type": shot.mime}


OPENROUTER_IMAGES = Dialect(
    name="openrouter-images",
    check_key=check_key,
    unreadable=unreadable,
    read=_read,
    write=_write,
    fail=scripted,
    refusals=REFUSALS,
)
