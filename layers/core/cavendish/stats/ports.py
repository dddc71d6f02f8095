"""What is kept of calls, outside: a real adapter (functions/adapters), and a fake with the same tests."""

from collections.abc import Sequence
from typing import Protocol

from cavendish.stats.tally import Kind, Sum


class Statistics(Protocol):
    """The table: what the calls of each tenant came to."""

    def add(self, tenant: str, sums: Sequence[Sum]) -> None:
        """Add to what is kept, best effort: it never raises, and what could not be added is not added later."""

    def read(self, tenant: str, kind: Kind, since: float, until: float, most: int) -> list[Sum] | None:
        """The sums of all hours that a span touches, oldest first; None: there are more than `most`."""
