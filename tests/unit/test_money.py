"""Money in whole millionths: what is counted, what is set aside, what may be spent."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cavendish.money.money import dollars, micros, micros_down, micros_up, shown


@given(st.integers(0, 10**12))
def test_money_comes_back_as_it_was(amount: int) -> None:
    usd = dollars(amount)

    assert micros(usd) == micros_up(usd) == micros_down(usd) == amount


@pytest.mark.parametrize(("usd", "up", "down"), [(0.0000014, 2, 1), (0.1 + 0.2, 300_000, 300_000), (0.0, 0, 0)])
def test_what_is_set_aside_suffices_and_what_may_be_spent_is_not_passed(usd: float, up: int, down: int) -> None:
    assert (micros_up(usd), micros_down(usd)) == (up, down)


@pytest.mark.parametrize(
    ("amount", "said"), [(0, "0.00"), (33_600, "0.0336"), (150_000, "0.15"), (12_000_000, "12.00"), (1, "0.000001")]
)
def test_money_is_said_in_cents_at_least_and_no_longer_than_it_is(amount: int, said: str) -> None:
    assert shown(amount) == said
