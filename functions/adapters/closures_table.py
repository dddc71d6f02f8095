"""Models that are closed for a while, in the table of jobs: one row for all, which is read before every call."""

from collections.abc import Callable
from typing import Any, Final

from adapters.rows import text
from cavendish.health.doors import Closure

_KEY: Final = {"pk": text("CLOSURES"), "sk": text("CLOSURES")}
#: What was read is believed this long, in seconds: a few calls more are refused by the provider, and cost nothing.
_FRESH_S: Final = 5.0


class ClosuresTable:
    """The port Closures. `failed` hears of what could not be noted or read."""

    def __init__(
        self, client: Any, table: str, clock: Callable[[], float], failed: Callable[[Exception], None]
    ) -> None:
        self._client = client
        self._table = table
        self._clock = clock
        self._failed = failed
        self._known: list[Closure] = []
        self._read_at = float("-inf")

    def close(self, closure: Closure) -> None:
        try:
            self._set(closure)
        except Exception as error:  # the next call finds out again
            self._failed(error)
        self._read_at = float("-inf")

    def read(self, now: float) -> list[Closure]:
        if self._clock() - self._read_at > _FRESH_S:
            self._known = self._look()
            self._read_at = self._clock()
        return [one for one in self._known if one.until > now]

    def _look(self) -> list[Closure]:
        try:
            row = self._client.get_item(TableName=self._table, Key=_KEY).get("Item", {})
            return [Closure.model_validate_json(one["S"]) for name, one in row.items() if "#" in name]
        except Exception as error:  # a call that is refused once more is better than one that is not made
            self._failed(error)
            return self._known

    def _set(self, closure: Closure) -> None:
        self._client.update_item(
            TableName=self._table,
            Key=_KEY,
            UpdateExpression="SET #place = :closure",
            ExpressionAttributeNames={"#place": f"{closure.route}#{closure.model}"},
            ExpressionAttributeValues={":closure": text(closure.model_dump_json())},
        )
