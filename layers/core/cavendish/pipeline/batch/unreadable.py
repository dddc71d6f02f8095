"""A batch whose file cannot be read ends, and its owner finds out where the file would have led."""

import io
import json
from dataclasses import dataclass
from typing import Any, Final

from cavendish.batch.batch import Batch
from cavendish.batch.error import BatchError
from cavendish.batch.home import home
from cavendish.batch.ports import Batches, Outbox
from cavendish.batch.source import folder_of
from cavendish.sheet.unreadable import SheetUnreadable

_TITLE: Final = "The file cannot be read"


@dataclass(frozen=True, slots=True, kw_only=True)
class Unreadable:
    """The use case with its ports."""

    batches: Batches
    outbox: Outbox

    def end(self, batch: Batch, fault: SheetUnreadable, now: float) -> Batch:
        """The file comes first: who repeats it writes the same. Raises Overtaken."""
        failed = batch.fail(self.tell(batch, fault), now)
        self.batches.save(batch, failed, failed.event())
        return failed

    def tell(self, batch: Batch, fault: SheetUnreadable) -> BatchError:
        """Where its owner looks, if that is a folder; gives what is told."""
        error = BatchError(
            code="unreadable_file", title=_TITLE, detail=fault.detail, line=fault.line, column=fault.column
        )
        if batch.deliver == "folder" and home(batch, self.batches) == batch.folder:
            self._tell(batch.folder, {"batch_id": batch.id, "file": batch.name, **error.model_dump()})
        return error

    def lost(self, key: str) -> None:
        """Tell of a file that could not even be taken in: what is wrong is with us, and its owner has to know."""
        detail = "the file could not be taken in; drop it again, and if that does not help, the log says why"
        self._tell(folder_of(key), {"file": key, "code": "not_taken_in", "title": _TITLE, "detail": detail})

    def clear(self, batch: Batch) -> None:
        """What an earlier version of the file was told is not true of this one."""
        if batch.deliver == "folder":
            self.outbox.delete(_key(batch.folder))

    def _tell(self, folder: str, what: dict[str, Any]) -> None:
        content = io.BytesIO(json.dumps(what, indent=2, ensure_ascii=False).encode())
        self.outbox.put(_key(folder), content, "application/json")


def _key(folder: str) -> str:
    return f"{folder}.error.json"
