"""What is under way to each receiver, in the table of jobs: a row whose slots are taken and given back by condition."""

from typing import Any, Final

from adapters.reads import key
from adapters.rows import number, text
from cavendish.webhook.receiver import SLOTS, usable

#: The table forgets a receiver to which nothing went for a day.
_KEPT_S: Final = 86_400


class SlotsTable:
    """The port Slots."""

    def __init__(self, client: Any, table: str) -> None:
        self._client = client
        self._table = table

    def take(self, receiver: str, holder: str, *, now: float, until: float, slots: int = SLOTS) -> int | None:
        row = self._client.get_item(TableName=self._table, Key=_place(receiver)).get("Item", {})
        slow = float(row.get("slow_until", {"N": "0"})["N"]) > now
        numbers = sorted(
            range(usable(slots, slow=slow)), key=lambda slot: row.get(f"holder_{slot}", {}).get("S") != holder
        )
        free = (slot for slot in numbers if self._is_free(row, slot, holder, now))
        return next((slot for slot in free if self._take(receiver, holder, slot, now, until)), None)

    def release(self, receiver: str, holder: str, slot: int, *, slow_until: float | None = None) -> None:
        slow = {} if slow_until is None else {":slow": number(slow_until)}
        try:
            self._client.update_item(
                TableName=self._table,
                Key=_place(receiver),
                UpdateExpression=f"REMOVE holder_{slot}, until_{slot}" + (" SET slow_until = :slow" if slow else ""),
                ConditionExpression=f"holder_{slot} = :holder",
                ExpressionAttributeValues={":holder": text(holder), **slow},
            )
        except self._client.exceptions.ConditionalCheckFailedException:
            return  # it took too long, and is somebody else's

    def _is_free(self, row: dict[str, Any], slot: int, holder: str, now: float) -> bool:
        held = row.get(f"holder_{slot}", {}).get("S")
        return held in (None, holder) or float(row[f"until_{slot}"]["N"]) <= now

    def _take(self, receiver: str, holder: str, slot: int, now: float, until: float) -> bool:
        """False: somebody else was faster, or the receiver has become slow."""
        free = f"attribute_not_exists(until_{slot}) OR until_{slot} <= :now OR holder_{slot} = :holder"
        quick = "attribute_not_exists(slow_until) OR slow_until <= :now"
        try:
            self._client.update_item(
                TableName=self._table,
                Key=_place(receiver),
                UpdateExpression=f"SET holder_{slot} = :holder, until_{slot} = :until, expires_at = :expires_at",
                ConditionExpression=f"({free})" + (f" AND ({quick})" if slot >= usable(SLOTS, slow=True) else ""),
                ExpressionAttributeValues={
                    ":holder": text(holder),
                    ":until": number(until),
                    ":now": number(now),
                    ":expires_at": number(int(until) + _KEPT_S),
                },
            )
        except self._client.exceptions.ConditionalCheckFailedException:
            return False
        return True


def _place(receiver: str) -> dict[str, Any]:
    return key(f"RECEIVER#{receiver}", "SLOTS")
