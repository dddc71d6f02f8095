"""End, repeat or settle whatever has nobody left who would, and delete what was kept long enough."""

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import wiring


def handler(event: dict[str, Any], context: object) -> dict[str, Any]:
    """Called every minute."""
    with ThreadPoolExecutor(max_workers=16) as pool:
        seen = wiring.watchdog().sweep(wiring.clock(), failed=_log, each=pool.map)
    wiring.logger.info("watchdog.swept", due=seen)
    return {"due": seen}


def _log(job_id: str, error: Exception) -> None:
    wiring.logger.error("watchdog.failed", job_id=job_id, exc_info=error)
