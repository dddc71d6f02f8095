"""The demo from its first line to its last, and all the ways in which it can end before."""

import sys
import time
from collections.abc import Sequence

import psutil  # type: ignore[import-untyped]
from rich.console import Console
from rich.padding import Padding

from cavendish_client import Client, JobView
from cavendish_client.say import complain
from local.demo import layout, stage
from local.demo.acts import ACTS, check, rehearse
from local.demo.follow import display, follow
from local.demo.pictures import Picture, fetch
from local.errors import CloudError
from local.running import CHECKOUT, Running

PICTURES = CHECKOUT / "pictures"


def main() -> int:
    """Gives the exit code; a failure is one sentence, never a traceback."""
    try:
        with stage.interruptible_once():
            _demo(_console())
    except CloudError as error:
        complain(error.message + (f" The log is {error.log_path}." if error.log_path else ""))
        return error.exit_code
    except KeyboardInterrupt:
        complain("Interrupted; nothing was left running.")
        return 130
    except Exception as error:  # whatever it is, the newcomer gets a sentence and the rest is in the log
        complain(f"The demo failed: {' '.join(str(error).split()) or type(error).__name__}. The log is {stage.LOG}.")
        return 1
    return 0


def _console() -> Console:
    """Plain text unless somebody looks at it, whatever the environment wishes."""
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="replace")
    return Console(highlight=False, force_terminal=None if sys.stdout.isatty() else False)


def _demo(console: Console) -> None:
    console.print("[bold]Cavendish[/]: pictures out of unreliable image models.\n")
    console.print("Starting it on this machine: template.yaml on an emulated AWS, and a server that plays the models.")
    with console.status("a few seconds") as status:
        jobs = stage.perform(lambda running: _play(console, running, status))
