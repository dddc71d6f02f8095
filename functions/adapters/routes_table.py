"""For which routes keys are set, in the table of jobs: one row with names, and never a key."""

from collections.abc import Callable
from typing import Any, Final

from adapters.rows import text
from cavendish.health.doors import Keyed

_KEY: Final = {"pk": text("ROUTES"), "sk": text("KEYED")}
#: What has not changed is noted again after this long, in seconds, so that its row says how fresh it is.
_AGAIN_S: Final = 3600


class RoutesTable:
    """The port KeyedRoutes. `failed` hears of what could not be noted.

    A worker whose keys are some minutes old may write over newer news; it writes again when it has read them anew.
    """

    def __init__(self, client: Any, table: str, failed: Callable[[Exception], None]) -> None:
        self._client = client
        self._table = table
        self._failed = failed
        self._noted: Keyed | None = None

    def note(self, seen: Keyed) -> None:
        if self._noted and not _news(self._noted, seen):
            return
        try:
            self._client.put_item(TableName=self._table, Item={**_KEY, "doc": text(seen.model_dump_json())})
        except Exception as error:  # the next job notes it
            self._failed(error)
        else:
            self._noted = seen

    def read(self) -> Keyed | None:
        row = self._client.get_item(TableName=self._table, Key=_KEY).get("Item")
        return Keyed.model_validate_json(row["doc"]["S"]) if row else None


def _news(before: Keyed, seen: Keyed) -> bool:
    return (before.keys, before.usable) != (seen.keys, seen.usable) or seen.as_of - before.as_of > _AGAIN_S
