"""Whether accounts bear a tenant's attempts: no row is hotter than DynamoDB allows, and transactions seldom meet.

A partition takes 1,000 write units a second; a write in a transaction costs two
(docs.aws.amazon.com/amazondynamodb/latest/developerguide/bp-partition-key-design.html and transaction-apis.html).
"""

from collections import Counter

from adapters.accounts import SPREAD, _part
from adapters.transaction import _FIRST_PAUSE_S, _LONGEST_PAUSE_S, _TRIES, _pause_s
from cavendish.money.budget import FAR
from tests.builders import a_key, an_attempt

UNITS_A_SECOND = 1_000
ATTEMPTS_A_SECOND = 200
#: Each attempt writes to its tenant's account of a day, or of a month, when it begins and when it ends.
WRITES = 2 * ATTEMPTS_A_SECOND
#: A transaction of five rows in one region; AWS promises no figure, so this is twice what is usual.
TRANSACTION_S = 0.02


def test_two_hundred_attempts_a_second_of_one_tenant_fit_into_one_partition() -> None:
    assert 2 * WRITES < UNITS_A_SECOND


def test_two_transactions_seldom_meet_on_a_row_and_hardly_ever_until_the_tries_are_over() -> None:
    met = WRITES / SPREAD * TRANSACTION_S
    both = 2 * met  # the day's row or the month's

    assert both < 0.55
    assert both**_TRIES < 0.01
    # A single row would be held by eight transactions all the time.
    assert WRITES * TRANSACTION_S == 8


def test_attempts_are_spread_evenly_over_the_rows_that_are_not_weighed() -> None:
    keys = [a_key(image=image, step=step, try_=try_) for image in range(9) for step in range(9) for try_ in range(40)]
    parts = Counter(_part(an_attempt(key)) for key in keys)

    assert len(parts) == SPREAD
    assert max(parts.values()) < 2 * len(keys) / SPREAD
    assert "00" not in parts


def test_near_its_limit_a_budget_is_one_row_for_a_few_seconds_of_such_a_tenant() -> None:
    assert FAR / ATTEMPTS_A_SECOND <= 1


def test_the_pauses_double_up_to_the_longest() -> None:
    pauses = [_pause_s(tried) for tried in range(1, _TRIES)]

    assert pauses == sorted(pauses)
    assert (pauses[0], pauses[-1]) == (_FIRST_PAUSE_S, _LONGEST_PAUSE_S)
    # A begin's tries all end long before the worker's own time does.
    assert sum(pauses) < 2
