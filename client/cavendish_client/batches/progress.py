"""How far a batch is, in words and as a bar: done of all, how fast, what it cost so far, how long it takes still."""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Final

from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn

from cavendish_client.batches.routes import BatchView
from cavendish_client.say import complain

Seen = Callable[[BatchView], None]

_ENDS: Final = ("succeeded", "partial", "failed", "cancelled", "expired", "unreadable")
_BAD: Final = ("failed", "expired", "cancelled", "unreadable")
_MINUTE_S: Final = 60
_HOUR_S: Final = 3_600


def done(batch: BatchView) -> int:
    """How many items have ended, also those that never began."""
    return sum(batch["items"][name] for name in _ENDS)


def bad(batch: BatchView) -> int:
    """How many items have ended without a picture."""
    return sum(batch["items"][name] for name in _BAD)


class Pace:
    """How fast items end, since somebody began to look. Moments are in seconds, of any clock."""

    def __init__(self) -> None:
        self._first: tuple[float, int] | None = None
        self._now = (0.0, 0)

    def see(self, now: float, count: int) -> None:
        self._first = self._first or (now, count)
        self._now = (now, count)

    @property
    def per_minute(self) -> float | None:
        """None: nothing has ended since."""
        if self._first is None or self._now[1] <= self._first[1]:
            return None
        return (self._now[1] - self._first[1]) / (self._now[0] - self._first[0]) * _MINUTE_S

    def left_s(self, total: int | None) -> float | None:
        """How long the rest takes at that pace; None: nobody knows."""
        if total is None or self.per_minute is None:
            return None
        return (total - self._now[1]) / self.per_minute * _MINUTE_S


def words(batch: BatchView, pace: Pace) -> str:
    """One line."""
    items = batch["items"]
    parts = [f"{done(batch)}/{'?' if items['total'] is None else items['total']} done"]
    parts += [f"{items[name]} {name}" for name in ("partial", *_BAD) if items[name]]
    parts += [f"{pace.per_minute:.1f}/min"] if pace.per_minute else []
    parts.append(f"${batch['cost']['total_usd']:.2f} so far")
    left_s = pace.left_s(items["total"])
    parts += [f"about {_span(left_s)} left"] if left_s else []
    return f"{batch['status']}: {', '.join(parts)}"


@contextmanager
def shown(clock: Callable[[], float]) -> Iterator[Seen]:
    """Gives what shows each reading on stderr: a bar on a terminal, else a line for each change."""
    pace = Pace()
    if not sys.stderr.isatty():
        yield _lines(pace, clock)
        return
    with Progress(BarColumn(), TextColumn("{task.description}"), console=Console(stderr=True)) as bar:
        task = bar.add_task("", total=None)

        def see(batch: BatchView) -> None:
            pace.see(clock(), done(batch))
            bar.update(task, total=batch["items"]["total"], completed=done(batch), description=words(batch, pace))

        yield see


def _lines(pace: Pace, clock: Callable[[], float]) -> Seen:
    before: list[object] = []

    def see(batch: BatchView) -> None:
        pace.see(clock(), done(batch))
        change = [batch["status"], batch["items"]["total"], done(batch)]
        if change != before:
            before[:] = change
            complain(words(batch, pace))

    return see


def _span(seconds: float) -> str:
    if seconds < _MINUTE_S:
        return f"{max(1, round(seconds))} s"
    return f"{round(seconds / _MINUTE_S)} min" if seconds < _HOUR_S else f"{seconds / _HOUR_S:.1f} h"
