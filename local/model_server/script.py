"""Scripted answers: what the next calls get whose prompt matches, whatever the weather.

    answer = [kind] {qualifier | option}        such as  "429 retryDelay=2s"  "size=1K after=3s"  "drip over=4s"

Without a kind it is "ok". Durations are "2s", "1.5s", "250ms"; without "after" the answer comes at once.
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
    "429": "capacity; with retryDelay: per minute; per-day; limit-0",
    "500": "INTERNAL",
    "502": "a proxy's HTML",
    "503": "overloaded; with Retry-After: the header",
    "504": "DEADLINE_EXCEEDED",
    "400": "INVALID_ARGUMENT",
    "404": "the model is gone",
    "403": "PERMISSION_DENIED",
    "bad-key": "400 with API_KEY_INVALID",
    "list-error": "503 in a list of one envelope",
    "no-image": "NO_IMAGE and no content",
    "text-only": "STOP, and words instead of a picture",
    "blocked": "promptFeedback, no candidate",
    "refused": "IMAGE_SAFETY and no content",
    "hang": "never an answer; with after: 504 then",
    "drop": "closes before the answer",
    "drop-body": "closes in the middle of the body",
    "stall": "all bytes, but the body never ends",
    "drip": "the body in small pieces, over=5s",
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
}
QUALIFIERS = {"per-day": "429-per-day", "limit-0": "429-limit-0"}
DURATIONS = {"after": "after_s", "over": "over_s", "retryDelay": "retry_s", "Retry-After": "header_s"}
AT_ONCE = 0.05


class UnknownWordError(ValueError):
    def __init__(self, word: str) -> None:
        options = ", ".join([*(f"{name}=2s" for name in DURATIONS), *(f"size={size}" for size in SCALE)])
        known = f"{', '.join((*KINDS, *QUALIFIERS))}, and the options {options}, version=MODEL"
        super().__init__(f"{word!r} is not a word of the script; known are {known}")


def parse(answer: str) -> Fate:
    kind = "ok"
    options: dict[str, Any] = {}
    for place, word in enumerate(answer.split()):
        name, _, value = word.partition("=")
        if place == 0 and word in KINDS:
            kind = word
        elif kind == "429" and word in QUALIFIERS:
            kind = QUALIFIERS[word]
        elif name in DURATIONS and value:
            options[DURATIONS[name]] = _seconds(value, word)
        elif (name == "version" and value) or (name == "size" and value in SCALE):
            options[name] = value
        else:
            raise UnknownWordError(word)
    options.setdefault("after_s", math.inf if kind == "hang" else AT_ONCE)
    return Fate(kind=kind, **options)


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
