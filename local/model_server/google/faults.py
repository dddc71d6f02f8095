"""Google's error envelopes, word for word where the words are known. Source: model-apis.md section 3.1."""

from collections.abc import Mapping
from typing import Any

from local.model_server.fate import Fate
from local.model_server.fault import Fault

TYPE = "type.googleapis.com/google.rpc."
DEVELOPER, VERTEX = "generativelanguage.googleapis.com", "aiplatform.googleapis.com"
LIMITS = "https://ai.google.dev/gemini-api/docs/rate-limits"

STATUS = {
    400: "INVALID_ARGUMENT",
    401: "UNAUTHENTICATED",
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
NO_CREDENTIAL = (
    "Request is missing required authentication credential. Expected OAuth 2 access token, login cookie or other "
    "valid authentication credential. See https://developers.google.com/identity/sign-in/web/devconsole-project."
)
BAD_CREDENTIAL = NO_CREDENTIAL.replace("is missing required", "had invalid").replace(
    "credential. Expected", "credentials. Expected"
)
OVER_QUOTA = "You exceeded your current quota, please check your plan and billing details."
SHARED_QUOTA = (
    "Resource exhausted. Please try again later. Please refer to "
    "https://cloud.google.com/vertex-ai/generative-ai/docs/error-code-429 for more details."
)
BAD_KEY = "API key not valid. Please pass a valid API key."
NO_BILLING = (
    "Gemini API free tier is not available in your country. Please enable billing on your project in Google AI Studio."
)
PLAIN = {
    "400": "Request contains an invalid argument.",
    "403": "The caller does not have permission",
    "500": "An internal error has occurred. Please retry or report in https://developers.generativeai.google/guide/troubleshooting",
    "503": "The model is overloaded. Please try again later.",
    "504": "Deadline expired before operation could complete.",
    "hang": "Deadline expired before operation could complete.",
}
CODES = {"hang": 504}


def refuse(code: int, message: str, *details: Mapping[str, Any], status: str | None = None) -> Fault:
    error: dict[str, Any] = {"code": code, "message": message, "status": status or STATUS[code]}
    if details:
        error["details"] = list(details)
    return Fault(code, {"error": error})


def unreadable() -> Fault:
    return refuse(400, "Invalid JSON payload received. Unexpected token.")


def scripted(fate: Fate, model: str, version: str, service: str = DEVELOPER) -> Fault:
    """The fault that a fate of weather or script stands for."""
    if fate.kind == "404":
        return gone(model, version)
    if fate.kind == "bad-key":
        return bad_key(service)
    if fate.kind == "billing":
        return refuse(400, NO_BILLING, status="FAILED_PRECONDITION")
    if fate.kind.startswith("429"):
        return _throttle(fate, model, service)
    return refuse(CODES.get(fate.kind) or int(fate.kind), PLAIN[fate.kind])


def gone(model: str, version: str) -> Fault:
    text = f"models/{model} is not found for API version {version}, or is not supported for generateContent."
    return refuse(404, f"{text} Call ListModels to see the list of available models and their supported methods.")


def bad_key(service: str = DEVELOPER) -> Fault:
    about = {"service": service}
    reason = {"@type": TYPE + "ErrorInfo", "reason": "API_KEY_INVALID", "domain": "googleapis.com", "metadata": about}
    return refuse(400, BAD_KEY, reason, {"@type": TYPE + "LocalizedMessage", "locale": "en-US", "message": BAD_KEY})


def _throttle(fate: Fate, model: str, service: str) -> Fault:
    per_minute = fate.kind == "429"
    if per_minute and fate.retry_s is None:
        return refuse(
            429, SHARED_QUOTA if service == VERTEX else f"No capacity available for model {model} on the server"
        )
    tier = "free" if fate.kind == "429-limit-0" else "paid"
    limit = "0" if fate.kind == "429-limit-0" else "20" if per_minute else "1000"
    violation = _violation(model, "Minute" if per_minute else "Day", tier, limit, service)
    message = f"{OVER_QUOTA}\n* Quota exceeded for metric: {violation['quotaMetric']}, limit: {limit}, model: {model}"
    details: list[Mapping[str, Any]] = [
        {"@type": TYPE + "QuotaFailure", "violations": [violation]},
        {"@type": TYPE + "Help", "links": [{"description": "Learn more about Gemini API quotas", "url": LIMITS}]},
    ]
    if fate.retry_s is not None:
        message += f"\nPlease retry in {fate.retry_s:g}s."
        details.append({"@type": TYPE + "RetryInfo", "retryDelay": f"{fate.retry_s:g}s"})
    return refuse(429, message, *details)


def _violation(model: str, period: str, tier: str, limit: str, service: str) -> dict[str, Any]:
    return {
        "quotaMetric": f"{service}/generate_content_{tier}_tier_requests",
        "quotaId": f"GenerateRequestsPer{period}PerProjectPerModel-{tier.title()}Tier",
        "quotaDimensions": {"location": "global", "model": model},
        "quotaValue": limit,
    }
