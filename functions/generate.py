"""Make the attempts that the workflow asked for."""

from typing import Any

from aws_lambda_powertools.utilities.typing import LambdaContext

import batch
import wiring
from cavendish.attempt import AttemptMessage


def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    """Take attempts from a lane's queue; all of them call their models at the same time."""
    worker_until = wiring.clock() + context.get_remaining_time_in_millis() / 1000
    return batch.each(event, lambda message: _generate(message, worker_until))


def _generate(message: dict[str, Any], worker_until: float) -> None:
    attempt = AttemptMessage.model_validate(message)
    outcome = wiring.generate().run(attempt, worker_until=worker_until)
    wiring.logger.info(
        "attempt.ended", job_id=attempt.job_id, attempt=attempt.key.path, model=attempt.call.model, outcome=outcome
    )
