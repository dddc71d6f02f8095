"""What a mode does to the fields of an item. `economy` changes none: who sends it sends it another way."""

from collections.abc import Callable
from typing import Any, Final

from pydantic import ValidationError

from cavendish.batch.batch import Mode
from cavendish.catalog.catalog import Catalog
from cavendish.contract.misfits import misfits
from cavendish.request import JobRequest

#: Whoever names one of these has chosen.
_CHOSEN: Final = ("model", "policy", "use_case", "route")
#: What says nothing of how long a picture takes.
ASIDE: Final = frozenset({"prompt", "metadata", "tags", "webhook", "retention_s"})

#: How long a picture of a request is expected to take, in seconds, if its model is the first to be asked; None: it
#: would not be.
Seconds = Callable[[JobRequest], float | None]


class Modes:
    """Knows what each mode wants. What was found for one item is remembered for others like it."""

    def __init__(self, catalog: Catalog, seconds: Seconds) -> None:
        self._catalog = catalog
        self._seconds = seconds
        self._found: dict[str, str | None] = {}

    def adjust(self, mode: Mode, fields: dict[str, Any]) -> dict[str, Any]:
        """The fields as the mode wants them. Wrong ones stay as they are: the request's own check names them."""
        if mode != "fast" or any(fields.get(name) is not None for name in _CHOSEN):
            return fields
        try:
            request = JobRequest.model_validate(fields)
        except ValidationError:
            return fields
        model = self._quickest(request)
        return {**fields, "model": model} if model else fields

    def _quickest(self, request: JobRequest) -> str | None:
        like = request.model_dump_json(exclude=set(ASIDE))
        if like not in self._found:
            self._found[like] = self._look(request)
        return self._found[like]

    def _look(self, request: JobRequest) -> str | None:
        """The model that is expected to bring the picture soonest."""
        makers = self._catalog.makers(request.asked.tier, request.ratio)
        asked = [request.model_copy(update={"model": one.id}) for one in makers if one.state == "live"]
        timed = [(self._seconds(one), one.model) for one in asked if not misfits(one, self._catalog)]
        return min(((took, model) for took, model in timed if took is not None), default=(0.0, None))[1]
