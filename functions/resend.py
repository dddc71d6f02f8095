"""Send again what is due: deliveries whose message was lost, or whose wait is too long for a queue."""

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import wiring
from cavendish.pipeline.webhook.resend import Resend
from wired import webhooks


def handler(event: dict[str, Any], context: object) -> dict[str, Any]:
    """Called every minute."""
    resend = Resend(deliveries=webhooks.deliveries(), queue=webhooks.queue())
    with ThreadPoolExecutor(max_workers=16) as pool:
        due = resend.sweep(wiring.clock(), failed=_log, each=pool.map)
    wiring.logger.info("deliveries.swept", due=due)
    return {"due": due}


def _log(delivery_id: str, error: Exception) -> None:
    wiring.logger.error("delivery.not_sent", delivery_id=delivery_id, exc_info=error)
