"""A generateContent answer, written as Google writes it, with the faults that gateways add to it."""

import base64
import json
from random import Random
from typing import Any

from local.model_server.ask import Ask
from local.model_server.fate import Fate
from local.model_server.studio import Shot

Part = dict[str, Any]
Chunk = dict[str, Any]

WITHOUT_CONTENT = {
    "no-image": ("NO_IMAGE", "Unable to show the generated image. The model did not return an image."),
    "refused": ("IMAGE_SAFETY", "Unable to show the generated image. The image was filtered out by safety settings."),
}
WORDS = "Here is the picture you asked for."
PLAN = "**Composing the scene**\n\nLight first, then the ridges, then the words."
EXCUSE = "I can describe the picture for you, but I cannot draw it."


def chunks(ask: Ask, fate: Fate, shots: list[Shot], identity: str) -> list[Chunk]:
    """The answer as a stream has it: one part per chunk, finish and usage in the last."""
    random = Random(identity)
    head: Chunk = {"modelVersion": fate.version or ask.model.id, "responseId": identity}
    if fate.kind == "blocked":
        return [head | {"promptFeedback": {"blockReason": "PROHIBITED_CONTENT"}, "usageMetadata": _usage(ask, 0, 0, 0)}]
    if fate.kind in WITHOUT_CONTENT:
        reason, message = WITHOUT_CONTENT[fate.kind]
        last: Chunk = {"candidates": [{"finishReason": reason, "finishMessage": message, "index": 0}]}
        return [head | last | {"usageMetadata": _usage(ask, 0, 0, _thoughts(ask, random))}]
    parts = _parts(ask, fate, shots)
    series: list[Chunk] = [
        head | {"candidates": [{"content": {"parts": [part], "role": "model"}, "index": 0}]} for part in parts
    ]
    series[-1]["candidates"][0]["finishReason"] = "STOP"
    tokens = ask.model.tokens.get(fate.size or ask.size, ask.model.tokens["1K"]) if shots else 0
    text = sum(len(part.get("text", "")) // 4 for part in parts)
    series[-1]["usageMetadata"] = _usage(ask, tokens, text, _thoughts(ask, random))
    return series


def whole(series: list[Chunk]) -> Chunk:
    """The same answer in one piece."""
    first, last = series[0], series[-1]
    if len(series) == 1:
        return first
    parts = [part for chunk in series for part in chunk["candidates"][0]["content"]["parts"]]
    candidate = {"content": {"parts": parts, "role": "model"}, "finishReason": "STOP", "index": 0}
    return {"candidates": [candidate], **{key: value for key, value in last.items() if key != "candidates"}}


def text(series: list[Chunk], stream: str | None, *, escaped: bool) -> str:
    """JSON in one piece, as server-sent events, or as the array that a stream without alt=sse gives."""
    if stream is None:
        written = json.dumps(whole(series))
    elif stream == "sse":
        written = "".join(f"data: {json.dumps(chunk)}\r\n\r\n" for chunk in series)
    else:
        written = json.dumps(series)
    return written.replace("/", "\\/").replace("=", "\\u003d") if escaped else written


def _parts(ask: Ask, fate: Fate, shots: list[Shot]) -> list[Part]:
    parts: list[Part] = [{"text": PLAN, "thought": True}] if ask.thoughts_too and ask.model.thinks else []
    if fate.kind == "text-only":
        return [*parts, {"text": EXCUSE, "thoughtSignature": _signature(EXCUSE)}]
    pictures = [_picture(shot, fate.kind) for shot in shots]
    marked = pictures if fate.kind == "thought-only" else pictures[:-1] if fate.kind == "drafts" else []
    for picture in marked:
        picture["thought"] = True  # after inlineData: a reader of the stream learns it when it has the bytes
    for picture in pictures[len(marked) :]:
        picture["thoughtSignature"] = _signature(ask.prompt)
    words = [{"text": WORDS, "thoughtSignature": _signature(WORDS)}] if ask.words_too else []
    return [*parts, *pictures[:-1], *words, pictures[-1]]


def _picture(shot: Shot, kind: str) -> Part:
    data = base64.b64encode(shot.data).decode()
    if kind == "newlines":
        data = "\n".join(data[start : start + 76] for start in range(0, len(data), 76))
    elif kind == "url-safe":
        data = data.replace("+", "-").replace("/", "_")
    elif kind == "data-prefix":
        data = f"data:{shot.mime};base64,{data}"
    return {"inlineData": {"mimeType": shot.mime, "data": data}}


def _signature(words: str) -> str:
    return base64.b64encode(Random(words).randbytes(48)).decode()


def _thoughts(ask: Ask, random: Random) -> int:
    return random.randint(225, 675) if ask.model.thinks else 0


def _usage(ask: Ask, image: int, text: int, thoughts: int) -> dict[str, Any]:
    words, pictures = max(1, len(ask.prompt) // 4), ask.references * ask.model.input_tokens
    details = [{"modality": "TEXT", "tokenCount": words}]
    if pictures:
        details.append({"modality": "IMAGE", "tokenCount": pictures})
    usage: dict[str, Any] = {"promptTokenCount": words + pictures, "candidatesTokenCount": image + text}
    usage |= {"totalTokenCount": words + pictures + image + text + thoughts, "promptTokensDetails": details}
    if image:
        usage["candidatesTokensDetails"] = [{"modality": "IMAGE", "tokenCount": image}]
    return usage | ({"thoughtsTokenCount": thoughts} if thoughts else {})
