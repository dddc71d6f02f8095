"""The port Chunks: one suite for the fake and for the table."""

import pytest

from adapters.chunks_table import ChunksTable
from cavendish.batch.chunk import Chunk, ChunkState, Member
from cavendish.batch.course import Course
from cavendish.batch.ports import Chunks
from cavendish.errors import Overtaken
from tests.batch_world import BATCH_ID
from tests.builders import FLASH, JOB_ID, NOW, a_call
from tests.fake_chunks import FakeChunks

OTHER_ID = "01KX0000000000000000000777"


@pytest.fixture(params=["fake", "table"])
def chunks(request: pytest.FixtureRequest) -> Chunks:
    if request.param == "fake":
        return FakeChunks()
    return ChunksTable(request.getfixturevalue("dynamodb"), request.getfixturevalue("table"))


def a_chunk(number: int = 0, **fields: object) -> Chunk:
    member = Member(job_id=JOB_ID, call=a_call(model=FLASH, economy=True))
    defaults = {"batch_id": BATCH_ID, "number": number, "route": "gemini", "model": FLASH, "members": (member,)}
    return Chunk.model_validate({**defaults, "cut_at": NOW, **fields})


def cut(chunks: Chunks, *new: Chunk) -> Course:
    course = chunks.course(BATCH_ID)
    after = course.cut(course.items + 50, len(new))
    chunks.advance(course, after, new)
    return after


def test_a_course_begins_at_its_beginning_and_is_read_as_it_was_written(chunks: Chunks) -> None:
    new = chunks.course(BATCH_ID)
    taken = new.taken(NOW + 800.5, cancel=True)
    chunks.advance(new, taken)
    after = taken.left(NOW, NOW + 5)
    chunks.advance(taken, after)

    assert new == Course(batch_id=BATCH_ID)
    assert chunks.course(BATCH_ID) == after
    assert chunks.course(OTHER_ID) == Course(batch_id=OTHER_ID)


def test_chunks_are_read_in_their_order_as_they_were_written(chunks: Chunks) -> None:
    cut(chunks, *(a_chunk(number) for number in range(11)))
    after = cut(chunks, a_chunk(11))

    assert chunks.all(BATCH_ID) == [a_chunk(number) for number in range(12)]
    assert (chunks.course(BATCH_ID), chunks.all(OTHER_ID)) == (after, [])


def test_of_two_who_cut_the_same_items_one_makes_chunks(chunks: Chunks) -> None:
    course = chunks.course(BATCH_ID)
    cut(chunks, a_chunk(0))

    with pytest.raises(Overtaken):
        chunks.advance(course, course.cut(50, 2), [a_chunk(0), a_chunk(1)])
    assert chunks.all(BATCH_ID) == [a_chunk(0)]


def test_a_chunk_that_is_there_is_not_made_again(chunks: Chunks) -> None:
    course = cut(chunks, a_chunk(0))

    with pytest.raises(Overtaken):
        chunks.advance(course, course.cut(100, 2), [a_chunk(1), a_chunk(0)])
    assert (chunks.course(BATCH_ID), chunks.all(BATCH_ID)) == (course, [a_chunk(0)])


def test_whoever_has_not_seen_the_last_change_changes_nothing(chunks: Chunks) -> None:
    new = a_chunk()
    cut(chunks, new)
    begun = new.begun(NOW + 1)
    chunks.save(new, begun)

    with pytest.raises(Overtaken):
        chunks.save(new, new.ended(ChunkState.FAILED))
    with pytest.raises(Overtaken):
        chunks.save(a_chunk(7), a_chunk(7).begun(NOW))
    assert chunks.all(BATCH_ID) == [begun]
