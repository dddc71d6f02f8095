"""Tell of what happened: every receiver that wants to know, and the bus."""

from concurrent.futures import ThreadPoolExecutor
from typing import Any

from publisher import publisher

import stream
import wiring
from adapters.rows import read_event

#: A tenant has 200 endpoints at most: one after the other they would take seconds.
_AT_ONCE = 8


def handler(event: dict[str, Any], context: object) -> None:
    """Take new rows from the table's stream."""
    stream.each(event, _publish)


def _publish(row: dict[str, Any]) -> None:
    fact = read_event(row)
    with ThreadPoolExecutor(max_workers=_AT_ONCE) as pool:
        told = publisher().receive(fact, wiring.clock(), each=pool.map)
    subject = {name: value for name in ("job_id", "endpoint_id") if (value := getattr(fact, name, None))}
    wiring.logger.info("event.published", extra={**subject, "type": fact.type, "sequence": fact.sequence, "told": told})
