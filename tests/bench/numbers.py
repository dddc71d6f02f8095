"""docs/numbers.md and its two parts, each written by a benchmark of its own: the machine's, then the policies'."""

from pathlib import Path
from typing import Final

NUMBERS: Final = Path(__file__).parents[2] / "docs" / "numbers.md"
#: What the second part begins with.
POLICIES: Final = "## Policies in bad weather\n"


def write_machine(text: str) -> None:
    """Replace the first part, which a `make bench` has measured."""
    _, heading, after = NUMBERS.read_text().partition(POLICIES)
    NUMBERS.write_text(f"{text.rstrip()}\n{heading and chr(10)}{heading}{after}")


def write_policies(text: str) -> None:
    """Replace the second part, which a `make bench-policy` has measured."""
    before = NUMBERS.read_text().partition(POLICIES)[0]
    NUMBERS.write_text(f"{before.rstrip()}\n\n{POLICIES}{text}")
