"""A generateContent answer, written as Google writes it, with the faults that gateways add to it."""

import base64
import json
from random import Random
from typing import Any

from local.model_server.dialect import JSON, Made, Reply, bent
from local.model_server.google.usage import Count, counted

Part = dict[str, Any]
Chunk = dict[str, Any]

WITHOUT_CONTENT = {
    "no-image": ("NO_IMAGE", "Unable to show the generated image. The model did not return an image."),
    "refused": ("IMAGE_SAFETY", "Unable to show the generated image. The image was filtered out by safety settings."),
    "finish": ("OTHER", "Unable to show the generated image."),
}
WORDS = "Here is the picture you asked for."
PLAN = "**Composing the scene**\n\nLight first, then the ridges, then the words."
EXCUSE = "I can describe the picture for you, but I cannot draw it."


def write(made: Made) -> Reply:
    method, request = made.incoming.param("method"), made.incoming.request
    stream = request.query.get("alt", "json") if method == "streamGenerateContent" else None
    series, count = _chunks(made)
    kind = "text/event-stream" if stream == "sse" else JSON
    return Reply(body=_text(series, stream).encode(), content_type=kind, usd=count.usd(made.ask))


def _chunks(made: Made) -> tuple[list[Chunk], Count]:
    """The answer as a stream has it: one part per chunk, finish and usage in the last. And what it counts."""
    fate = made.fate
    head: Chunk = {"modelVersion": fate.version or made.ask.model.id, "responseId": made.identity}
    if fate.kind in ("blocked", "block"):
        feedback = {"blockReason": fate.reason or "PROHIBITED_CONTENT"}
        count = counted(made, thought=False)
        return [head | {"promptFeedback": feedback} | _usage(made, count)], count
    if fate.kind == "list-null":
        count = counted(made, thought=False)
        return [head | {"candidates": None} | _usage(made, count)], count
    if fate.kind in WITHOUT_CONTENT:
        reason, message = WITHOUT_CONTENT[fate.kind]
        candidate = {"finishReason": fate.reason or reason, "finishMessage": message, "index": 0}
        count = counted(made)
        return [head | {"candidates": [candidate]} | _usage(made, count)], count
    parts = _parts(made)
    series: list[Chunk] = [
        head | {"candidates": [{"content": {"parts": [part], "role": "model"}, "index": 0}]} for part in parts
    ]
    series[-1]["candidates"][0]["finishReason"] = fate.reason or "STOP"
    count = counted(made, sum(len(part.get("text", "")) for part in parts) // 4)
    series[-1] |= _usage(made, count)
    return series, count


def _whole(series: list[Chunk]) -> Chunk:
    """The same answer in one piece."""
    last = series[-1]
    if len(series) == 1:
        return last
    parts = [part for chunk in series for part in chunk["candidates"][0]["content"]["parts"]]
    reason = last["candidates"][0]["finishReason"]
    candidate = {"content": {"parts": parts, "role": "model"}, "finishReason": reason, "index": 0}
    return {"candidates": [candidate], **{key: value for key, value in last.items() if key != "candidates"}}


def _text(series: list[Chunk], stream: str | None) -> str:
    """JSON in one piece, as server-sent events, or as the array that a stream without alt=sse gives."""
    if stream is None:
        return json.dumps(_whole(series))
    if stream == "sse":
        return "".join(f"data: {json.dumps(chunk)}\r\n\r\n" for chunk in series)
    return json.dumps(series)


def _parts(made: Made) -> list[Part]:
    ask, kind = made.ask, made.fate.kind
    parts: list[Part] = [{"text": PLAN, "thought": True}] if ask.thoughts_too and ask.model.thinks else []
    if kind == "text-only":
        return [*parts, {"text": EXCUSE, "thoughtSignature": signature(EXCUSE)}]
    pictures: list[Part] = [{"inlineData": {"mimeType": shot.mime, "data": made.encoded(shot)}} for shot in made.shots]
    marked = pictures if kind == "thought-only" else pictures[:-1] if kind == "drafts" else []
    for picture in marked:
        picture["thought"] = True  # after inlineData: a reader of the stream learns it when it has the bytes
    for picture in pictures[len(marked) :]:
        picture["thoughtSignature"] = signature(ask.prompt)
    words = [{"text": WORDS, "thoughtSignature": signature(WORDS)}] if ask.words_too else []
    return [*parts, *pictures[:-1], *words, pictures[-1]]


def signature(words: str) -> str:
    return base64.b64encode(Random(words).randbytes(48)).decode()


def _usage(made: Made, count: Count) -> Chunk:
    details = [{"modality": "TEXT", "tokenCount": count.words}]
    if count.pictures:
        details.append({"modality": "IMAGE", "tokenCount": count.pictures})
    usage: dict[str, Any] = {"promptTokenCount": count.given, "candidatesTokenCount": count.image + count.text}
    usage |= {"totalTokenCount": count.total, "promptTokensDetails": details}
    if count.image:
        usage["candidatesTokensDetails"] = [{"modality": "IMAGE", "tokenCount": count.image}]
    if count.thoughts:
        usage["thoughtsTokenCount"] = count.thoughts
    if made.incoming.param("surface") == "publishers":
        usage["trafficType"] = "ON_DEMAND"
    return {} if made.fate.usage == "none" else {"usageMetadata": bent(usage, made.fate.usage)}
