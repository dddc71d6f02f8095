"""End what a queue gave up."""

from typing import Any

import batch
import wiring
from cavendish.catalog_file import catalog
from cavendish.pipeline.dead_letters import bury


def handler(event: dict[str, Any], context: object) -> dict[str, Any]:
    """Take what the queues of jobs and of attempts could not deliver."""
    return batch.each(event, _bury)


def _bury(body: str) -> None:
    job_id = bury(
        batch.fields(body),
        jobs=wiring.jobs(),
        images=wiring.images(),
        workflow=wiring.workflow(),
        catalog=catalog(),
        now=wiring.clock(),
    )
    wiring.logger.error("message.buried", job_id=job_id, length=len(body))
