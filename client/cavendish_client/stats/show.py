"""How statistics are shown: a row for each group."""

import json
import sys
from typing import Any, Final

from rich.console import Console
from rich.table import Table
from rich.text import Text

from cavendish_client.say import complain, say

#: Into a file or a pipe, where nothing has a width.
_WIDE: Final = 200
_FIGURES: Final = ("calls", "successes", "success", "p50", "p95", "p99", "cost", "calls per success")


def table(stats: dict[str, Any]) -> None:
    """All groups; what nobody knows yet is a dash, as is the tag of jobs without tags."""
    complain(f"From {stats['since']} until {stats['until']}, calls of jobs that have ended:")
    shown = Table(*stats["by"])
    for name in _FIGURES:
        shown.add_column(name, justify="right")
    for group in stats["groups"]:
        shown.add_row(*(Text(cell) for cell in (*_names(stats, group), *_figures(group))))
    Console(width=None if sys.stdout.isatty() else _WIDE).print(shown)


def one_line(stats: dict[str, Any]) -> None:
    """The API's answer as one line of JSON."""
    say(json.dumps(stats))


def _names(stats: dict[str, Any], group: dict[str, Any]) -> tuple[str, ...]:
    return tuple("-" if group[name] is None else group[name] for name in stats["by"])


def _figures(group: dict[str, Any]) -> tuple[str, ...]:
    per_success = group["attempts_per_success"]
    return (
        str(group["count"]),
        str(group["successes"]),
        f"{group['success']:.1%}",
        *(_seconds(group[name]) for name in ("p50_s", "p95_s", "p99_s")),
        f"${group['cost_usd']:.4f}",
        "-" if per_success is None else f"{per_success:.2f}",
    )


def _seconds(value: float | None) -> str:
    return "-" if value is None else f"{value:.1f} s"
