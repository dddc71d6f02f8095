"""Being ended politely: whoever sends a signal gets the clean-up that Ctrl-C gets, and gets all of it."""

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

SIGNALS = (signal.SIGTERM, signal.SIGHUP)


@contextmanager
def interruptible() -> Iterator[None]:
    """SIGTERM and a closed terminal raise KeyboardInterrupt meanwhile; what the caller ignores stays ignored."""
    with _handled(SIGNALS, signal.default_int_handler):
        yield


@contextmanager
def undisturbed() -> Iterator[None]:
    """Nothing interrupts meanwhile: a clean-up that is broken off leaves what it was there to end."""
    with _handled((signal.SIGINT, *SIGNALS), signal.SIG_IGN):
        yield


@contextmanager
def _handled(numbers: tuple[signal.Signals, ...], handler: Any) -> Iterator[None]:
    wanted = [number for number in numbers if signal.getsignal(number) is not signal.SIG_IGN]
    if threading.current_thread() is not threading.main_thread():
        wanted = []
    before = {number: signal.signal(number, handler) for number in wanted}
    try:
        yield
    finally:
        for number, earlier in before.items():
            signal.signal(number, earlier)
