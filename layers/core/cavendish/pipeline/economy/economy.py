"""An economy batch is sent through the provider's batch API: one chunk first, the others when that one was read.

Each job waits for its chunk for HELD_S at most, and then starts the ordinary way: nothing here can lose one.
"""

from collections.abc import Callable, Iterable
from contextlib import suppress
from functools import partial
from typing import Final

from cavendish.batch.batch import Batch
from cavendish.batch.chunk import Chunk, ChunkState
from cavendish.batch.course import Course
from cavendish.batch.ports import Batches, BatchQueue, Chunks
from cavendish.errors import Overtaken
from cavendish.pipeline.economy.cut import Cut
from cavendish.pipeline.economy.send_chunk import SendChunk, Shift

#: So many chunks of a batch are with the provider at once.
UNDER_WAY: Final = 20
#: A worker's turn outlasts its work by so much, in seconds: by then the worker has ended, whatever became of it.
_SPARE_S: Final = 90.0
#: After a chunk could not be worked on, the next try, in seconds.
_AGAIN_S: Final = 60
#: A message that comes too early by less than this is in time: two machines have two clocks.
_SKEW_S: Final = 2.0


class Economy:
    """The use case with its ports. `failed` hears, by its title, of a chunk that could not be worked on."""

    def __init__(
        self,
        *,
        batches: Batches,
        chunks: Chunks,
        queue: BatchQueue,
        cut: Cut,
        send: SendChunk,
        clock: Callable[[], float],
        failed: Callable[[str, Exception], None],
    ) -> None:
        self._batches = batches
        self._chunks = chunks
        self._queue = queue
        self._cut = cut
        self._send = send
        self._clock = clock
        self._failed = failed

    def run(self, batch_id: str, until: float) -> Course | None:
        """Work on a batch until then, and have it looked after again. Gives how far it is; None: nothing was to do.

        Safe to repeat at any point. Of two at once the second has no turn, and leaves it. Raises SendFailed.
        """
        batch = self._batches.get(batch_id)
        if batch is None or batch.mode != "economy" or not batch.sealed:
            return None
        course = self._chunks.course(batch_id)
        if not course.due(self._clock() + _SKEW_S, cancel=batch.cancel):
            return None
        with suppress(Overtaken):
            taken = course.taken(until + _SPARE_S, cancel=batch.cancel)
            self._chunks.advance(course, taken)
            return self._work(batch, taken, Shift(until, batch.cancel))
        return None

    def _work(self, batch: Batch, course: Course, shift: Shift) -> Course:
        chunks = {one.number: one for one in self._chunks.all(batch.id)}
        for chunk in [one for one in chunks.values() if one.under_way]:
            chunks[chunk.number] = self._try(partial(self._send.further, chunk, shift), chunk) or chunk
        while self._clock() < shift.until and not shift.cancel and _room(chunks.values()):
            waiting = next((one for one in chunks.values() if one.state is ChunkState.NEW), None)
            if waiting is None and course.items >= batch.read:
                break
            if waiting is None:
                course, new = self._cut.cut(batch, course)
                chunks |= {one.number: one for one in new}
                continue
            drop, send = partial(self._send.drop, waiting), partial(self._send.further, waiting, shift)
            after = self._try(drop if _refuted(chunks.values()) else send, waiting)
            if after is None:
                break
            chunks[waiting.number] = after
        return self._leave(batch, course, list(chunks.values()), shift)

    def _try(self, act: Callable[[], Chunk], chunk: Chunk) -> Chunk | None:
        """What goes wrong with one chunk keeps no other one waiting. Raises Overtaken."""
        try:
            return act()
        except Overtaken:
            raise
        except Exception as error:
            self._failed(chunk.title, error)
            return None

    def _leave(self, batch: Batch, course: Course, chunks: list[Chunk], shift: Shift) -> Course:
        """End the turn; while there is something left, the next one begins with a message."""
        now = self._clock()
        waits = [one.again_s(now) for one in chunks if one.under_way]
        left = course.items < batch.read or any(one.state is ChunkState.NEW for one in chunks)
        if not waits and (shift.cancel or not left):
            ended = course.ended(now)
            self._chunks.advance(course, ended)
            return ended
        delay_s = min(waits, default=_AGAIN_S) if now < shift.until else 0
        after = course.left(now, now + delay_s)
        self._chunks.advance(course, after)
        self._queue.economize(batch, delay_s)
        return after


def _room(chunks: Iterable[Chunk]) -> bool:
    """Whether another chunk may be sent: until one was read, only one at a time."""
    states = [one.state for one in chunks]
    under_way = sum(one.under_way for one in chunks)
    return under_way < (UNDER_WAY if ChunkState.READ in states else 1)


def _refuted(chunks: Iterable[Chunk]) -> bool:
    """Whether what was sent first came to nothing: then nothing more is sent."""
    states = [one.state for one in chunks]
    return ChunkState.FAILED in states and ChunkState.READ not in states
