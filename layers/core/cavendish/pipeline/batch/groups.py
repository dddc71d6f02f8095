"""Items in groups, each as large as one transaction takes."""

from collections.abc import Callable, Iterable, Iterator
from typing import Final

from cavendish.batch.item import ItemFault
from cavendish.batch.ports import NewItem
from cavendish.pipeline.batch.items import taken
from cavendish.sheet.record import Record

#: A transaction has 100 rows at most: the batch, and of each item its job, the job's event, and the claims on names.
ROWS: Final = 100
#: DynamoDB takes 4 MB in a transaction; a request says 256 KB at most.
_CHARS: Final = 700_000


def named_once(found: list[NewItem | ItemFault]) -> tuple[list[NewItem], list[ItemFault]]:
    """Of two items with one name in the same group the first has it."""
    new: list[NewItem] = []
    faults: list[ItemFault] = []
    lines: dict[str, int] = {}
    for one in found:
        if isinstance(one, ItemFault):
            faults.append(one)
            continue
        assert one.job.item is not None, "what is made here comes from a batch"
        held = next((lines[claim.digest] for claim in one.claims if claim.digest in lines), None)
        if held is not None:
            faults.append(taken(one, f"line {held}"))
            continue
        lines |= {claim.digest: one.job.item.line for claim in one.claims}
        new.append(one)
    return new, faults


def groups(
    found: Iterable[tuple[Record, NewItem | ItemFault]], late: Callable[[], bool]
) -> Iterator[list[tuple[Record, NewItem | ItemFault]]]:
    """As many items as one transaction takes, or as were found when it became late."""
    group: list[tuple[Record, NewItem | ItemFault]] = []
    rows, chars = 1, 0
    for record, one in found:
        more, longer = (0, 0) if isinstance(one, ItemFault) else (2 + len(one.claims), _length(one))
        if group and (rows + more > ROWS or chars + longer > _CHARS or len(group) >= ROWS or late()):
            yield group
            group, rows, chars = [], 1, 0
        group.append((record, one))
        rows, chars = rows + more, chars + longer
    if group:
        yield group


def _length(new: NewItem) -> int:
    return len(new.job.request.model_dump_json())
