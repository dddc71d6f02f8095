"""End what a queue gave up."""

from typing import Any

import batch
import wiring
from cavendish.attempt import AttemptMessage
from cavendish.catalog import catalog
from cavendish.pipeline.dead_letters import bury_attempt, bury_job


def handler(event: dict[str, Any], context: object) -> dict[str, Any]:
    """Take what the queues of jobs and of attempts could not deliver."""
    return batch.each(event, _bury)


def _bury(message: dict[str, Any]) -> None:
    if "token" in message:
        bury_attempt(
            AttemptMessage.model_validate(message),
            jobs=wiring.jobs(),
            images=wiring.images(),
            workflow=wiring.tokens(),
            catalog=catalog(),
            now=wiring.clock(),
        )
    else:
        bury_job(str(message["job_id"]), jobs=wiring.jobs(), now=wiring.clock())
    wiring.logger.error("message.buried", job_id=message["job_id"])
