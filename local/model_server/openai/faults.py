"""OpenAI's error envelope, and the one of gateways built on new-api. Source: model-apis.md section 3.2.

Of these codes the page has read only moderation_blocked and unknown_parameter; the others are as they are commonly
quoted, and so are all sentences.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from local.model_server.ask import Ask
from local.model_server.dialect import Incoming
from local.model_server.fate import Fate
from local.model_server.fault import Fault, retry_after
from local.model_server.models import GPT

INVALID, SERVER = "invalid_request_error", "server_error"
MODERATION = "moderation_blocked"
REFUSALS = frozenset({"refused", "blocked", "block", "finish"})
KEYS_PAGE = "You can find your API key at https://platform.openai.com/account/api-keys."
SAFETY = "Your request was rejected by the safety system. If you believe this is an error, contact help.openai.com"


@dataclass(frozen=True, slots=True)
class Words:
    status: int
    kind: str
    code: str | None
    message: str


OPENAI = {
    "400": Words(400, INVALID, "invalid_value", "Invalid request."),
    "403": Words(403, INVALID, None, "Your organization must be verified to use this model."),
    "404": Words(404, INVALID, "model_not_found", "The model does not exist or you do not have access to it."),
    "bad-key": Words(401, INVALID, "invalid_api_key", f"Incorrect API key provided. {KEYS_PAGE}"),
    "billing": Words(400, "billing_limit_user_error", "billing_hard_limit_reached", "Billing hard limit was reached"),
    "429": Words(429, "requests", "rate_limit_exceeded", "Rate limit reached on images per min (IPM): Limit 20."),
    "429-per-day": Words(429, "requests", "rate_limit_exceeded", "Rate limit reached on requests per day (RPD)."),
    "429-limit-0": Words(
        429,
        "insufficient_quota",
        "insufficient_quota",
        "You exceeded your current quota, please check your plan and billing details.",
    ),
    "500": Words(500, SERVER, None, "The server had an error while processing your request. Sorry about that!"),
    "503": Words(503, SERVER, "server_is_overloaded", "Our servers are currently overloaded. Please try again later."),
    "504": Words(504, SERVER, "timeout", "The request timed out. Please try again."),
    "refused": Words(400, "image_generation_user_error", MODERATION, f"{SAFETY}. safety_violations=[output]."),
    "blocked": Words(400, "image_generation_user_error", MODERATION, f"{SAFETY}. safety_violations=[input]."),
}
NEW_API, UPSTREAM = "new_api_error", "upstream_error"
GATEWAY = {
    "400": Words(400, UPSTREAM, "invalid_request", "Invalid request."),
    "403": Words(403, NEW_API, "access_denied", "This token has no access to this model."),
    "404": Words(404, NEW_API, "model_not_found", "not supported model for image generation"),
    "bad-key": Words(401, NEW_API, "invalid_api_key", "Invalid token"),
    "billing": Words(403, NEW_API, "insufficient_user_quota", "Insufficient balance"),
    "429": Words(429, UPSTREAM, "rate_limit_exceeded", "Upstream load is saturated, please try again later."),
    "429-per-day": Words(429, UPSTREAM, "rate_limit_exceeded", "Daily quota of the upstream is exhausted."),
    "429-limit-0": Words(429, UPSTREAM, "insufficient_quota", "You exceeded your current quota."),
    "500": Words(500, UPSTREAM, "bad_response_status_code", "bad response status code 500"),
    "503": Words(503, NEW_API, "get_channel_failed", "No available channel for this model under the group default."),
    "504": Words(504, UPSTREAM, "bad_response_status_code", "bad response status code 504"),
    "refused": Words(400, UPSTREAM, MODERATION, "The generated image was rejected: IMAGE_SAFETY"),
    "blocked": Words(400, UPSTREAM, MODERATION, "The prompt was rejected: PROHIBITED_CONTENT"),
}
LIKE = {"hang": "504", "block": "blocked"}


def refuse(
    status: int,
    message: str,
    *,
    kind: str = INVALID,
    param: str | None = None,
    code: str | None = None,
    headers: Mapping[str, str] | None = None,
) -> Fault:
    return Fault(status, {"error": {"message": message, "type": kind, "param": param, "code": code}}, headers)


def unreadable() -> Fault:
    return refuse(400, "We could not parse the JSON body of your request. The API expects a JSON payload.")


def no_model(name: Any) -> Fault:
    return refuse(404, f"The model '{name}' does not exist or you do not have access to it.", code="model_not_found")


def check_key(incoming: Incoming) -> None:
    if not incoming.bearer:
        raise refuse(401, "You didn't provide an API key. You need to provide it in an Authorization header.")
    if incoming.bearer == "bad":
        raise refuse(401, f"Incorrect API key provided: bad. {KEYS_PAGE}", code="invalid_api_key")


def scripted(fate: Fate, ask: Ask, incoming: Incoming) -> Fault:
    official = ask.model.family == GPT
    words = _words(fate, OPENAI if official else GATEWAY)
    message = words.message
    if fate.retry_s is not None:
        message += f" Please try again in {fate.retry_s:g}s."
    if not official:
        message += f" (request id: 20261120{id(incoming) % 10**12:012d})"
    return refuse(words.status, message, kind=words.kind, code=words.code, headers=retry_after(fate.retry_s))


def _words(fate: Fate, known: Mapping[str, Words]) -> Words:
    if fate.kind == "finish":  # OpenAI's images have no finishReason: whatever it is becomes the code
        reason = str(fate.reason)
        return Words(400, known["refused"].kind, reason.lower(), f"Image generation failed: {reason}")
    words = known[LIKE.get(fate.kind, fate.kind)]
    return Words(words.status, words.kind, words.code, f"{words.message} {fate.reason}") if fate.reason else words
