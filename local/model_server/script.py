"""Scripted answers: what the next calls get whose prompt matches, whatever the weather.

    answer = [kind] {qualifier | shape | option}

such as "429 retryDelay=2s", "size=1K after=3s", "drip over=4s", "as-url link=gone", "finish=IMAGE_OTHER", "usage=none".
Without a kind it is "ok". Durations are "2s", "1.5s", "250ms"; without "after" the answer comes at once.
The options: after, over, retryDelay and Retry-After in durations; size and version of what is delivered; usage=none,
strings, negative or huge; bytes of a hostile body; link=URL leads elsewhere, link=gone nowhere; on-link: the kind
(drip, stall, drop-body) is how the linked picture is delivered, and the answer itself comes whole.
"""

import math
import re
from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from local.model_server.fate import Fate
from local.model_server.sizes import SCALE

KINDS = {
    "ok": "the picture",
    "429": "capacity; with retryDelay: per minute; per-day; limit-0: no quota, or no money",
    "500": "INTERNAL",
    "502": "a proxy's HTML",
    "503": "overloaded; with Retry-After: the header",
    "504": "DEADLINE_EXCEEDED",
    "400": "INVALID_ARGUMENT",
    "404": "the model is gone",
    "403": "PERMISSION_DENIED",
    "bad-key": "the key is not valid: 400 with API_KEY_INVALID, elsewhere 401",
    "billing": "the account cannot pay: FAILED_PRECONDITION, billing_hard_limit_reached, 402",
    "list-error": "503 in a list of one envelope",
    "soft-error": "the envelope of a 503, with status 200",
    "no-image": "NO_IMAGE and no content; elsewhere an empty list, a failed task",
    "text-only": "STOP, and words instead of a picture",
    "blocked": "the input is refused: promptFeedback and no candidate, moderation_blocked, content_filter",
    "refused": "the output is refused: IMAGE_SAFETY and no content, moderation_blocked, content_filter",
    "list-null": "null where the list of candidates, choices or pictures should be",
    "hang": "never an answer; with after: 504 then",
    "drop": "closes before the answer",
    "drop-body": "closes in the middle of the body",
    "stall": "all bytes, but the body never ends",
    "drip": "the body in small pieces, over=5s; from over=3600s one byte a second, and then the rest",
    "drafts": "two drafts marked as thoughts, then the picture",
    "plain-drafts": "the same without the mark",
    "thought-only": "the only picture is marked as a thought",
    "wrong-mime": "says image/png, is JPEG",
    "newlines": "base64 in lines",
    "data-prefix": "base64 behind data:image/...;base64,",
    "url-safe": "base64 in the URL alphabet",
    "escaped": "base64 with JSON escapes for / and =",
    "garbled": "200 with HTML",
    "not-image": "base64 of a sentence",
    "truncated": "the picture cut short",
    "one-colour": "an empty picture of the right size",
    "huge": "a picture without end: bytes=2GB, streamed",
    "deep": "ten million lists in lists, where the picture should be",
    "big-header": "the picture, behind a header of 1 MB",
    "gzip-bomb": "the same as huge, but zipped: bytes=1GB",
}
#: Kinds that have a value of their own.
VALUED = {
    "finish": "no picture, and this finishReason; after another kind: that answer with this finishReason",
    "block": "no candidate, and this blockReason",
    "status": "this HTTP status, and a body that nobody knows",
}
QUALIFIERS = {"per-day": "429-per-day", "limit-0": "429-limit-0"}
#: Where the picture is put, by dialects that have several places. As a first word: "ok" in that shape.
SHAPES = {
    "as-url": "a link: data[].url, images[].image_url.url, data.url, assets[].url",
    "as-url-list": "nanobananaapi: a list of links, even of one",
    "as-data-url": "a data: URL in the same places",
    "as-markdown": "chat: a data: URL as a Markdown image in content",
    "as-link": "chat: a link as a Markdown image in content",
    "as-parts": "chat: content is a list, with image_url",
    "as-output-parts": "chat: content is a list, with output_image",
}
DURATIONS = {"after": "after_s", "over": "over_s", "retryDelay": "retry_s", "Retry-After": "header_s"}
USAGES = ("none", "strings", "negative", "huge")
UNITS = {"": 1, "B": 1, "KB": 1024, "MB": 1024**2, "GB": 1024**3}
AT_ONCE = 0.05


