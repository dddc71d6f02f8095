"""Endpoints and deliveries as a caller sees them."""

from typing import Any

from cavendish.contract.view import timestamp
from cavendish.webhook.delivery import Delivery, Try
from cavendish.webhook.endpoint import Endpoint
from cavendish.webhook.events import EVENT_TYPES


def endpoint_view(endpoint: Endpoint) -> dict[str, Any]:
    """Without its secrets: each is shown once, by whoever made it."""
    return {
        "id": endpoint.id,
        "url": endpoint.url,
        "events": list(endpoint.events or EVENT_TYPES),
        "enabled": endpoint.enabled,
        "disabled_reason": endpoint.disabled_reason,
        "created_at": timestamp(endpoint.created_at),
        "failing_since": _moment(endpoint.failing_since),
    }


def delivery_view(delivery: Delivery) -> dict[str, Any]:
    own = delivery.url is not None
    return {
        "id": delivery.id,
        "endpoint": None if own else delivery.receiver,
        "url": delivery.url,
        "message_id": delivery.message_id,
        "type": delivery.type,
        "job_id": delivery.subject if delivery.about_job else None,
        "batch_id": delivery.subject if delivery.about_batch else None,
        "sequence": delivery.sequence,
        "timestamp": timestamp(delivery.at),
        "status": delivery.state,
        "reason": delivery.reason,
        "replays": delivery.replays,
        "next_at": timestamp(delivery.next_at) if delivery.pending else None,
        "tries": [_try(one) for one in delivery.tries],
    }


def _try(one: Try) -> dict[str, Any]:
    return {
        "at": timestamp(one.at),
        "took_s": one.took_s,
        "code": one.status,
        "answer": one.answer,
        "error": one.error,
    }


def _moment(seconds: float | None) -> str | None:
    return None if seconds is None else timestamp(seconds)
