"""OpenOctopus: a request becomes a task, and the task is asked for until it ends. Source: model-apis.md section 5.9.

Its prices and its slugs for Nano Banana are not known: a slug is any name that gateways use, at Google's price.
"""

from typing import Any

from local.model_server.ask import Ask
from local.model_server.dialect import Dialect, Incoming, Made, Reply, as_json, data_url
from local.model_server.fate import WITHOUT_PICTURE, Fate
from local.model_server.fault import Fault, retry_after
from local.model_server.models import sold_by_gateways
from local.model_server.openai.look_alike import size_and_ratio
from local.model_server.studio import Shot

PREFIX = "openoctopus/"
FORMAT = "openoctopus.image.output.v1"
FAILURES = {
    "refused": ("content_policy_violation", "The generated image was filtered: IMAGE_SAFETY"),
    "blocked": ("content_policy_violation", "The prompt was blocked: PROHIBITED_CONTENT"),
    "block": ("content_policy_violation", "The prompt was blocked"),
    "no-image": ("no_image", "The model did not return an image"),
    "text-only": ("no_image", "The model answered with text"),
    "finish": ("generation_failed", "The generation failed"),
}
# Only invalid_api_key is known; the other codes are in its likeness.
ERRORS = {
    "400": (400, "invalid_request", "Invalid request"),
    "403": (403, "forbidden", "Forbidden"),
    "404": (404, "model_not_found", "Model not found"),
    "bad-key": (401, "invalid_api_key", "Invalid API key"),
    "billing": (402, "insufficient_credits", "Insufficient credits"),
    "429": (429, "rate_limit_exceeded", "Too many requests"),
    "429-per-day": (429, "rate_limit_exceeded", "Too many requests per day"),
    "429-limit-0": (402, "insufficient_credits", "Insufficient credits"),
    "500": (500, "internal_error", "Internal error"),
    "503": (503, "provider_unavailable", "The provider is overloaded"),
    "504": (504, "timeout", "The provider did not answer in time"),
}


def refuse(status: int, code: str, message: str, retry_s: float | None = None) -> Fault:
    return Fault(status, {"error": {"code": code, "message": message}}, retry_after(retry_s))


def check_key(incoming: Incoming) -> None:
    if not incoming.bearer or incoming.bearer == "bad":
        raise refuse(401, "invalid_api_key", "Invalid API key")


def _read(incoming: Incoming) -> Ask:
    body = incoming.fields
    given = body.get("input") or {}
    model = sold_by_gateways().get(str(body.get("model")).removeprefix(PREFIX))
    prompt = body.get("prompt")
    if model is None:
        raise refuse(404, "model_not_found", f"Model {body.get('model')} not found")
    if not isinstance(prompt, str) or not prompt:
        raise refuse(400, "invalid_request", "prompt is required")
    if not isinstance(given, dict):
        raise refuse(400, "invalid_request", "input must be an object")
    try:
        size, ratio = size_and_ratio(given, model, [])
    except Fault as fault:
        raise refuse(400, "invalid_request", fault.envelope["error"]["message"]) from None
    return Ask(model=model, prompt=prompt, size=size, ratio=ratio)


def _write(made: Made) -> Reply:
    """The task when it has ended."""
    fate, task = made.fate, {"id": str(task_id(made.identity)), "model": PREFIX + made.ask.model.id}
    if fate.kind in FAILURES:
        code, message = FAILURES[fate.kind]
        said = f"{message}: {fate.reason}" if fate.reason else message
        return as_json(task | {"status": "failed", "output_payload": None, "error_code": code, "error_message": said})
    assets = None if fate.kind == "list-null" else [_asset(made, nth) for nth in range(len(made.shots))]
    payload: dict[str, Any] = {"format": FORMAT, "raw": {}, "assets": assets}
    return as_json(task | {"status": "succeeded", "output_payload": payload, "error_code": None, "error_message": None})


def task_id(identity: str) -> str:
    """Written as a UUID."""
    digits = (identity * 2)[:32]
    return "-".join((digits[:8], digits[8:12], f"4{digits[13:16]}", f"8{digits[17:20]}", digits[20:]))


def _asset(made: Made, nth: int) -> dict[str, Any]:
    shot = made.shots[nth]
    width, height = made.ask.pixels(made.fate.size)
    about = {"id": f"asset-{nth}", "index": nth, "type": "image", "url": _address(made, shot, nth), "sourceUrl": None}
    return about | {"mimeType": shot.mime, "width": width, "height": height}


def _address(made: Made, shot: Shot, nth: int) -> str:
    if made.fate.shape == "data-url":
        return data_url(shot)
    if made.fate.shape or (made.fate.link and made.fate.link != "gone"):
        return made.link(shot)
    return f"/v1/files/{task_id(made.identity)}/assets/{nth}"


def _fail(fate: Fate, ask: Ask, incoming: Incoming) -> Fault:
    return refuse(*ERRORS[fate.kind], fate.retry_s)


OPENOCTOPUS = Dialect(
    name="openoctopus",
    check_key=check_key,
    unreadable=lambda: refuse(400, "invalid_request", "Invalid JSON"),
    read=_read,
    write=_write,
    fail=_fail,
    refusals=WITHOUT_PICTURE - {"list-null"},
)
