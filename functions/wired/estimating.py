"""What estimates are made of here: what was measured lately, what is closed, and chance that is the same each time."""

from collections.abc import Callable
from functools import lru_cache
from random import Random
from typing import Any, Final

import wiring
from cavendish.advice.articles import articles
from cavendish.advice.estimate import Estimate
from cavendish.batch.batch import Mode
from cavendish.batch.modes import Modes
from cavendish.catalog.file import catalog
from cavendish.health.doors import Doors
from cavendish.pipeline.estimate import Estimator, estimate_job
from cavendish.request import JobRequest
from wired import learning, times

#: The same question is answered alike, as long as nothing else was measured.
_SEED = 5
#: Routing's chance of most jobs: those with a small one begin with a model of which too little is known.
_LOOKS_NOWHERE = 0.999
#: What is the quickest model is found out anew after this long, in seconds.
_REMEMBERED_S: Final = 60


def estimated(request: JobRequest, tenant: str) -> Estimate:
    """What a request would cost. Raises OverBudget, as its submit would."""
    return estimate_job(
        request,
        tenant=tenant,
        budgets=wiring.budgets(),
        catalog=catalog(),
        now=wiring.clock(),
        estimator=estimator(),
    )


def estimator() -> Estimator:
    """What knows how it is now."""
    now = wiring.clock()
    return Estimator(
        catalog=catalog(),
        articles=articles(),
        # Which providers' keys are set is not for the door to know: it may not read them.
        doors=Doors(closures=tuple(wiring.closures().read(now))),
        routing=learning.routing(_looks_nowhere),
        schedule=learning.schedule(),
        recent=times.recent,
        chance=_chance,
        now=now,
    )


def modes() -> Modes:
    """What knows what each mode of a batch wants, with a short memory of what was measured."""
    return _modes(int(wiring.clock() // _REMEMBERED_S))


def adjusted(mode: Mode, fields: dict[str, Any]) -> dict[str, Any]:
    """An item's fields as its batch's mode wants them now."""
    return fields if mode == "balanced" else modes().adjust(mode, fields)


@lru_cache(maxsize=1)
def _modes(window: int) -> Modes:
    return Modes(catalog(), estimator().seconds)


def _looks_nowhere() -> float:
    return _LOOKS_NOWHERE


def _chance() -> Callable[[], float]:
    return Random(_SEED).random  # noqa: S311  # it weighs walks and hides nothing
