"""The messages of one invocation, in flight together; each ends on its own."""

import json
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from wiring import logger


def each(event: dict[str, Any], work: Callable[[str], None]) -> dict[str, Any]:
    """Work on the body of every message. SQS brings back those that failed, and only those."""
    records = event["Records"]
    with ThreadPoolExecutor(max_workers=len(records)) as pool:
        done = list(pool.map(lambda record: _try(record, work), records))
    failed = [record["messageId"] for record, well in zip(records, done, strict=True) if not well]
    return {"batchItemFailures": [{"itemIdentifier": message_id} for message_id in failed]}


def fields(body: str) -> dict[str, Any]:
    """What can be read of a message; nothing, if it is none of ours: its use case says what becomes of it."""
    try:
        message = json.loads(body)
    except ValueError:
        return {}
    return message if isinstance(message, dict) else {}


def _try(record: dict[str, Any], work: Callable[[str], None]) -> bool:
    try:
        work(record["body"])
    except Exception:
        logger.exception(
            "message.failed", message_id=record["messageId"], queue=record["eventSourceARN"].split(":")[-1]
        )
        return False
    return True
