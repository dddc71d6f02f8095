"""A transaction on the table: all of it or nothing, and a clear word on why not."""

import random
import time
from typing import Any, Final

#: How often a transaction that met another one on the same row is tried, and the pause between at most, in seconds.
_CONFLICTS: Final = 8
_CONFLICT_PAUSE_S: Final = 0.05


def write(client: Any, items: list[dict[str, Any]], refused: Exception) -> None:
    """Write the items; raises `refused` where a condition does not hold.

    Botocore repeats no cancelled transaction, so one that met another is repeated here.
    """
    for last in (*(False,) * (_CONFLICTS - 1), True):
        try:
            client.transact_write_items(TransactItems=items)
        except client.exceptions.TransactionCanceledException as error:
            reasons = {reason.get("Code") for reason in error.response.get("CancellationReasons", [])}
            if "ConditionalCheckFailed" in reasons or (last and "TransactionConflict" in reasons):
                raise refused from None
            if last:  # throttled all the time, which is no word on the condition
                raise
            time.sleep(random.uniform(0.005, _CONFLICT_PAUSE_S))  # noqa: S311, jitter is no secret
        else:
            return
