"""Whether a job may cost anything: what a caller wants to know who cancels it."""

from enum import StrEnum

from cavendish.attempt import Attempt
from cavendish.outcome import Billed


class Charge(StrEnum):
    """How sure it is that a model bills something."""

    NONE = "none"
    POSSIBLE = "possible"
    CERTAIN = "certain"


def charge(attempts: list[Attempt]) -> Charge:
    """What is known of all attempts together. A call that runs may be billed, whatever becomes of it."""
    billed = {one.report.billed if one.report else Billed.UNKNOWN for one in attempts}
    if Billed.YES in billed:
        return Charge.CERTAIN
    return Charge.POSSIBLE if Billed.UNKNOWN in billed else Charge.NONE
