"""What tells of events, built once."""

from concurrent.futures import ThreadPoolExecutor
from typing import Any, Final

import wiring
from adapters.event_bus import EventBus
from adapters.rows import read_event
from cavendish.pipeline.publish import Publish
from once import once
from wired import webhooks

#: A tenant has 200 endpoints at most: one after the other they would take seconds.
_AT_ONCE: Final = 8


@once
def publisher() -> Publish:
    return Publish(
        jobs=wiring.jobs(),
        batches=wiring.batches(),
        endpoints=webhooks.endpoints(),
        deliveries=webhooks.deliveries(),
        queue=webhooks.queue(),
        batch_queue=wiring.batch_queue(),
        bus=EventBus(wiring.client("events"), wiring.setting("EVENT_BUS")),
    )


def tell(row: dict[str, Any]) -> None:
    """Tell of the fact in a new row of the table. Raises SendFailed."""
    fact = read_event(row)
    with ThreadPoolExecutor(max_workers=_AT_ONCE) as pool:
        told = publisher().receive(fact, wiring.clock(), each=pool.map)
    wiring.logger.info(
        "event.published", extra={**fact.about, "type": fact.type, "sequence": fact.sequence, "told": told}
    )
