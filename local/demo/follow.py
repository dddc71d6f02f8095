"""Following the jobs while they run: a board that is rewritten on a terminal, plain lines anywhere else."""

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager

from rich.console import Console, Group, RenderableType
from rich.live import Live
from rich.padding import Padding
from rich.text import Text

from cavendish_client import Client, JobView
from local.demo import words
from local.demo.acts import Act
from local.demo.layout import head
from local.errors import CloudError

LOOK_EVERY_SECONDS = 0.2
#: Many times what they take, on a machine that has much else to do.
DEADLINE_SECONDS = 90.0

Show = Callable[[Sequence[JobView]], None]


def follow(
    client: Client, jobs: Sequence[JobView], show: Show, until: Callable[[JobView], bool] = words.ended
) -> list[JobView]:
    """Read all jobs until each has ended, or is as far as that. Raises CloudError if that takes too long."""
    latest, deadline = list(jobs), time.monotonic() + DEADLINE_SECONDS
    show(latest)
    while not all(map(until, latest)):
        if time.monotonic() > deadline:
            raise CloudError(f"The jobs did not end within {DEADLINE_SECONDS:.0f} seconds.")
        time.sleep(LOOK_EVERY_SECONDS)
        latest = [job if until(job) else client.get(job["id"]) for job in latest]
        show(latest)
    return latest


@contextmanager
def display(console: Console, acts: Sequence[Act]) -> Iterator[Show]:
    if not console.is_terminal or console.is_dumb_terminal:
        yield _lines(console, acts)
        return
    with Live(console=console, auto_refresh=False, transient=True) as live:
        yield lambda jobs: live.update(_board(console, acts, jobs), refresh=True)


def _board(console: Console, acts: Sequence[Act], jobs: Sequence[JobView]) -> RenderableType:
    blocks: list[RenderableType] = []
    for n, (act, job) in enumerate(zip(acts, jobs, strict=True), 1):
        now = Group(Text(words.doing(job), style="cyan"), Text(words.why(job) or act.title, style="dim"))
        blocks += [head(console, n, act, job), Padding(now, (0, 0, 1, 3), expand=False)]
    return Group(*blocks)


def _lines(console: Console, acts: Sequence[Act]) -> Show:
    told = [0 for _ in acts]

    def show(jobs: Sequence[JobView]) -> None:
        for n, job in enumerate(jobs):
            facts = words.facts(job)
            for fact in facts[told[n] :]:
                console.print(f"job {n + 1}  {fact}", soft_wrap=True)
            told[n] = len(facts)

    return show
