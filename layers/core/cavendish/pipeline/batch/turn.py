"""A worker's turn at a batch. Each save says what the worker saw last, so that of two at once only one goes on."""

from collections.abc import Callable
from typing import Final

from cavendish.batch.batch import LOOK_AFTER_S, Batch
from cavendish.batch.event import BatchEvent
from cavendish.batch.ports import Batches

#: Who works for long says so this often, in seconds: before the watchdog takes it for dead.
BEAT_S: Final = LOOK_AFTER_S / 4


class Turn:
    """The batch as this worker knows it. Each method raises Overtaken where somebody else has saved it meanwhile."""

    def __init__(self, batch: Batch, batches: Batches, clock: Callable[[], float]) -> None:
        self.batch = batch
        self._batches = batches
        self._clock = clock

    def save(self, after: Batch, event: BatchEvent | None = None) -> None:
        self._batches.save(self.batch, after, event)
        self.batch = after

    def beat(self) -> None:
        """Say that somebody is at work on it, if it is time."""
        if self._clock() >= self.batch.looked_at + BEAT_S:
            self.hold()

    def hold(self) -> None:
        """Say it now: from here on nobody else's work may count."""
        self.save(self.batch.looked_after(self._clock()))
