"""Tell of what happened: every receiver that wants to know, and the bus."""

from typing import Any

import stream
from wired.publisher import tell


def handler(event: dict[str, Any], context: object) -> None:
    """Take new rows from the table's stream."""
    stream.each(event, tell)
