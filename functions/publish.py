"""Tell of what happened: every receiver that wants to know, and the bus."""

from typing import Any

from publisher import tell

import stream


def handler(event: dict[str, Any], context: object) -> None:
    """Take new rows from the table's stream."""
    stream.each(event, tell)
