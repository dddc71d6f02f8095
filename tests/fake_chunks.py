"""The port Chunks in memory."""

from collections.abc import Sequence

from cavendish.batch.chunk import Chunk
from cavendish.batch.course import Course
from cavendish.errors import Overtaken


class FakeChunks:
    """Keeps JSON, like the table."""

    def __init__(self) -> None:
        self._courses: dict[str, str] = {}
        self._chunks: dict[tuple[str, int], str] = {}

    def course(self, batch_id: str) -> Course:
        document = self._courses.get(batch_id)
        return Course.model_validate_json(document) if document else Course(batch_id=batch_id)

    def advance(self, before: Course, after: Course, chunks: Sequence[Chunk] = ()) -> None:
        places = [(one.batch_id, one.number) for one in chunks]
        if self.course(before.batch_id).revision != before.revision or any(one in self._chunks for one in places):
            raise Overtaken(f"batch {before.batch_id} is in somebody else's hands")
        self._courses[after.batch_id] = after.model_dump_json()
        self._chunks |= {place: one.model_dump_json() for place, one in zip(places, chunks, strict=True)}

    def all(self, batch_id: str) -> list[Chunk]:
        return [Chunk.model_validate_json(self._chunks[key]) for key in sorted(self._chunks) if key[0] == batch_id]

    def save(self, before: Chunk, after: Chunk) -> None:
        place = (before.batch_id, before.number)
        if place not in self._chunks or Chunk.model_validate_json(self._chunks[place]).revision != before.revision:
            raise Overtaken(f"chunk {before.title} was changed by somebody else")
        self._chunks[place] = after.model_dump_json()
