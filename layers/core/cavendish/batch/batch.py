"""The batch: a file of items and where it stands. A transition returns a new one; a batch that has ended has none."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Any, Final, Literal, Self

from pydantic import Field

from cavendish.batch.counts import Counts
from cavendish.batch.error import BatchError
from cavendish.batch.event import BatchEvent
from cavendish.batch.part import Part
from cavendish.batch.source import Source
from cavendish.errors import Overtaken
from cavendish.sheet.cursor import Cursor
from cavendish.value import Value
from cavendish.webhook.receiver import BatchWebhook

#: The watchdog looks after a batch this often, in seconds.
LOOK_AFTER_S: Final = 120
#: Whoever may upload a file has so long, in seconds.
UPLOAD_WITHIN_S: Final = 3_600
#: A batch is forgotten so long after its last change, in seconds: its jobs are kept 30 days after their end at most.
KEPT_S: Final = 60 * 86_400

Mode = Literal["fast", "balanced", "economy"]


class BatchStatus(StrEnum):
    """Where a batch stands."""

    #: Its file is awaited, or being read.
    OPEN = "open"
    #: All items are queued.
    RUNNING = "running"
    #: Somebody does not want the rest of it.
    CANCELLING = "cancelling"
    #: All items have ended; files and the report are being written.
    CLOSING = "closing"
    COMPLETED = "completed"
    CANCELLED = "cancelled"
    #: Its file could not be read; nothing was queued.
    FAILED = "failed"


ENDED: Final = frozenset({BatchStatus.COMPLETED, BatchStatus.CANCELLED, BatchStatus.FAILED})


class Batch(Value):
    """One batch. Times are seconds since the epoch."""

    id: str
    tenant: str
    status: BatchStatus = BatchStatus.OPEN
    #: Counts the public changes.
    sequence: int = 1
    #: Counts the writes; each is conditional on it.
    revision: int = 1
    created_at: float
    updated_at: float
    looked_at: float
    #: None: the file is awaited, or the items are those of another batch.
    source: Source | None = None
    #: The batch whose failed items these are, and the one that it all began with.
    retry_of: str | None = None
    root: str | None = None
    #: What the file is called to its owner.
    name: str
    #: The folder in the outbox; its pictures lie there, or its parts.
    folder: str
    deliver: Literal["folder", "archive"]
    #: Fields that each item has that does not say otherwise.
    defaults: Mapping[str, Any] = Field(default_factory=dict)
    #: Why they cannot be what they are; told when the file is read.
    refused: str | None = None
    mode: Mode = "balanced"
    webhook: BatchWebhook | None = None
    metadata: Mapping[str, Any] = Field(default_factory=dict)
    #: How many items it has; None: nobody has looked yet.
    total: int | None = None
    #: The columns of a CSV.
    header: tuple[str, ...] = ()
    #: Where the next slice begins.
    cursor: Cursor = Cursor()
    #: Items that could not be read.
    faulty: int = 0
    #: Items whose jobs were sent to be started, those that are none among them.
    sent: int = 0
    #: Whether no item will be added.
    sealed: bool = False
    #: Whether somebody did not want the rest of it.
    cancel: bool = False
    #: Items that have been cancelled, and those whose pictures lie where they belong.
    cancelled: int = 0
    filed: int = 0
    parts: tuple[Part, ...] = ()
    error: BatchError | None = None

    @property
    def ended(self) -> bool:
        return self.status in ENDED

    @property
    def awaits_file(self) -> bool:
        """Whether its items are still to be stored."""
        return self.status is BatchStatus.OPEN and self.source is None and self.retry_of is None

    @property
    def report_folder(self) -> str:
        """A batch that repeats what failed leaves the first one's report where it is."""
        return f"{self.folder}/retries/{self.id}" if self.retry_of else self.folder

    @property
    def read(self) -> int:
        """How many items have been read so far."""
        return self.cursor.index

    @property
    def unread(self) -> int | None:
        """How many items a cancel kept from being read; None: nobody had counted them."""
        left = None if self.total is None else self.total - self.read
        return left if self.sealed and self.cancel else 0

    @property
    def unsent(self) -> bool:
        """Whether jobs of it wait to be sent."""
        return self.sealed and not self.cancel and self.sent < self.read

    @property
    def due_at(self) -> float | None:
        """When the watchdog has to look."""
        return None if self.ended else self.looked_at + LOOK_AFTER_S

    @property
    def expires_at(self) -> float:
        return self.updated_at + KEPT_S

    def done(self, counts: Counts) -> bool:
        """Whether it is sealed and all its items have ended."""
        return self.sealed and counts.ended + self.faulty >= self.read

    def uploaded(self, source: Source, now: float) -> Self:
        return self._kept(source=source, looked_at=now)

    def checked(self, total: int, header: tuple[str, ...]) -> Self:
        """Somebody has been through the whole file: it can be read."""
        return self._kept(total=total, header=header)

    def advanced(self, cursor: Cursor, faulty: int, now: float) -> Self:
        """A slice more has been queued."""
        return self._kept(cursor=cursor, faulty=self.faulty + faulty, looked_at=now)

    def started(self, sent: int, now: float) -> Self:
        return self._kept(sent=sent, looked_at=now)

    def seal(self, now: float) -> Self:
        """No item follows, because the file has ended or because nobody wants more."""
        status = BatchStatus.CANCELLING if self.cancel else BatchStatus.RUNNING
        total = self.total if self.cancel else self.read
        return self._moved(now, status=status, sealed=True, total=total)

    def fail(self, error: BatchError, now: float) -> Self:
        return self._moved(now, status=BatchStatus.FAILED, sealed=True, error=error)

    def cancelling(self, now: float) -> Self:
        """Whoever reads it seals it first."""
        return self._moved(now, status=BatchStatus.CANCELLING, cancel=True)

    def closing(self, now: float, folder: str | None = None) -> Self:
        """From now on it is known where its results lie."""
        return self._moved(now, status=BatchStatus.CLOSING, folder=folder or self.folder)

    def withdrawn(self, cancelled: int, now: float) -> Self:
        """So many of its items have been cancelled."""
        return self._kept(cancelled=cancelled, looked_at=now)

    def filing(self, filed: int, parts: tuple[Part, ...], now: float) -> Self:
        """The pictures of so many items lie where they belong."""
        return self._kept(filed=filed, parts=parts, looked_at=now)

    def complete(self, now: float) -> Self:
        return self._moved(now, status=BatchStatus.CANCELLED if self.cancel else BatchStatus.COMPLETED)

    def looked_after(self, now: float) -> Self:
        return self._kept(looked_at=now)

    def event(self) -> BatchEvent:
        """That it has ended, whatever came of it."""
        ids = {"batch_id": self.id, "tenant": self.tenant}
        return BatchEvent(type="batch.completed", **ids, sequence=self.sequence, at=self.updated_at)

    def _kept(self, **changes: object) -> Self:
        """The same to those who look at it, but for its progress."""
        return self.model_copy(update={**changes, "revision": self.revision + 1})

    def _moved(self, now: float, **changes: object) -> Self:
        if self.ended:
            raise Overtaken(f"batch {self.id} is {self.status}: that never changes")
        times = {"updated_at": now, "looked_at": now, "sequence": self.sequence + 1}
        return self._kept(**changes, **times)
