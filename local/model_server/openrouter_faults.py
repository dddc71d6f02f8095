"""OpenRouter's error envelope: the code is HTTP's status, and what the provider said is in the metadata.

Source: openrouter.ai/docs/errors. The sentences are not sourced.
"""

from typing import Any

from local.model_server.ask import Ask
from local.model_server.dialect import Incoming
from local.model_server.fate import Fate
from local.model_server.fault import Fault, retry_after

REFUSALS = frozenset({"refused", "blocked", "block", "finish"})
SENTENCES = {
    400: "Invalid request",
    401: "No auth credentials found",
    402: "Insufficient credits. Add more using https://openrouter.ai/settings/credits",
    403: "Your chosen model requires moderation and your input was flagged",
    404: "No endpoints found that support image output",
    429: "Provider returned error",
    500: "Internal Server Error",
    503: "There is no available model provider that meets your routing requirements",
    504: "Your request timed out",
}
STATUS = {"hang": 504, "bad-key": 401, "billing": 402, "refused": 403, "blocked": 403, "block": 403, "finish": 502}


def refuse(status: int, message: str, metadata: dict[str, Any] | None = None, retry_s: float | None = None) -> Fault:
    error: dict[str, Any] = {"code": status, "message": message}
    if metadata:
        error["metadata"] = metadata
    return Fault(status, {"error": error, "user_id": "user_local"}, retry_after(retry_s))


def unreadable() -> Fault:
    return refuse(400, "Invalid JSON payload")


def check_key(incoming: Incoming) -> None:
    if not incoming.bearer:
        raise refuse(401, SENTENCES[401])
    if incoming.bearer == "bad":
        raise refuse(401, "User not found.")


def scripted(fate: Fate, ask: Ask, incoming: Incoming) -> Fault:
    status = STATUS.get(fate.kind) or (429 if fate.kind.startswith("429") else int(fate.kind))
    metadata: dict[str, Any] = {"provider_name": "Google AI Studio"}
    if status == 403 and fate.kind in REFUSALS:
        flagged = ask.prompt[:100]
        metadata |= {"reasons": [fate.reason or "sexual"], "flagged_input": flagged, "model_slug": ask.model.id}
    elif status in (429, 502):
        detail = {"429-per-day": "quota exceeded: per day", "429-limit-0": "quota exceeded: limit: 0"}
        metadata["raw"] = fate.reason or detail.get(fate.kind, f"{ask.model.id} is temporarily rate-limited upstream.")
    return refuse(status, SENTENCES.get(status, SENTENCES[429]), metadata, fate.retry_s)
