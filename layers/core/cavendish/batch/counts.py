"""How many of a batch's jobs have ended."""

from collections.abc import Mapping

from pydantic import Field

from cavendish.value import Value


class Counts(Value):
    """How many items' jobs have ended, by their status, and what they cost."""

    by_status: Mapping[str, int] = Field(default_factory=dict)
    #: Millionths of a dollar; what is paid for later is only in the report.
    spent: int = 0

    @property
    def ended(self) -> int:
        return sum(self.by_status.values())
