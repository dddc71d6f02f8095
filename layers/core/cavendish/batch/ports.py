"""What the use cases of batches need from the outside."""

from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager
from typing import BinaryIO, NamedTuple, Protocol

from cavendish.batch.batch import Batch
from cavendish.batch.chunk import Chunk
from cavendish.batch.counts import Counts
from cavendish.batch.course import Course
from cavendish.batch.event import BatchEvent
from cavendish.batch.item import ItemFault
from cavendish.batch.source import Source
from cavendish.claim import Claim
from cavendish.job import Job


class Stored(NamedTuple):
    """An object of the inbox as it lies there."""

    source: Source
    #: Seconds since the epoch.
    at: float


class NewItem(NamedTuple):
    """A new job, and the claims on what its pictures are called."""

    job: Job
    claims: Sequence[Claim]


class Batches(Protocol):
    """The table of jobs: batches, what of them could not be read, and how many of their jobs have ended."""

    def add(self, batch: Batch, claims: Sequence[Claim] = ()) -> bool:
        """Write a new batch and its claims. False: it is there already, or a claim is held."""

    def get(self, batch_id: str) -> Batch | None: ...

    def save(self, before: Batch, after: Batch, event: BatchEvent | None = None) -> None:
        """Write a changed batch, and its event, if nobody else changed it. Raises Overtaken."""

    def queue(self, before: Batch, after: Batch, new: Sequence[NewItem]) -> None:
        """Write a changed batch and the jobs of its next items, or nothing of it: at most 100 rows together.

        So whoever reads a slice again makes no job twice, and none is made behind the back of whoever cancels. Raises
        Overtaken if somebody else changed the batch, NamesHeld.
        """

    def counts(self, batch_id: str) -> Counts:
        """How many of its jobs have ended: each is counted in the transaction that ended it (Jobs.save)."""

    def note(self, batch: Batch, faults: Sequence[ItemFault]) -> None:
        """Write down items that are no jobs; the same ones again change nothing."""

    def faults(self, batch_id: str, first: int, until: int) -> list[ItemFault]:
        """Those whose index is in the range, by index."""

    def lead(self, batch: Batch, at: float) -> None:
        """Note whose a folder is, unless a file that was stored later has it."""

    def leader(self, tenant: str, folder: str) -> str | None:
        """The batch whose folder it is; None: nobody's, or it has been forgotten."""

    def page(self, tenant: str, after: str | None, most: int) -> list[Batch]:
        """The tenant's batches, newest first, those older than `after`."""

    def due(self, now: float) -> Iterator[str]:
        """Batches by id that the watchdog has to look at."""


class Inbox(Protocol):
    """The bucket that files are dropped into. An object is read as the version that it was when its batch began."""

    @property
    def bucket(self) -> str: ...

    def find(self, key: str, version: str | None = None) -> Stored | None: ...

    def read(self, source: Source, offset: int) -> Iterator[bytes]:
        """The bytes from there on, in pieces. Raises FileGone if the version is not there any more."""

    def put(self, key: str, content: bytes, mime: str) -> None: ...

    def upload(self, key: str, *, most: int, expires_s: int) -> dict[str, object]:
        """The URL and the form fields with which anybody may store one object of at most so many bytes."""


class Outbox(Protocol):
    """The bucket in which results are found."""

    def copy(self, object_key: str, to: str, mime: str) -> bool:
        """A picture of the bucket of pictures, under another name, unless it is there already.

        False: there is no such picture any more.
        """

    def put(self, key: str, file: BinaryIO, mime: str) -> None:
        """The whole file, wherever it stands."""

    def archive(self, key: str) -> AbstractContextManager[BinaryIO]:
        """A ZIP that is stored while it is written. Only what ends without an error is there afterwards."""

    def delete(self, key: str) -> None: ...

    def link(self, key: str, *, expires_s: int) -> str: ...


class Chunks(Protocol):
    """The table of jobs: what economy batches are cut into."""

    def course(self, batch_id: str) -> Course:
        """How far a batch is; one that nobody has begun is at its beginning."""

    def advance(self, before: Course, after: Course, chunks: Sequence[Chunk] = ()) -> None:
        """Write a changed course and the chunks that were cut, or nothing of it. Raises Overtaken."""

    def all(self, batch_id: str) -> list[Chunk]:
        """The batch's chunks, in their order."""

    def save(self, before: Chunk, after: Chunk) -> None:
        """Write a changed chunk if nobody else changed it. Raises Overtaken."""


class BatchQueue(Protocol):
    """The queues of those who read batches, send economy batches and close batches. All raise SendFailed."""

    def read(self, batch: Batch, delay_s: int = 0) -> None: ...

    def close(self, batch: Batch, delay_s: int = 0) -> None: ...

    def economize(self, batch: Batch, delay_s: int = 0) -> None: ...
