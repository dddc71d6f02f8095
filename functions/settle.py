"""End a job with what its attempts made."""

from typing import Any

import wiring
from cavendish.pipeline.batch.file_item import file_item
from cavendish.pipeline.settle import settle


def handler(event: dict[str, Any], context: object) -> dict[str, Any]:
    """Called by the state "Settle job", and by the rule on executions that ended without it."""
    job_id = str(event["job_id"])
    status = settle(job_id, jobs=wiring.jobs(), now=wiring.clock(), statistics=wiring.statistics())
    wiring.logger.info("job.settled", job_id=job_id, status=status)
    _file(job_id)
    return {"job_id": job_id, "status": status}


def _file(job_id: str) -> None:
    """The pictures of a batch's item lie in its folder at once; what goes wrong here is done when the batch closes."""
    try:
        files = file_item(job_id, jobs=wiring.jobs(), batches=wiring.batches(), outbox=wiring.outbox())
    except Exception:
        wiring.logger.warning("item.not_filed", job_id=job_id, exc_info=True)
    else:
        if files:
            wiring.logger.info("item.filed", job_id=job_id, files=files)
