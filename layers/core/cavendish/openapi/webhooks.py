"""What receivers are sent, as the `webhooks` of the document."""

from typing import Any, Final

from cavendish.webhook.events import DISABLED, EVENT_TYPES, PING

_WORDS: Final = {
    "job.queued": "A job was accepted.",
    "job.started": "Its workflow runs.",
    "job.downgraded": "A smaller picture is tried now.",
    "job.fell_back": "Another model is tried now.",
    "job.succeeded": "All its pictures are there.",
    "job.partial": "Some of its pictures are there, and no more will come.",
    "job.failed": "It ended without a picture.",
    "job.cancelled": "It was cancelled.",
    "job.expired": "Its deadline passed.",
    "batch.completed": "It ended, whatever came of it: `status` says what.",
    DISABLED: "Another endpoint of yours was disabled, after five days of failures or because it answered 410.",
    PING: "Somebody asked for a test.",
}
_SCHEMAS: Final = {"job": "JobMessage", "batch": "BatchMessage"}
_HEADERS: Final = {
    "webhook-id": "The same each time the same message is sent: who has seen it may forget it.",
    "webhook-timestamp": "When it was sent, in seconds since the epoch.",
    "webhook-signature": "Separated by spaces: `v1,` and base64 for each secret, `v1a,` and base64 for the public key.",
}


def webhooks() -> dict[str, Any]:
    return {name: {"post": _post(name)} for name in (*EVENT_TYPES, PING)}


def _post(name: str) -> dict[str, Any]:
    schema = _SCHEMAS.get(name.partition(".")[0], "EndpointMessage")
    content = {"schema": {"$ref": f"#/components/schemas/{schema}"}}
    return {
        "summary": _WORDS[name],
        "description": "Signed by Standard Webhooks 1.0; sent at least once, up to ten times in 76 hours.",
        "parameters": [_header(header, words) for header, words in _HEADERS.items()],
        "requestBody": {"required": True, "content": {"application/json": content}},
        "responses": {
            "2XX": {"description": "It arrived. An answer takes 15 seconds at most."},
            "410": {"description": "No more of these, ever: the endpoint is disabled."},
            "default": {"description": "It is sent again; redirects are not followed. `Retry-After` is honoured."},
        },
    }


def _header(name: str, words: str) -> dict[str, Any]:
    return {"name": name, "in": "header", "required": True, "description": words, "schema": {"type": "string"}}
