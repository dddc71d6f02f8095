"""The ports of batches in memory: the same conditions and errors as the real adapters, as the same tests show."""

import io
import zlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import BinaryIO, cast

from cavendish.batch.batch import Batch
from cavendish.batch.counts import Counts
from cavendish.batch.errors import FileGone, NamesHeld
from cavendish.batch.event import BatchEvent
from cavendish.batch.item import ItemFault
from cavendish.batch.ports import NewItem, Stored
from cavendish.batch.source import Source
from cavendish.claim import Claim
from cavendish.errors import Claimed, Overtaken, SendFailed
from tests.fakes import FakeImages, FakeJobs


class FakeBatches:
    """The port Batches, over the same table as the port Jobs. Keeps JSON, like the table."""

    def __init__(self, jobs: FakeJobs) -> None:
        self.events: list[BatchEvent] = []
        self._jobs = jobs
        self._batches: dict[str, str] = {}
        self._faults: dict[str, dict[int, ItemFault]] = {}
        self._leaders: dict[tuple[str, str], tuple[float, str]] = {}

    def add(self, batch: Batch, claims: Sequence[Claim] = ()) -> bool:
        try:
            self._jobs.check(claims, batch.created_at)
        except Claimed:
            return False
        if batch.id in self._batches:
            return False
        self._jobs.claims |= {claim.digest: claim for claim in claims}
        self._batches[batch.id] = batch.model_dump_json()
        return True

    def get(self, batch_id: str) -> Batch | None:
        document = self._batches.get(batch_id)
        return Batch.model_validate_json(document) if document else None

    def save(self, before: Batch, after: Batch, event: BatchEvent | None = None) -> None:
        current = self.get(before.id)
        if current is None or current.revision != before.revision:
            raise Overtaken(f"batch {before.id} was changed by somebody else")
        self._batches[after.id] = after.model_dump_json()
        self.events += [event] if event else []

    def queue(self, before: Batch, after: Batch, new: Sequence[NewItem]) -> None:
        current = self.get(before.id)
        if current is None or current.revision != before.revision:
            raise Overtaken(f"batch {before.id} was changed by somebody else")
        digests = [claim.digest for one in new for claim in one.claims]
        try:
            for job, claims in new:
                self._jobs.check(claims, job.created_at)
        except Claimed:
            raise NamesHeld from None
        if len(digests) != len(set(digests)) or self._jobs.several([job.id for job, _ in new]):
            raise NamesHeld
        for job, claims in new:
            self._jobs.add(job, job.event("job.queued"), claims)
        self.save(before, after)

    def counts(self, batch_id: str) -> Counts:
        counted = dict(self._jobs.counted.get(batch_id, {}))
        return Counts(spent=counted.pop("spent", 0), by_status=counted)

    def note(self, batch: Batch, faults: Sequence[ItemFault]) -> None:
        self._faults.setdefault(batch.id, {}).update({one.index: one for one in faults})

    def faults(self, batch_id: str, first: int, until: int) -> list[ItemFault]:
        found = self._faults.get(batch_id, {})
        return [found[index] for index in sorted(found) if first <= index < until]

    def lead(self, batch: Batch, at: float) -> None:
        place = (batch.tenant, batch.folder)
        if place not in self._leaders or self._leaders[place][0] <= at:
            self._leaders[place] = (at, batch.id)

    def leader(self, tenant: str, folder: str) -> str | None:
        return self._leaders.get((tenant, folder), (0.0, None))[1]

    def page(self, tenant: str, after: str | None, most: int) -> list[Batch]:
        mine = [one for one in self._all() if one.tenant == tenant and (after is None or one.id < after)]
        return sorted(mine, key=lambda one: one.id, reverse=True)[:most]

    def due(self, now: float) -> Iterator[str]:
        yield from [one.id for one in self._all() if one.due_at is not None and one.due_at <= now]

    def _all(self) -> list[Batch]:
        return [Batch.model_validate_json(document) for document in self._batches.values()]


