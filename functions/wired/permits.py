"""Permits for calls to models that throttled: for those who make the calls, and for those who tell of it."""

import random
import time

import wiring
from adapters.permits_table import PermitsTable
from cavendish.health.permits import Unlimited
from cavendish.health.turns import Permits
from once import once
from wired import learning


def permits() -> Permits:
    """How many calls may run at once; as many as come, where routing is to learn nothing."""
    return table() if learning.is_on() else Unlimited()


@once
def table() -> PermitsTable:
    """Its client is patient: a lease that was written, but not seen to be, would keep others waiting till its end."""
    client, name = wiring.client("dynamodb"), wiring.setting("JOBS_TABLE")
    return PermitsTable(client, name, clock=time.monotonic, chance=random.random, failed=_not_asked)


def _not_asked(error: Exception) -> None:
    wiring.logger.warning("permit.not_asked", exc_info=error)
