"""Close batches: cancel what nobody wants any more, put pictures where their owner finds them, write the report."""

from typing import Any, Final

import messages
from aws_lambda_powertools.utilities.typing import LambdaContext

import wiring
from wired.closer import closer

#: What is left for a slice's last page of items when the worker's time is nearly over, in seconds.
_SPARE_S: Final = 60.0


def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    """Take batches whose items have ended, or are to end."""
    until = wiring.clock() + context.get_remaining_time_in_millis() / 1000 - _SPARE_S
    return messages.each(event, lambda body: _close(str(messages.fields(body)["batch_id"]), until))


def _close(batch_id: str, until: float) -> None:
    status = closer().close(batch_id, until=until)
    wiring.logger.info("batch.worked_on", batch_id=batch_id, status=status)
