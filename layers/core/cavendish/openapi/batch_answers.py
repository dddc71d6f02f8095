"""The shapes of what is told of batches (batch/view.py): a test holds each to what is really answered."""

from typing import Any

from pydantic import Field

from cavendish.batch.batch import BatchStatus, Mode
from cavendish.batch.error import BatchError
from cavendish.job import JobError
from cavendish.openapi.answers import Link, Moment
from cavendish.value import Value


class BatchLinks(Value):
    """Where to go from here."""

    self: Link
    items: Link
    cancel: Link
    retry: Link
    manifest: Link


class BatchItems(Value):
    """How many of its items stand where."""

    total: int | None = Field(description="null: nobody has looked through the file yet.")
    read: int = Field(description="So many have been looked at; each is one of those below.")
    unreadable: int = Field(description="No job could be made of them; each says why.")
    running: int = Field(description="Their jobs have not ended.")
    succeeded: int
    partial: int
    failed: int
    cancelled: int = Field(description="Also those that were never read, as the batch was cancelled before.")
    expired: int


class BatchCost(Value):
    """What the jobs that have ended cost, in USD."""

    total_usd: float


class ResultFile(Value):
    """A link to a file, fresh at each reading."""

    url: Link
    expires_at: Moment = Field(description="Until when the link works.")


class ResultPart(ResultFile):
    """A ZIP of pictures."""

    name: str
    files: int
    bytes: int


class Results(Value):
    """What a batch came to: its report, and its pictures in ZIPs of at most 2 GB."""

    folder: str = Field(description="Where the files are in the outbox; a dropped file's pictures are there too.")
    report_json: ResultFile
    report_csv: ResultFile
    parts: list[ResultPart] = Field(description="None, where the pictures lie in the folder.")


class BatchBrief(Value):
    """A batch as a list shows it."""

    id: str
    status: BatchStatus
    name: str
    mode: Mode
    created_at: Moment
    updated_at: Moment
    links: BatchLinks
    retry_of: str | None = Field(description="The batch whose failed items these are.")
    metadata: dict[str, Any]
    error: BatchError | None = Field(description="Why its file could not be read, with line and column.")


class Batch(BatchBrief):
    """A batch as a caller sees it."""

    items: BatchItems
    cost: BatchCost
    results: Results | None = Field(description="null: it has not ended, or its file could not be read.")


class UploadForm(Value):
    """How to upload the file: a POST of a multipart form with these fields and, last, the file as `file`."""

    url: Link
    fields: dict[str, str]
    expires_at: Moment


class PostedBatch(Batch):
    """A new batch."""

    upload: UploadForm | None = Field(description="null: its items came with it.")


class Batches(Value):
    """A page of batches, newest first."""

    batches: list[BatchBrief]
    next: str | None = Field(description="Send it as `after` for the next page; null: this is the last one.")


class ItemLinks(Value):
    """Where to go from here."""

    self: Link = Field(description="The item's job.")


class BatchItem(Value):
    """One item."""

    index: int = Field(description="From 0.")
    status: str = Field(description="Its job's, or `unreadable`, or `deleted`.")
    line: int | None = Field(description="Of the file, from 1.")
    name: str | None = Field(description="What its pictures are called.")
    job_id: str | None
    links: ItemLinks | None
    error: JobError | None


class Items(Value):
    """A page of a batch's items, by their index."""

    items: list[BatchItem]
    next: str | None = Field(
        description="Send it as `after` for the next page; null: no more have been read, or not yet, if it is `open`."
    )


class Manifest(Results):
    """Where all that a batch came to is."""

    id: str
    status: BatchStatus
    name: str
