"""Google's error envelopes, word for word where the words are known. Source: model-apis.md section 3.1."""

from collections.abc import Mapping
from typing import Any

from local.model_server.fate import Fate

TYPE = "type.googleapis.com/google.rpc."
DOMAIN = "generativelanguage.googleapis.com"
LIMITS = "https://ai.google.dev/gemini-api/docs/rate-limits"
PROXY_PAGE = b"<html><head><title>502 Bad Gateway</title></head><body><h1>502 Bad Gateway</h1></body></html>\r\n"

STATUS = {
    400: "INVALID_ARGUMENT",
    403: "PERMISSION_DENIED",
    404: "NOT_FOUND",
    429: "RESOURCE_EXHAUSTED",
    500: "INTERNAL",
    503: "UNAVAILABLE",
    504: "DEADLINE_EXCEEDED",
}
NO_KEY = (
    "Method doesn't allow unregistered callers (callers without established identity). "
    "Please use API Key or other form of API consumer identity to call this API."
)
OVER_QUOTA = "You exceeded your current quota, please check your plan and billing details."
BAD_KEY = "API key not valid. Please pass a valid API key."
PLAIN = {
    "400": "Request contains an invalid argument.",
    "403": "The caller does not have permission",
    "500": "An internal error has occurred. Please retry or report in https://developers.generativeai.google/guide/troubleshooting",
    "503": "The model is overloaded. Please try again later.",
    "504": "Deadline expired before operation could complete.",
    "hang": "Deadline expired before operation could complete.",
    "list-error": "The model is overloaded. Please try again later.",
}
CODES = {"hang": 504, "list-error": 503}
ERRORS = frozenset({*PLAIN, "404", "502", "bad-key", "429", "429-per-day", "429-limit-0"})


class Fault(Exception):
    """A call that ends in an error of Google's."""

    def __init__(self, code: int, message: str, *details: Mapping[str, Any]) -> None:
        super().__init__(message)
        self.code = code
        error: dict[str, Any] = {"code": code, "message": message, "status": STATUS[code]}
        if details:
            error["details"] = list(details)
        self.envelope = {"error": error}


def scripted(fate: Fate, model: str, version: str) -> Fault:
    """The fault that a fate of weather or script stands for."""
    if fate.kind == "404":
        return gone(model, version)
    if fate.kind == "bad-key":
        return bad_key()
    if fate.kind.startswith("429"):
        return _throttle(fate, model)
    return Fault(CODES.get(fate.kind) or int(fate.kind), PLAIN[fate.kind])


def gone(model: str, version: str) -> Fault:
    text = f"models/{model} is not found for API version {version}, or is not supported for generateContent."
    return Fault(404, f"{text} Call ListModels to see the list of available models and their supported methods.")


def bad_key() -> Fault:
    service = {"service": DOMAIN}
    reason = {"@type": TYPE + "ErrorInfo", "reason": "API_KEY_INVALID", "domain": "googleapis.com", "metadata": service}
    return Fault(400, BAD_KEY, reason, {"@type": TYPE + "LocalizedMessage", "locale": "en-US", "message": BAD_KEY})


def _throttle(fate: Fate, model: str) -> Fault:
    per_minute = fate.kind == "429"
    if per_minute and fate.retry_s is None:
        return Fault(429, f"No capacity available for model {model} on the server")
    tier = "free" if fate.kind == "429-limit-0" else "paid"
    limit = "0" if fate.kind == "429-limit-0" else "20" if per_minute else "1000"
    violation = _violation(model, "Minute" if per_minute else "Day", tier, limit)
    message = f"{OVER_QUOTA}\n* Quota exceeded for metric: {violation['quotaMetric']}, limit: {limit}, model: {model}"
    details: list[Mapping[str, Any]] = [
        {"@type": TYPE + "QuotaFailure", "violations": [violation]},
        {"@type": TYPE + "Help", "links": [{"description": "Learn more about Gemini API quotas", "url": LIMITS}]},
    ]
    if fate.retry_s is not None:
        message += f"\nPlease retry in {fate.retry_s:g}s."
        details.append({"@type": TYPE + "RetryInfo", "retryDelay": f"{fate.retry_s:g}s"})
    return Fault(429, message, *details)


def _violation(model: str, period: str, tier: str, limit: str) -> dict[str, Any]:
    return {
        "quotaMetric": f"{DOMAIN}/generate_content_{tier}_tier_requests",
        "quotaId": f"GenerateRequestsPer{period}PerProjectPerModel-{tier.title()}Tier",
        "quotaDimensions": {"location": "global", "model": model},
        "quotaValue": limit,
    }
