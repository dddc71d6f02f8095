"""Make the attempts that the workflow asked for."""

from typing import Any

import messages
from aws_lambda_powertools.utilities.typing import LambdaContext

import wiring
from wired.generator import generator


def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    """Take attempts from a lane's queue; all of them call their models at the same time."""
    worker_until = wiring.clock() + context.get_remaining_time_in_millis() / 1000
    return messages.each(event, lambda body: _generate(messages.fields(body), worker_until))


def _generate(message: dict[str, Any], worker_until: float) -> None:
    said = generator().receive(message, worker_until=worker_until)
    counters = {name: message.get(name) for name in ("job_id", "image", "step", "route", "try")}
    outcome = said.outcome if said else None
    wiring.logger.info("attempt.reported" if said else "attempt.left", extra={**counters, "outcome": outcome})
    if said and said.unknown:
        wiring.logger.warning("answer.unknown", extra={**counters, "unknown": said.unknown})