class UnknownWordError(ValueError):
    def __init__(self, word: str, known: str = "") -> None:
        super().__init__(f"{word!r} is not a word of the script; known are {known or _known()}")


def _known() -> str:
    valued = [*(f"{name}=REASON" for name in ("finish", "block")), "status=NNN"]
    options = [*(f"{name}=2s" for name in DURATIONS), *(f"size={size}" for size in SCALE)]
    options += [f"usage={'|'.join(USAGES)}", "bytes=2GB", "link=URL", "link=gone", "on-link"]
    options.append("version=MODEL")
    return f"{', '.join((*KINDS, *valued, *QUALIFIERS, *SHAPES))}, and the options {', '.join(options)}"


def parse(answer: str) -> Fate:
    words = answer.split()
    options: dict[str, Any] = {"kind": "ok"}
    if words and (head := _kind(words[0])):
        options |= head
        words.pop(0)
    for word in words:
        options |= _option(word, options["kind"])
    options.setdefault("after_s", math.inf if options["kind"] == "hang" else AT_ONCE)
    return Fate(**options)


def _kind(word: str) -> dict[str, Any] | None:
    name, _, value = word.partition("=")
    if word in KINDS:
        return {"kind": word}
    if name == "status" and re.fullmatch(r"[2-5]\d\d", value):
        return {"kind": name, "status": int(value)}
    return {"kind": name, "reason": value} if name in ("finish", "block") and value else None


def _option(word: str, kind: str) -> dict[str, Any]:
    name, _, value = word.partition("=")
    if kind == "429" and word in QUALIFIERS:
        return {"kind": QUALIFIERS[word]}
    if word in SHAPES:
        return {"shape": word.removeprefix("as-")}
    if name in DURATIONS and value:
        return {DURATIONS[name]: _seconds(value, word)}
    if name == "bytes":
        return {name: _bytes(value, word)}
    return _plain(word)


def _plain(word: str) -> dict[str, Any]:
    """Options whose value is taken as it is."""
    name, _, value = word.partition("=")
    if word == "on-link":
        return {"on_link": True}
    if name == "finish" and value:
        return {"reason": value}
    known = {"size": value in SCALE, "usage": value in USAGES, "version": bool(value), "link": bool(value)}
    if not known.get(name):
        raise UnknownWordError(word)
    return {name: value}


def _bytes(text: str, word: str) -> int:
    match = re.fullmatch(r"(\d+)(B|KB|MB|GB|)", text)
    if not match:
        raise UnknownWordError(word)
    return int(match[1]) * UNITS[match[2]]


def _seconds(text: str, word: str) -> float:
    match = re.fullmatch(r"(\d+(?:\.\d+)?)(ms|s|)", text)
    if not match:
        raise UnknownWordError(word)
    return float(match[1]) / (1000 if match[2] == "ms" else 1)


@dataclass(slots=True)
class Scripts:
    _waiting: list[tuple[str, str | None, deque[Fate]]] = field(default_factory=list)

    def add(self, match: str, answers: Iterable[str], model: str | None = None) -> None:
        self._waiting.append((match, model, deque(parse(answer) for answer in answers)))

    def take(self, prompt: str, model: str) -> Fate | None:
        """The next answer of the oldest script that fits, or None: then the weather decides."""
        for match, only, answers in self._waiting:
            if answers and match in prompt and only in (None, model):
                return answers.popleft()
        return None

    def clear(self) -> None:
        self._waiting.clear()
