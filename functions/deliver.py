"""Send each delivery to its receiver, once, and write down what came of it."""

from typing import Any

import messages

import wiring
from cavendish.webhook.delivery import Delivery
from wired.deliverer import deliverer


def handler(event: dict[str, Any], context: object) -> dict[str, Any]:
    """Take deliveries from their queue; all of them are on their way at the same time."""
    return messages.each(event, _deliver)


def _deliver(body: str) -> None:
    delivery_id = str(messages.fields(body)["delivery_id"])
    row = deliverer().receive(delivery_id)
    wiring.logger.info("delivery.tried", extra={"delivery_id": delivery_id, **(_outcome(row) if row else {})})


def _outcome(row: Delivery) -> dict[str, Any]:
    """Where it stands; after a message that came too early or twice: where it stood."""
    code = row.tries[-1].status if row.tries else None
    return {
        "job_id": row.subject if row.about_job else None,
        "outcome": row.state,
        "tries": len(row.tries),
        "code": code,
        "reason": row.reason,
    }
