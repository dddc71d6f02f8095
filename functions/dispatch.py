"""Plan the ladder of each job and start its workflow."""

import json
from typing import Any

import messages

import wiring
from cavendish.catalog.file import catalog
from cavendish.pipeline.dispatch import dispatch
from wired import learning, providers


def handler(event: dict[str, Any], context: object) -> dict[str, Any]:
    """Take jobs from a lane's queue."""
    return messages.each(event, _dispatch)


def _dispatch(body: str) -> None:
    job_id = str(json.loads(body)["job_id"])
    dispatch(
        job_id,
        jobs=wiring.jobs(),
        workflow=wiring.starter(),
        catalog=catalog(),
        doors=providers.doors(),
        routing=learning.routing(),
        schedule=learning.schedule(),
        now=wiring.clock(),
    )
    wiring.logger.info("job.dispatched", job_id=job_id)
