"""End a job with what its attempts made."""

from typing import Any

import wiring
from cavendish.pipeline.settle import settle


def handler(event: dict[str, Any], context: object) -> dict[str, Any]:
    """Called by the state "Settle job", and by the rule on executions that ended without it."""
    status = settle(str(event["job_id"]), jobs=wiring.jobs(), now=wiring.clock(), statistics=wiring.statistics())
    wiring.logger.info("job.settled", job_id=event["job_id"], status=status)
    return {"job_id": event["job_id"], "status": status}
