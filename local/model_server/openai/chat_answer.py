"""A chat completion with a picture in it, in one of the shapes that gateways have."""

import time
from typing import Any

from local.model_server.dialect import Made, Reply, as_json, bent
from local.model_server.google.answer import EXCUSE, WORDS
from local.model_server.google.usage import counted
from local.model_server.studio import Shot

JsonObject = dict[str, Any]
REFUSED = {"refused": "IMAGE_SAFETY", "blocked": "PROHIBITED_CONTENT", "block": "PROHIBITED_CONTENT"}


def write(made: Made) -> Reply:
    fate = made.fate
    answer: JsonObject = {"id": f"chatcmpl-{made.identity}", "object": "chat.completion", "created": int(time.time())}
    answer |= {"model": fate.version or made.ask.model.id, "choices": _choices(made)}
    if fate.usage != "none":
        answer["usage"] = bent(_usage(made), fate.usage)
    return as_json(answer)


def _choices(made: Made) -> list[JsonObject] | None:
    fate = made.fate
    if fate.kind == "list-null":
        return None
    if fate.kind in REFUSED:
        finish, native = "content_filter", fate.reason or REFUSED[fate.kind]
    elif fate.reason:
        finish, native = fate.reason.lower(), fate.reason
    else:
        finish, native = "stop", "NO_IMAGE" if fate.kind == "no-image" else "STOP"
    choice = {"index": 0, "message": _message(made), "finish_reason": finish, "native_finish_reason": native}
    return [choice | {"logprobs": None}]


def _message(made: Made) -> JsonObject:
    message: JsonObject = {"role": "assistant", "content": EXCUSE if made.fate.kind == "text-only" else ""}
    if not made.shots:
        return message
    shape = made.fate.shape or made.ask.said["shape"]
    if shape in ("markdown", "link"):
        pictures = [f"![image]({_address(made, shot, linked=shape == 'link')})" for shot in made.shots]
        return message | {"content": "\n\n".join([WORDS, *pictures])}
    if shape in ("parts", "output-parts"):
        return message | {"content": [{"type": "text", "text": WORDS}, *(_part(made, shot) for shot in made.shots)]}
    # OpenRouter's default is a data URL; a script that says as-url means a link
    pictures_ = [_image(_address(made, shot, linked=made.fate.shape == "url")) for shot in made.shots]
    return message | {"content": WORDS, "images": [{**each, "index": nth} for nth, each in enumerate(pictures_)]}


def _part(made: Made, shot: Shot) -> JsonObject:
    if made.fate.shape == "output-parts":
        return {"type": "output_image", "image_url": _address(made, shot, linked=False)}
    return _image(_address(made, shot, linked=False))


def _image(address: str) -> JsonObject:
    return {"type": "image_url", "image_url": {"url": address}}


def _address(made: Made, shot: Shot, *, linked: bool) -> str:
    if linked:
        return made.link(shot)
    data = made.encoded(shot)
    return data if data.startswith("data:") else f"data:{shot.mime};base64,{data}"


def _usage(made: Made) -> JsonObject:
    count = counted(made, len(WORDS) // 4)
    usage: JsonObject = {
        "prompt_tokens": count.given,
        "completion_tokens": count.image + count.text + count.thoughts,
        "total_tokens": count.total,
        "completion_tokens_details": {"reasoning_tokens": count.thoughts, "image_tokens": count.image},
    }
    if made.ask.said["cost"]:
        usage["cost"] = made.ask.price(made.fate.size) if made.shots else 0.0
    return usage
