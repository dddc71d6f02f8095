"""An item: one line of a batch, and the job that is made of it. Whoever reads the line again makes the same job."""

import hashlib
from typing import Final

from cavendish.claim import Claim
from cavendish.ulid import ulid
from cavendish.value import Value

#: A name is kept as long as the job that has it may be, in seconds: 30 days after the end of one that waited for three
#: days and ran for one.
NAME_HOLDS_S: Final = 34 * 86_400


class Item(Value):
    """Where a job comes from, if it comes from a batch."""

    batch_id: str
    #: Counts the batch's items from 0, also those that could not be read.
    index: int
    #: Of the file, from 1.
    line: int
    #: What its pictures are called, without the extension.
    name: str

    @property
    def job_id(self) -> str:
        return job_id(self.batch_id, self.index)


class ItemFault(Value):
    """An item that is no job, and why."""

    index: int
    line: int
    name: str | None = None
    detail: str


def job_id(batch_id: str, index: int) -> str:
    """The id of an item's job: as old as its batch, and sorted as the batch is."""
    digest = hashlib.sha256(f"{batch_id}|{index}".encode()).digest()
    return batch_id[:10] + ulid(0, index.to_bytes(4) + digest[:6])[10:]


def stems(name: str, n: int) -> tuple[str, ...]:
    """What an item's pictures are called, without their extension."""
    return (name,) if n == 1 else tuple(f"{name}-{image + 1}" for image in range(n))


def names(item: Item, n: int, now: float) -> list[Claim]:
    """The claims by which no two items of a batch have one name, or write the same file."""
    return [_claim(item, stem, now) for stem in dict.fromkeys((item.name, *stems(item.name, n)))]


def _claim(item: Item, stem: str, now: float) -> Claim:
    digest = hashlib.sha256(f"name|{item.batch_id}|{stem}".encode()).hexdigest()
    return Claim(digest=digest, fingerprint=stem, job_id=item.job_id, expires_at=now + NAME_HOLDS_S)
