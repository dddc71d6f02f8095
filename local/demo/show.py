"""The demo from its first line to its last, and all the ways in which it can end before."""

import io
import sys
import time
from collections.abc import Sequence

import psutil  # type: ignore[import-untyped]
from rich.console import Console

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
        complain(" ".join(error.message.split()) + (f" The log is {error.log_path}." if error.log_path else ""))
        return error.exit_code
    except Exception as error:  # whatever it is: a newcomer gets a sentence, and the log has the rest
        complain(f"The demo failed: {' '.join(str(error).split()) or type(error).__name__}. The log is {stage.LOG}.")
        return 1
    return 0


def _console() -> Console:
    """Plain text unless somebody looks at it, whatever else the environment wishes."""
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="replace", line_buffering=True)
    return Console(highlight=False, force_terminal=None if sys.stdout.isatty() else False)


def _demo(console: Console) -> None:
    console.print("[bold]Cavendish[/]: pictures out of unreliable image models.\n")
    console.print("Starting it on this machine: template.yaml on an emulated AWS, and a server that plays the models.")
    stage.perform(lambda running: _play(console, running), console.status("a few seconds"))
    console.print("The models were played, so nobody was paid; costs are what the real ones charge. All is stopped.")
    console.print(f"[bold]{time.time() - psutil.Process().create_time():.1f} s[/] from start to end.\n")
    console.print("Next: [bold].venv/bin/cavendish up[/] keeps it running for jobs of your own; README.md shows how.")


def _play(console: Console, running: Running) -> None:
    rehearse(running.models)
    console.print(f"Three jobs, at once, to {running.api}/v1/jobs\n", soft_wrap=True)
    with Client(running.api, running.key) as client:
        jobs = [client.submit(act.prompt, size=act.size, aspect_ratio=act.aspect_ratio) for act in ACTS]
        with display(console, ACTS) as show:
            jobs = follow(client, jobs, show)
        console.print("Fetching the pictures.\n")
        _print(console, jobs, [_picture(client, job, act.prompt) for act, job in zip(ACTS, jobs, strict=True)])
    for act, job in zip(ACTS, jobs, strict=True):
        check(act, job)


def _picture(client: Client, job: JobView, prompt: str) -> Picture | None:
    return fetch(client, job, prompt, stage.HOME.make("tmp"), PICTURES) if job["images"] else None


def _print(console: Console, jobs: Sequence[JobView], pictures: Sequence[Picture | None]) -> None:
    for n, (act, job, picture) in enumerate(zip(ACTS, jobs, pictures, strict=True), 1):
        console.print(layout.head(console, n, act, job))
        for block in layout.summary(job, picture):
            console.print(block, soft_wrap=True)
        console.print(layout.attempts(console, job), "")
