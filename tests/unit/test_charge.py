"""Whether a job may cost anything."""

import pytest

from cavendish.attempt import Attempt
from cavendish.contract.charge import charge
from cavendish.outcome import Outcome
from tests.builders import a_key, an_attempt, an_ended_attempt

MADE = an_ended_attempt(Outcome.OK)
UNBILLED = an_ended_attempt(Outcome.OVERLOADED, a_key(try_=1))
LOST = an_ended_attempt(Outcome.LOST_WORKER, a_key(try_=2))
CALLING = an_attempt(a_key(try_=3))


@pytest.mark.parametrize(
    ("attempts", "said"),
    [
        ([], "none"),
        ([UNBILLED], "none"),
        ([UNBILLED, CALLING], "possible"),
        ([LOST], "possible"),
        ([MADE], "certain"),
        ([LOST, MADE, UNBILLED, CALLING], "certain"),
    ],
)
def test_the_surest_of_all_attempts_is_said(attempts: list[Attempt], said: str) -> None:
    assert charge(attempts) == said
