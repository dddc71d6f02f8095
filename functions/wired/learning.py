"""What planning makes of what was measured; where nothing is to be learned, the articles stand."""

import random
from collections.abc import Callable

import wiring
from cavendish.catalog.file import catalog
from cavendish.health.outlook import AsPlanned, Outlook, Routing
from cavendish.health.schedule import Schedule
from once import once


def is_on() -> bool:
    return wiring.setting("LEARNING") == "on"


@once
def routing(chance: Callable[[], float] = random.random) -> Routing:
    """How plans are fitted to what is measured; not at all, where routing is to learn nothing."""
    return Outlook(wiring.measurements(), catalog(), chance, _not_read) if is_on() else AsPlanned()


@once
def schedule() -> Schedule:
    """At which hour jobs start that may wait for one; by the articles alone, where nothing is to be learned."""
    return Schedule(catalog(), wiring.measurements() if is_on() else None, _not_read)


def _not_read(error: Exception) -> None:
    wiring.logger.warning("health.not_read", exc_info=error)
