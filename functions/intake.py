"""Take in the files that are dropped or posted: each of their items becomes a job."""

from typing import Any, Final

import messages
from aws_lambda_powertools.utilities.typing import LambdaContext

import wiring
from wired.taker import arrivals, intake

#: What is left for the slice's last writes when the worker's time is nearly over, in seconds.
_SPARE_S: Final = 30.0


def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    """Take messages of two kinds: that an object was stored in the inbox, and that a batch has to be read on."""
    until = wiring.clock() + context.get_remaining_time_in_millis() / 1000 - _SPARE_S
    return messages.each(event, lambda body: _take(messages.fields(body), until))


def _take(message: dict[str, Any], until: float) -> None:
    batch_id = _arrived(message["detail"]) if "detail" in message else str(message["batch_id"])
    if batch_id is None:
        return
    read = intake().read(batch_id, until)
    if read is not None:
        wiring.logger.info("batch.read", batch_id=read.id, status=read.status, read=read.read, total=read.total)


def _arrived(detail: dict[str, Any]) -> str | None:
    """The batch of an object: EventBridge tells of it with its key as it is."""
    stored = detail["object"]
    arrived = arrivals().arrive(str(stored["key"]), stored.get("version-id"), wiring.clock())
    wiring.logger.info("file.arrived", batch_id=arrived.id if arrived else None)
    return arrived.id if arrived else None