class FakeInbox:
    """The port Inbox: each object in all of its versions, numbered from 1."""

    bucket = "inbox"

    def __init__(self, now: float = 0.0) -> None:
        self.now = now
        self._versions: dict[str, list[tuple[bytes, float]]] = {}
        self._deleted: set[str] = set()

    def find(self, key: str, version: str | None = None) -> Stored | None:
        number = int(version) if version else len(self._versions.get(key, []))
        if not self._there(key, number):
            return None
        content, at = self._versions[key][number - 1]
        return Stored(Source(key=key, version=str(number), etag=f'"{zlib.crc32(content)}"', size=len(content)), at)

    def read(self, source: Source, offset: int) -> Iterator[bytes]:
        number = int(source.version or 0)
        if not self._there(source.key, number):
            raise FileGone(f"{source.key} is not there any more")
        content = self._versions[source.key][number - 1][0]
        for at in range(offset, len(content), 1000):
            yield content[at : at + 1000]

    def put(self, key: str, content: bytes, mime: str) -> None:
        self._deleted.discard(key)
        self._versions.setdefault(key, []).append((content, self.now))

    def upload(self, key: str, *, most: int, expires_s: int) -> dict[str, object]:
        return {"url": "https://inbox.test/", "fields": {"key": key, "most": str(most), "expires": str(expires_s)}}

    def delete(self, key: str) -> None:
        """All versions of it, as its owner does."""
        self._deleted.add(key)

    def _there(self, key: str, number: int) -> bool:
        return key not in self._deleted and 0 < number <= len(self._versions.get(key, []))


class FakeOutbox:
    """The port Outbox, beside the bucket that pictures are copied from."""

    def __init__(self, images: FakeImages) -> None:
        self.contents: dict[str, bytes] = {}
        self.mimes: dict[str, str] = {}
        #: The keys that were written, in order; what was there already is not written again.
        self.written: list[str] = []
        self._images = images
        self._sources: dict[str, str] = {}

    def copy(self, object_key: str, to: str, mime: str) -> bool:
        if self._sources.get(to) == object_key:
            return True
        content = self._images.contents.get(object_key)
        if content is None:
            return False
        self._write(to, content, mime)
        self._sources[to] = object_key
        return True

    def put(self, key: str, file: BinaryIO, mime: str) -> None:
        file.seek(0)
        self._write(key, file.read(), mime)

    @contextmanager
    def archive(self, key: str) -> Iterator[BinaryIO]:
        upload = _OnlyWritable()
        yield cast("BinaryIO", upload)
        self._write(key, upload.content, "application/zip")

    def delete(self, key: str) -> None:
        self._sources.pop(key, None)
        self.contents.pop(key, None)

    def link(self, key: str, *, expires_s: int) -> str:
        return f"https://outbox.test/{key}?for={expires_s}"

    def _write(self, key: str, content: bytes, mime: str) -> None:
        self._sources.pop(key, None)
        self.contents[key], self.mimes[key] = content, mime
        self.written.append(key)


class _OnlyWritable(io.RawIOBase):
    """Knows no place in it, as an upload knows none."""

    content = b""

    def writable(self) -> bool:
        return True

    def write(self, content: bytes) -> int:  # type: ignore[override]  # nothing but bytes is written here
        self.content += content
        return len(content)


class FakeBatchQueue:
    """The port BatchQueue: the batches that are to be read, economized and closed, each with its delay."""

    def __init__(self) -> None:
        self.to_read: list[tuple[str, int]] = []
        self.to_close: list[tuple[str, int]] = []
        self.to_economize: list[tuple[str, int]] = []
        self.down = False

    def read(self, batch: Batch, delay_s: int = 0) -> None:
        self._send(self.to_read, batch, delay_s)

    def close(self, batch: Batch, delay_s: int = 0) -> None:
        self._send(self.to_close, batch, delay_s)

    def economize(self, batch: Batch, delay_s: int = 0) -> None:
        self._send(self.to_economize, batch, delay_s)

    def _send(self, queue: list[tuple[str, int]], batch: Batch, delay_s: int) -> None:
        if self.down:
            raise SendFailed(f"batch {batch.id} could not be sent")
        queue.append((batch.id, delay_s))
