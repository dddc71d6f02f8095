"""A cloud for the time of the demo: whatever happens meanwhile, nothing of it stays."""

import signal
import traceback
from collections.abc import Callable
from contextlib import AbstractContextManager, suppress
from types import FrameType

from local import cloud, process, state
from local.errors import CloudError
from local.interrupt import SIGNALS
from local.keys import make_local_key
from local.running import CHECKOUT, Running, UpOptions
from local.stack import Deployment
from local.state import Home

HOME = Home(CHECKOUT)
LOG = HOME.log("demo")
ENDINGS = (signal.SIGINT, *SIGNALS)


def perform(play: Callable[[Running], None], while_starting: AbstractContextManager[object]) -> None:
    """Start a cloud of our own, play, end it. Raises CloudError if it does not start or another one runs."""
    ours: list[Deployment] = []

    def make_key(deployment: Deployment) -> str:
        ours.append(deployment)
        return make_local_key(deployment)

    try:
        with while_starting:
            running = cloud.up(UpOptions(), make_key)
        state.record(HOME, process.current("demo"))  # so that `cavendish down` ends us too
        play(running)
    except Exception as error:
        if ours:
            _keep_log(error)
        raise
    finally:
        _end(ours)


def interruptible_once() -> None:
    """The first signal interrupts us; another, from whoever cannot wait for the clean-up, does not disturb it."""
    came: list[int] = []

    def interrupt(number: int, frame: FrameType | None) -> None:
        came.append(number)
        if len(came) == 1:
            raise KeyboardInterrupt

    for number in ENDINGS:
        if signal.getsignal(number) is not signal.SIG_IGN:
            signal.signal(number, interrupt)


def _end(ours: list[Deployment]) -> None:
    """A cloud that came to ask for a key is ours, and one that names us as who starts it; another's must live on."""
    try:
        for number in ENDINGS:
            signal.signal(number, signal.SIG_IGN)
    finally:
        if ours or process.current("up") in state.read(HOME).processes:
            cloud.down(CHECKOUT)


def _keep_log(error: Exception) -> None:
    """What went wrong, and what the functions said, which would die with the cloud."""
    if isinstance(error, CloudError):
        error.log_path = error.log_path or LOG
    said = traceback.format_exception(error)
    with suppress(Exception):
        said += [f"{line}\n" for line in cloud.logs(CHECKOUT, follow=False)]
    LOG.write_text("".join(said))
