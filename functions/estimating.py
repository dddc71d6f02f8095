"""What estimates are made of here: what was measured lately, what is closed, and chance that is the same each time."""

from collections.abc import Callable
from random import Random

import wiring
from api import times
from cavendish.articles import articles
from cavendish.catalog_file import catalog
from cavendish.doors import Doors
from cavendish.estimate import Estimate
from cavendish.outlook import AsPlanned, Outlook, Routing
from cavendish.pipeline.estimate import Estimator, estimate_job
from cavendish.request import JobRequest

#: The same question is answered alike, as long as nothing else was measured.
_SEED = 5
#: Routing's chance of most jobs: those with a small one begin with a model of which too little is known.
_LOOKS_NOWHERE = 0.999


def estimated(request: JobRequest, tenant: str) -> Estimate:
    """What a request would cost. Raises OverBudget, as its submit would."""
    now = wiring.clock()
    estimator = Estimator(
        catalog=catalog(),
        articles=articles(),
        # Which providers' keys are set is not for the door to know: it may not read them.
        doors=Doors(closures=tuple(wiring.closures().read(now))),
        routing=_routing(),
        recent=times.recent,
        chance=_chance,
        now=now,
    )
    return estimate_job(
        request, tenant=tenant, budgets=wiring.budgets(), catalog=catalog(), now=now, estimator=estimator
    )


def _routing() -> Routing:
    """As dispatch routes a job that is none of the few which look how a model does."""
    if wiring.setting("LEARNING") != "on":
        return AsPlanned()
    return Outlook(wiring.measurements(), catalog(), lambda: _LOOKS_NOWHERE, _not_read)


def _not_read(error: Exception) -> None:
    wiring.logger.warning("health.not_read", exc_info=error)


def _chance() -> Callable[[], float]:
    return Random(_SEED).random  # noqa: S311  # it weighs walks and hides nothing
