"""How a job looks when it is printed: at any width from a narrow column on, with or without colour."""

from collections.abc import Iterator
from typing import Any

from rich.console import Console, Group, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from cavendish_client import JobView
from local.demo import words
from local.demo.acts import Act
from local.demo.dropped import FILE, Returned
from local.demo.pictures import Picture

WIDEST = 96
#: Below this a table of attempts cannot be read, and each attempt is told in lines.
TABLE_NEEDS = 74

STYLES = {"succeeded": "green", "completed": "green", "failed": "red", "expired": "red", "cancelled": "red"}


def head(console: Console, n: int, act: Act, job: JobView) -> RenderableType:
    """Number, prompt, status and time, in one line."""
    return _head(console, n, act.prompt, job["status"], words.elapsed(job))


def _head(console: Console, n: int, title: str, told: str, seconds: float) -> RenderableType:
    line = Table.grid(padding=(0, 1))
    line.width = min(console.width, WIDEST)
    line.add_column(width=2)
    line.add_column(ratio=1, no_wrap=True, overflow="ellipsis")
    line.add_column(justify="right", no_wrap=True)
    line.add_column(justify="right", no_wrap=True, width=6)
    status = Text(told, style=STYLES.get(told, "yellow"))
    line.add_row(Text(str(n), style="bold"), Text(title, style="bold"), status, f"{seconds:.1f} s")
    return line


def attempts(console: Console, job: JobView) -> RenderableType:
    """Each attempt, and beneath it why the next step was made."""
    wide = console.width >= TABLE_NEEDS
    blocks: list[RenderableType] = [_row(_TITLES, "dim")] if wide else []
    for one in job["attempts"]:
        style = "green" if one["outcome"] == "ok" else "yellow"
        blocks.append(_row(tuple(_cells(one)), style) if wide else Text(_told(one), style=style))
        if one["next"] not in (None, "done"):
            blocks.append(_indented(Text(one["next"], style="dim")))
    return _indented(*blocks)


def summary(job: JobView, picture: Picture | None, told: str | None) -> RenderableType:
    """What lies on the disk, as measured there; what was asked; what it cost; how its end was told."""
    blocks = []
    if picture:
        blocks.append(Text(_measured(picture)))
    if job["error"]:
        blocks.append(Text(f"{job['error']['title']}: {job['error']['detail']}", style="red"))
    asked = job["requested"]
    blocks.append(Text(f"asked for {asked['size']}, {asked['aspect_ratio']}{words.marks(job)}; {words.cost(job)}"))
    if told:
        blocks.append(Text(told, style="green"))
    return _indented(*blocks)


def returned(console: Console, n: int, came: Returned) -> RenderableType:
    """A dropped file: status and time of its batch, in one line."""
    seconds = words.between(came.batch["created_at"], came.batch["updated_at"])
    return _head(console, n, f"{FILE}, dropped into the inbox", came.batch["status"], seconds)


def folder(came: Returned) -> RenderableType:
    """What came back: each file with its size, the lines that could not be read, what all cost, who told of it."""
    totals, width = came.report["totals"], max(map(len, came.sizes))
    measured = {picture.path.name: _measured(picture) for picture in came.pictures}
    files = [f"{name:{width}}  {measured.get(name, f'{size:,} bytes')}" for name, size in came.sizes.items()]
    wrong = [f"line {item['line']}: {item['error']['detail']}" for item in came.report["items"] if item["error"]]
    counts = f"{totals['items']} items, {totals['files']} pictures, {totals['unreadable']} unreadable"
    cost = words.usd(totals["cost_usd"], totals["possible_duplicate_usd"])
    return _indented(
        *map(Text, files),
        *(Text(line, style="yellow") for line in wrong),
        Text(f"{counts}; {cost}"),
        Text(came.told, style="green"),
    )


def _measured(picture: Picture) -> str:
    kind = picture.mime.removeprefix("image/").upper()
    return f"{picture.width} x {picture.height} {kind}, {picture.bytes:,} bytes, measured"


def _indented(*blocks: RenderableType) -> Padding:
    return Padding(Group(*blocks), (0, 0, 0, 3), expand=False)


_TITLES = ("#", "model", "route", "size", "outcome", "waited", "took", "cost")
_WIDTHS = (3, 24, 8, 6, 11, -7, -7, -9)  # to the right where negative


def _cells(one: dict[str, Any]) -> Iterator[str]:
    yield from (str(one["n"]), one["model"], one["route"], one["size"], one["outcome"] or "")
    yield f"{one['waited_s']} s" if one["waited_s"] else "-"
    yield f"{words.took(one):.1f} s"
    yield f"${one['cost_usd']:.4f}" if one["cost_usd"] else "-"


def _row(cells: tuple[str, ...], style: str) -> Text:
    set_ = (cell.rjust(-wide) if wide < 0 else cell.ljust(wide) for cell, wide in zip(cells, _WIDTHS, strict=True))
    return Text("".join(set_), style=style, no_wrap=True)


def _told(one: dict[str, Any]) -> str:
    n, model, route, size, outcome, waited, took, cost = _cells(one)
    return f"{n}. {model} by {route}, {size}: waited {waited}, {outcome} after {took}, cost {cost}"
