"""How long calls take that were made lately, with a short memory of what was measured."""

from functools import lru_cache
from typing import Final

import wiring
from cavendish.health.health import RECENT_S, Health
from cavendish.health.sketch import Sketch
from cavendish.ladder.plan import Call
from cavendish.size import Tier

#: What was measured is read again after this long, in seconds: eight more calls seldom end in less.
_REMEMBERED_S: Final = 60


def times(call: Call) -> Sketch:
    """What was measured. Where that is not enough, nothing: who waits by the catalogue may wait far too long."""
    health = recent(call)
    return health.times if health.known else Sketch()


def recent(call: Call) -> Health:
    """What was measured lately of the model that a call asks."""
    return _recent(call.route, call.model, call.size, int(wiring.clock() // _REMEMBERED_S))


@lru_cache(maxsize=256)
def _recent(route: str, model: str, size: Tier, window: int) -> Health:
    """What was measured lately; nothing, where that cannot be read: a caller who only asks how far it is must not fail.

    That is remembered too, so that not everybody waits in vain.
    """
    now = wiring.clock()
    try:
        return Health.of(wiring.measurements().read(route, model, size, now - RECENT_S, now))
    except Exception as error:
        wiring.logger.warning("health.not_read", model=model, size=size, exc_info=error)
        return Health()
