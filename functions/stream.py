"""The records of one batch of the table's stream, in flight together."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any, Final

from wiring import logger

_AT_ONCE: Final = 8


class BatchFailed(Exception):
    """Some of a batch failed. AWS halves it until what fails is alone (BisectBatchOnFunctionError).

    It is raised, and not answered record by record: only this is understood everywhere (the local cloud would take an
    answer for success), and what is done twice does no harm.
    """


def each(event: dict[str, Any], work: Callable[[dict[str, Any]], None]) -> None:
    """Work on every new row. Raises BatchFailed when all were tried."""
    with ThreadPoolExecutor(max_workers=_AT_ONCE) as pool:
        done = list(pool.map(lambda record: _try(record, work), event["Records"]))
    if not all(done):
        raise BatchFailed(f"{done.count(False)} of {len(done)} records failed")


def _try(record: dict[str, Any], work: Callable[[dict[str, Any]], None]) -> bool:
    try:
        work(record["dynamodb"]["NewImage"])
    except Exception:
        logger.exception("record.failed", sequence_number=record["dynamodb"].get("SequenceNumber"))
        return False
    return True
