"""The demo from its first line to its last, and all the ways in which it can end before."""

import io
import os
import sys
import time
from collections.abc import Sequence
from pathlib import Path

import httpx
import psutil  # type: ignore[import-untyped]
from rich.console import Console
from rich.markup import escape

from cavendish_client import Client, JobView
from cavendish_client.say import complain
from local.demo import dropped, hook, layout, stage, words
from local.demo.acts import ACTS, Act, check, rehearse
from local.demo.dropped import Boxes, Returned
from local.demo.follow import display, follow
from local.demo.hook import Hook
from local.demo.pictures import Picture, fetch, shown
from local.errors import CloudError
from local.running import CHECKOUT, Running

PICTURES = CHECKOUT / "pictures"


def main() -> int:
    """Gives the exit code; a failure is one sentence, never a traceback."""
    os.environ["NO_PROXY"] = os.environ["no_proxy"] = "127.0.0.1"  # whatever proxy the user has: we stay here
    try:
        stage.interruptible_once()
        _demo(_console())
    except CloudError as error:
        _complain(error.message, error.log_path)
        return error.exit_code
    except httpx.TransportError as error:
        _complain(f"The local cloud does not answer any more: {error}", stage.LOG)
        return 1
    except Exception as error:  # whatever it is: a newcomer gets a sentence, and the log has the rest
        _complain(f"The demo failed: {str(error) or type(error).__name__}", stage.LOG)
        return 1
    return 0


def _complain(message: str, log: Path | None) -> None:
    complain(" ".join(message.split()).rstrip(".") + "." + (f" The log is {log}." if log else ""))


def _console() -> Console:
    """Plain text unless somebody looks at it, whatever else the environment wishes."""
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="replace", line_buffering=True)
    return Console(highlight=False, force_terminal=None if sys.stdout.isatty() else False)


def _demo(console: Console) -> None:
    console.print("[bold]Cavendish[/]: pictures out of unreliable image models")
    console.print("Starting it here: an emulated AWS with template.yaml, and a server of models.")
    stage.perform(lambda running: _play(console, running), console.status("a few seconds"))
    console.print("A local server played the models; the costs are by the prices of the real ones.")
    seconds = time.time() - psutil.Process().create_time()
    console.print(f"It took {seconds:.1f} s in all, and nothing is left running.\n")
    console.print("Next: [bold].venv/bin/cavendish up[/] starts it to stay; README.md shows a first job.")


def _play(console: Console, running: Running) -> None:
    rehearse(running.models)
    boxes, draft = Boxes(running), stage.HOME.make("tmp")
    console.print(f"Three jobs, at once, to {running.api}/v1/jobs", soft_wrap=True)
    console.print(f"and then a file into the inbox: {dropped.FILE}, three lines, one of them wrong\n")
    with Client(running.api, running.key) as client, hook.of_jobs(client) as ours, hook.of_batches(client) as theirs:
        jobs = [_submit(client, act, ours) for act in ACTS]
        with display(console, ACTS) as show:
            jobs = follow(client, jobs, show, words.begun)
            boxes.drop()  # not before: a small machine would start the functions for it in place of theirs
            jobs = follow(client, jobs, show)
        console.print("Fetching the pictures.\n")
        pictures = [_picture(client, job, act.prompt, draft) for act, job in zip(ACTS, jobs, strict=True)]
        _print(console, jobs, pictures, ours)
        came = dropped.returned(client, boxes, theirs, draft, PICTURES / dropped.FOLDER)
        _print_folder(console, came)
    for act, job in zip(ACTS, jobs, strict=True):
        check(act, job)
    dropped.check(came)


def _submit(client: Client, act: Act, ours: Hook) -> JobView:
    return client.submit(act.prompt, size=act.size, aspect_ratio=act.aspect_ratio, **ours.wanted(act))


def _picture(client: Client, job: JobView, prompt: str, draft: Path) -> Picture | None:
    return fetch(client, job, prompt, draft, PICTURES) if job["images"] else None


def _print(console: Console, jobs: Sequence[JobView], pictures: Sequence[Picture | None], ours: Hook) -> None:
    for n, (act, job, picture) in enumerate(zip(ACTS, jobs, pictures, strict=True), 1):
        console.print(layout.head(console, n, act, job))
        if picture:
            console.print(f"   [bold]{escape(shown(picture.path))}[/]", soft_wrap=True)
        told = hook.said(ours.job_ended(job)) if act.webhook else None
        console.print(layout.summary(job, picture, told), layout.attempts(console, job), "")


def _print_folder(console: Console, came: Returned) -> None:
    console.print(layout.returned(console, len(ACTS) + 1, came))
    console.print(f"   [bold]{escape(shown(PICTURES / dropped.FOLDER))}/[/]", soft_wrap=True)
    console.print(layout.folder(came), "")
