"""Tell of what the stream gave up: its records are copied into messages, and each is tried until it is told."""

from typing import Any

import messages

import wiring
from adapters.table_stream import Part, RecordsGone, TableStream
from adapters.unpublished_queue import UnpublishedQueue
from wired.publisher import tell


def handler(event: dict[str, Any], context: object) -> dict[str, Any]:
    """Take two kinds of messages from one queue: which part of the stream was given up, and rows copied out of it."""
    return messages.each(event, lambda body: _take(messages.fields(body)))


def _take(message: dict[str, Any]) -> None:
    if "row" in message:
        tell(message["row"])
    else:
        _copy(Part.of(message))


def _copy(part: Part) -> None:
    """The stream forgets a record after a day, the queue after fourteen: time to mend what keeps it from being told."""
    queue = UnpublishedQueue(wiring.client("sqs"), wiring.setting("PUBLISH_DEAD_LETTERS_QUEUE_URL"))
    copied = 0
    try:
        for row in TableStream(wiring.client("dynamodbstreams")).facts(part):
            queue.send(row)
            copied += 1
    except RecordsGone:
        wiring.logger.exception("records.gone", copied=copied, **part._asdict())
        return
    wiring.logger.warning("records.copied", copied=copied, **part._asdict())
