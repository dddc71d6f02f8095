"""The pictures of a batch as ZIPs, each written to the outbox while the pictures are read: never on a disk.

What is in a part is settled before it is written. So whoever writes it again, after a crash or at the same time, writes
the same, and no picture falls between two parts.
"""

import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import IO, Final

from cavendish.batch.batch import Batch
from cavendish.batch.files import ItemFile
from cavendish.batch.part import Part
from cavendish.batch.ports import Outbox
from cavendish.pipeline.batch.ends import Ends
from cavendish.pipeline.batch.turn import Turn
from cavendish.ports import Images

#: A part has so many bytes at most, all that a ZIP is made of included: below 2 GiB no reader needs ZIP64.
PART_MAX_BYTES: Final = 2_000_000_000
#: So many pictures: they are read one after the other, and all must be while one worker lives.
PART_MAX_FILES: Final = 10_000
#: What each file adds besides its bytes and twice its name: its header, its checksum behind it, its line in the list.
_ABOUT_FILE: Final = 30 + 16 + 46
#: The end of the list.
_ABOUT_PART: Final = 22
#: Everybody may read what is unpacked.
_MODE: Final = 0o644 << 16


@dataclass(frozen=True, slots=True, kw_only=True)
class Archive:
    """Writes parts, with its ports."""

    images: Images
    outbox: Outbox
    ends: Ends
    part_max_bytes: int = PART_MAX_BYTES
    part_max_files: int = PART_MAX_FILES

    def plan(self, turn: Turn, folder: str) -> Part:
        """What the next part holds: as many items as fit, at least one. It has no files if no picture is left."""
        first, total = turn.batch.filed, turn.batch.read
        until, files, size = first, 0, _ABOUT_PART
        for index, found in self._items(turn, first, total):
            more = sum(_ABOUT_FILE + 2 * len(one.name.encode()) + one.image.bytes for one in found)
            full = size + more > self.part_max_bytes or files + len(found) > self.part_max_files
            if found and files and full:
                break
            until, files, size = index + 1, files + len(found), size + more
        key = f"{folder}/results-{len(turn.batch.parts) + 1:03}.zip"
        return Part(key=key, first=first, until=until, files=files, bytes=size)

    def write(self, turn: Turn, part: Part) -> None:
        """Write a part. Raises Overtaken, and leaves nothing, if somebody else has done so meanwhile."""
        with self.outbox.archive(part.key) as stream:
            with zipfile.ZipFile(stream, "w", zipfile.ZIP_STORED) as archive:
                for _, found in self._items(turn, part.first, part.until):
                    for one in found:
                        self._add(archive, one)
                        turn.beat()
            turn.hold()

    def _items(self, turn: Turn, first: int, until: int) -> Iterator[tuple[int, list[ItemFile]]]:
        for page in self.ends.pages(turn.batch, first, until):
            turn.beat()
            yield from ((end.index, end.files) for end in page)

    def _add(self, archive: zipfile.ZipFile, file: ItemFile) -> None:
        chunks = self.images.read(file.image.object_key)
        if chunks is None:
            return  # deleted meanwhile: its row in the report will say so
        entry = zipfile.ZipInfo(file.name, datetime.fromtimestamp(file.at, UTC).timetuple()[:6])
        entry.external_attr = _MODE
        entry.file_size = file.image.bytes
        with archive.open(entry, "w") as inside:
            _pour(chunks, inside)


def part_of(batch: Batch, index: int) -> Part | None:
    """The part in which an item's pictures are."""
    return next((one for one in batch.parts if one.first <= index < one.until), None)


def _pour(chunks: Iterator[bytes], inside: IO[bytes]) -> None:
    for chunk in chunks:
        inside.write(chunk)
