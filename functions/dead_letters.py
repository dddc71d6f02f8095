"""End what a queue gave up."""

from typing import Any

import messages

import wiring
from cavendish.catalog.file import catalog
from cavendish.pipeline.batch.unreadable import Unreadable
from cavendish.pipeline.dead_letters import bury


def handler(event: dict[str, Any], context: object) -> dict[str, Any]:
    """Take what the queues of files, of jobs and of attempts could not deliver."""
    return messages.each(event, lambda body: _bury(messages.fields(body), len(body)))


def _bury(message: dict[str, Any], length: int) -> None:
    if "detail" in message:
        _bury_file(message["detail"])
        return
    job_id = bury(
        message,
        jobs=wiring.jobs(),
        images=wiring.images(),
        workflow=wiring.workflow(),
        statistics=wiring.statistics(),
        catalog=catalog(),
        now=wiring.clock(),
    )
    wiring.logger.error("message.buried", job_id=job_id, length=length)


def _bury_file(detail: dict[str, Any]) -> None:
    """A batch's own message needs no burial: the watchdog sends another one."""
    Unreadable(batches=wiring.batches(), outbox=wiring.outbox()).lost(str(detail["object"]["key"]))
    wiring.logger.error("file.buried")
