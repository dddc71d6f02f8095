"""Send economy batches through the providers' batch APIs, and take in what comes of them."""

from typing import Any, Final

import messages
from aws_lambda_powertools.utilities.typing import LambdaContext

import wiring
from wired.economizer import economizer

#: What is left for the picture that is being stored when the worker's time is nearly over, in seconds.
_SPARE_S: Final = 45.0


def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    """Take batches that are to be begun, or looked after."""
    until = wiring.clock() + context.get_remaining_time_in_millis() / 1000 - _SPARE_S
    return messages.each(event, lambda body: _run(str(messages.fields(body)["batch_id"]), until))


def _run(batch_id: str, until: float) -> None:
    course = economizer().run(batch_id, until)
    if course is not None:
        wiring.logger.info("batch.economized", batch_id=batch_id, chunks=course.chunks, done=course.done)
