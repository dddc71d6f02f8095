"""A transaction on the table: all of it or nothing, and a clear word on why not."""

import random
import time
from collections.abc import Sequence
from typing import Any, Final

#: How often a transaction that met another one on the same row is tried. The pause before the next try is any moment of
#: a time that doubles, in seconds: so those who met do not meet again.
_TRIES: Final = 8
_FIRST_PAUSE_S: Final = 0.02
_LONGEST_PAUSE_S: Final = 0.4

Item = dict[str, Any]


def write(
    client: Any,
    items: Sequence[Item],
    refused: Exception,
    others: Sequence[tuple[Item, Exception]] = (),
    *,
    busy: Exception | None = None,
) -> None:
    """Write the items and the others. Raises `refused` where a condition of the items does not hold, or what stands
    beside the first of the others whose condition does not.

    Botocore repeats no cancelled transaction, so one that met another is repeated here. `busy` is raised where it
    always meets one; without it `refused` is, for who was refused looks again and decides anew, and so may it then.
    """
    refusals = [*(refused for _ in items), *(refusal for _, refusal in others)]
    written = [*items, *(item for item, _ in others)]
    for tried in range(1, _TRIES + 1):
        try:
            client.transact_write_items(TransactItems=written)
        except client.exceptions.TransactionCanceledException as error:
            reasons = [reason.get("Code") for reason in error.response.get("CancellationReasons", [])]
            if "ConditionalCheckFailed" in reasons:
                raise refusals[reasons.index("ConditionalCheckFailed")] from None
            if tried == _TRIES:
                if "TransactionConflict" in reasons:
                    raise (busy or refused) from None
                raise  # throttled all the time, which is no word on the condition
            time.sleep(random.uniform(0, _pause_s(tried)))  # noqa: S311, jitter is no secret
        else:
            return


def put(
    table: str,
    row: dict[str, Any],
    condition: str = "attribute_not_exists(pk)",
    names: dict[str, str] | None = None,
    values: dict[str, Any] | None = None,
) -> dict[str, Any]:
    """An item that writes a row."""
    item = {"TableName": table, "Item": row, "ConditionExpression": condition}
    names_and_values = {"ExpressionAttributeNames": names, "ExpressionAttributeValues": values}
    return {"Put": {**item, **{name: value for name, value in names_and_values.items() if value}}}


def _pause_s(tried: int) -> float:
    return min(_LONGEST_PAUSE_S, float(_FIRST_PAUSE_S * 2 ** (tried - 1)))
