"""A chunk on its way: uploaded, begun at the provider once, looked after until it has ended, its results read."""

from collections.abc import Callable
from typing import Final, NamedTuple

from cavendish.batch.chunk import Chunk, ChunkState
from cavendish.batch.ports import Chunks
from cavendish.errors import CallFailed
from cavendish.outbound import BatchModels
from cavendish.outcome import Billed, Outcome, Report, report
from cavendish.pipeline.economy.chunk_calls import ChunkCalls

#: What a question to the provider takes at most, and the upload of a chunk's lines, in seconds.
_ANSWER_S: Final = 60.0
_UPLOAD_S: Final = 300.0
#: After these another try may help, if the one before was not billed.
_AGAIN: Final = frozenset({Outcome.THROTTLED, Outcome.OVERLOADED, Outcome.TIMED_OUT, Outcome.CONNECTION_LOST})


class Shift(NamedTuple):
    """Until when a worker works, and whether the batch is still wanted."""

    until: float
    cancel: bool = False


class SendChunk:
    """The use case with its ports."""

    def __init__(self, *, calls: ChunkCalls, chunks: Chunks, models: BatchModels, clock: Callable[[], float]) -> None:
        self._calls = calls
        self._chunks = chunks
        self._models = models
        self._clock = clock
        self._steps = {
            ChunkState.NEW: self._begin,
            ChunkState.BEGUN: self._upload,
            ChunkState.UPLOADED: self._create,
            ChunkState.CREATING: self._find,
            ChunkState.CREATED: self._look,
            ChunkState.ANSWERED: self._read,
        }

    def further(self, chunk: Chunk, shift: Shift) -> Chunk:
        """Do what can be done for it now. Gives it as it is then. Raises Overtaken.

        Safe to repeat after any step; two at once are kept apart by their turns (course.py).
        """
        while not chunk.over and self._clock() < shift.until:
            after = self._step(chunk, shift)
            if not after.beyond(chunk):  # what is next has to wait
                return after
            chunk = after
        return chunk

    def drop(self, chunk: Chunk) -> Chunk:
        """Send nothing: its jobs go the ordinary way."""
        return self._close(chunk, ChunkState.FAILED, Shift(0.0))

    def _step(self, chunk: Chunk, shift: Shift) -> Chunk:
        if self._clock() >= chunk.held_until:
            return self._give_up(chunk, shift)
        return self._steps[chunk.state](chunk, shift)

    def _begin(self, chunk: Chunk, _: Shift) -> Chunk:
        return self._saved(chunk, chunk.begun(self._clock()))

    def _upload(self, chunk: Chunk, shift: Shift) -> Chunk:
        if not shift.cancel:
            self._calls.begin(chunk)
        waiting = self._calls.under_way(chunk)
        if not waiting:
            return self._close(chunk, ChunkState.EMPTY, shift)
        if shift.cancel:
            return self._withdraw(chunk, shift)
        lines = self._calls.lines(waiting)
        said = self._models.upload(chunk.route, chunk.title, lines, limit_s=_UPLOAD_S)
        if isinstance(said, Report):
            return self._refused(chunk, said, shift)
        return self._saved(chunk, chunk.uploaded(said))

    def _create(self, chunk: Chunk, shift: Shift) -> Chunk:
        """What may have been billed is looked for from then on, and never begun beside it."""
        if shift.cancel:
            return self._withdraw(chunk, shift)
        assert chunk.file is not None, "only what was uploaded is begun"
        creating = self._saved(chunk, chunk.creating(self._clock()))
        said = self._models.create(chunk.route, chunk.model, chunk.file, chunk.title, limit_s=_ANSWER_S)
        if not isinstance(said, Report):
            return self._saved(creating, creating.created(said.name))
        if said.billed is Billed.NO:
            return self._refused(self._saved(creating, creating.uploaded(chunk.file)), said, shift)
        return creating

    def _find(self, chunk: Chunk, _: Shift) -> Chunk:
        if self._clock() < chunk.listed_at:
            return chunk
        said = self._models.find(chunk.route, chunk.title, limit_s=_ANSWER_S)
        if isinstance(said, Report):
            return chunk
        return self._saved(chunk, chunk.created(said.name) if said else chunk.uploaded(chunk.file))

    def _look(self, chunk: Chunk, shift: Shift) -> Chunk:
        assert chunk.operation is not None, "only what was begun is looked after"
        if shift.cancel:
            self._models.cancel(chunk.route, chunk.operation, limit_s=_ANSWER_S)
        said = self._models.look(chunk.route, chunk.operation, limit_s=_ANSWER_S)
        if isinstance(said, Report) and said.outcome is Outcome.MODEL_GONE:
            return self._fail(chunk, _garbled("the provider does not know the batch any more"), shift)
        if isinstance(said, Report) or not said.ended:
            return chunk
        if said.results:
            return self._saved(chunk, chunk.answered(said.results, self._clock()))
        return self._fail(chunk, said.report or _garbled("the provider's batch ended without results"), shift)

    def _read(self, chunk: Chunk, shift: Shift) -> Chunk:
        assert chunk.results is not None, "only results that are there are read"
        waiting = {one.key.object_key: one for one in self._calls.under_way(chunk)}
        limit_s = shift.until - self._clock()
        try:
            with self._models.results(chunk.route, chunk.results, waiting, limit_s=limit_s) as found:
                for key, reading in found:
                    self._calls.take(waiting[key], reading)
        except CallFailed as failure:
            if failure.kind != "garbled" and chunk.worth_a_try(chunk.answered_at, self._clock()):
                return chunk
            return self._fail(chunk, _garbled(f"the results of the batch could not be read: {failure}"), shift)
        return self._close(chunk, ChunkState.READ, shift)

    def _refused(self, chunk: Chunk, said: Report, shift: Shift) -> Chunk:
        """Nothing was begun, and nothing is billed."""
        if said.outcome in _AGAIN and chunk.worth_a_try(chunk.began_at, self._clock()):
            return chunk
        return self._fail(chunk, said, shift)

    def _give_up(self, chunk: Chunk, shift: Shift) -> Chunk:
        if chunk.operation is not None:  # so that it is not paid for beside what is made instead
            self._models.cancel(chunk.route, chunk.operation, limit_s=_ANSWER_S)
        self._calls.give_up(chunk)
        return self._close(chunk, ChunkState.FAILED, shift)

    def _withdraw(self, chunk: Chunk, shift: Shift) -> Chunk:
        said = report(Outcome.CANCELLED, detail="the batch was cancelled before it was sent")
        return self._fail(chunk, said, shift)

    def _fail(self, chunk: Chunk, said: Report, shift: Shift) -> Chunk:
        self._calls.end(chunk, said)
        return self._close(chunk, ChunkState.FAILED, shift)

    def _close(self, chunk: Chunk, state: ChunkState, shift: Shift) -> Chunk:
        """Its jobs go on; those of a batch that nobody wants are cancelled by whoever closes it."""
        if not shift.cancel:
            self._calls.release(chunk.job_ids)
        return self._saved(chunk, chunk.ended(state))

    def _saved(self, before: Chunk, after: Chunk) -> Chunk:
        self._chunks.save(before, after)
        return after


def _garbled(detail: str) -> Report:
    return report(Outcome.GARBLED, detail=detail)
