"""What takes files in, built once."""

from functools import lru_cache
from typing import Final

import wiring
from cavendish.catalog.file import catalog
from cavendish.errors import AddressRefused
from cavendish.pipeline.batch.arrive import Arrive
from cavendish.pipeline.batch.intake import Intake
from cavendish.pipeline.batch.items import Items
from once import once
from wired import web
from wired.estimating import adjusted

#: What was found out of a URL is believed so long, in seconds.
_KNOWN_S: Final = 60


@once
def arrivals() -> Arrive:
    return Arrive(batches=wiring.batches(), inbox=wiring.inbox(), tenant=wiring.setting("INBOX_TENANT"))


@once
def intake() -> Intake:
    return Intake(
        jobs=wiring.jobs(),
        batches=wiring.batches(),
        inbox=wiring.inbox(),
        outbox=wiring.outbox(),
        queue=wiring.queue(),
        batch_queue=wiring.batch_queue(),
        items=Items(catalog=catalog(), check=_check, adjust=adjusted),
        clock=wiring.clock,
    )


def _check(url: str) -> None:
    """Whether a URL would be opened now. A file has the same one in each of its lines. Raises AddressRefused."""
    refused = _looked_at(url, int(wiring.clock() // _KNOWN_S))
    if refused:
        raise refused


@lru_cache(maxsize=1024)
def _looked_at(url: str, _: int) -> AddressRefused | None:
    try:
        web.check(url)
    except AddressRefused as refused:
        return refused
    return None
