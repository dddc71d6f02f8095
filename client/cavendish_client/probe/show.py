"""How a probe is shown: what it would cost before it, what it found after it."""

import json
import sys
from collections.abc import Sequence

from rich.console import Console
from rich.table import Table
from rich.text import Text

from cavendish_client.probe.asks import Ask, total_usd
from cavendish_client.probe.finding import Finding
from cavendish_client.say import complain, say

#: Into a file or a pipe, where nothing has a width.
_WIDE = 200


def offer(asked: Sequence[Ask]) -> None:
    """What would be called, and for how much; not on stdout, where the answer will be."""
    for one in asked:
        complain(f"  {one.model} at {one.size}, {one.aspect_ratio} ({one.expected})  ${one.price_usd:.4f}")
    calls = "1 call" if len(asked) == 1 else f"{len(asked)} calls"
    complain(f"{calls} on the route {asked[0].route}, about ${total_usd(asked):.4f} by the list; tokens may change it.")


def table(findings: Sequence[Finding]) -> None:
    """All findings, a row for each."""
    shown = Table("model", "size", "expected", "got", "mime", "answered by", "seconds", "cost", "verdict")
    for one in findings:
        shown.add_row(*(Text(cell) for cell in _cells(one)), style="" if one.honours else "red")
    Console(width=None if sys.stdout.isatty() else _WIDE).print(shown)


def one_line(findings: Sequence[Finding]) -> None:
    """All findings as one line of JSON."""
    whole = {
        "route": findings[0].ask.route,
        "honours": all(one.honours for one in findings),
        "expected_usd": total_usd([one.ask for one in findings]),
        "cost_usd": round(sum(one.cost_usd for one in findings), 6),
        "calls": [one.as_dict() for one in findings],
    }
    say(json.dumps(whole))


def _cells(one: Finding) -> tuple[str, ...]:
    return (
        one.ask.model,
        f"{one.ask.size} {one.ask.aspect_ratio}",
        one.ask.expected,
        one.got or "-",
        one.mime or "-",
        one.answered_by or "-",
        "-" if one.seconds is None else f"{one.seconds:.1f}",
        f"{'about ' if one.estimated else ''}${one.cost_usd:.4f}",
        one.verdict,
    )
