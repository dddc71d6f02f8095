"""A cloud for the time of the demo: whatever happens meanwhile, nothing of it stays."""

import signal
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from types import FrameType
from typing import TypeVar

from cavendish_client.keys import make_local_key
from local import cloud, process, state
from local.interrupt import SIGNALS
from local.running import CHECKOUT, Running, UpOptions
from local.stack import Deployment
from local.state import Home

HOME = Home(CHECKOUT)
LOG = HOME.log("demo")
ENDINGS = (signal.SIGINT, *SIGNALS)

Result = TypeVar("Result")


def perform(play: Callable[[Running], Result]) -> Result:
    """Start a cloud of our own, play, end it. Raises CloudError if it does not start or another one runs."""
    ours: list[Deployment] = []

    def make_key(deployment: Deployment) -> str:
        ours.append(deployment)
        return make_local_key(deployment)

    try:
        running = cloud.up(UpOptions(), make_key)
        state.record(HOME, process.current("demo"))  # so that `cavendish down` ends us too
        return play(running)
    except Exception as error:
        _write_log(error, with_functions=bool(ours))
        raise
    finally:
        try:
            _ignore_signals()
        finally:
            _end(ours)


@contextmanager
def interruptible_once() -> Iterator[None]:
    """The first signal interrupts us; whoever cannot wait for the clean-up and sends another does not disturb it."""
    came: list[int] = []

    def interrupt(number: int, frame: FrameType | None) -> None:
        came.append(number)
        if len(came) == 1:
            raise KeyboardInterrupt

    wanted = [number for number in ENDINGS if signal.getsignal(number) is not signal.SIG_IGN]
    before = {number: signal.signal(number, interrupt) for number in wanted}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _ignore_signals() -> None:
    for number in ENDINGS:
        signal.signal(number, signal.SIG_IGN)


def _end(ours: list[Deployment]) -> None:
    """A cloud that came to ask for a key is ours, and one that names us as who starts it; another's must live on."""
    if ours or process.current("up") in state.read(HOME).processes:
        cloud.down(CHECKOUT)


def _write_log(error: Exception, *, with_functions: bool) -> None:
    said = traceback.format_exception(error)
    if with_functions:
        with suppress(Exception):  # they died with the cloud, perhaps
            said += [f"{line}\n" for line in cloud.logs(CHECKOUT, follow=False)]
    LOG.parent.mkdir(parents=True, exist_ok=True)
    LOG.write_text("".join(said))
