"""The circuit breaker: it reads windows, and nothing else."""

from collections.abc import Sequence

import pytest

from cavendish.health.breaker import failures_in_a_row, is_open
from cavendish.health.health import FINE_S, Health, Window
from cavendish.outcome import Outcome
from tests.builders import NOW

OK, DOWN, REFUSED, LATE = Outcome.OK, Outcome.OVERLOADED, Outcome.REFUSED_OUTPUT, Outcome.TIMED_OUT


def window(age_s: float = 0, **outcomes: int) -> Window:
    health = Health(outcomes={Outcome(name): n for name, n in outcomes.items()})
    return Window(begins_at=int(NOW - age_s) // FINE_S * FINE_S, length_s=FINE_S, health=health)


def opened(*windows: Window, ok: float = 0.95) -> bool:
    newest_first: Sequence[Window] = windows
    return is_open(newest_first, ok, NOW)


def test_three_failures_in_a_row_open_the_circuit_of_a_model_that_hardly_ever_fails() -> None:
    assert opened(window(overloaded=3))
    assert not opened(window(overloaded=2))


def test_failures_of_several_windows_add_up() -> None:
    assert opened(window(overloaded=2), window(FINE_S, timed_out=1))


@pytest.mark.parametrize(("ok", "failures"), [(0.95, 3), (0.85, 3), (0.7, 4), (0.5, 7), (0.3, 13)])
def test_it_takes_more_failures_where_failures_are_usual(ok: float, failures: int) -> None:
    assert failures_in_a_row(ok) == failures


@pytest.mark.parametrize("ok", [0.0, 1.0])
def test_a_share_of_nought_or_of_all_can_be_reckoned_with(ok: float) -> None:
    assert failures_in_a_row(ok) >= 3


def test_one_picture_closes_it() -> None:
    assert not opened(window(overloaded=50, ok=1))
    assert not opened(window(), window(FINE_S, overloaded=50, ok=1))


def test_what_was_a_quarter_of_an_hour_ago_tells_nothing_of_now() -> None:
    assert not opened(window(1500, overloaded=50))


def test_a_refused_prompt_is_no_failure_of_the_model() -> None:
    assert not opened(window(refused_output=9, bad_key=9, bad_request=9))


def test_nothing_known_is_a_closed_circuit() -> None:
    assert not opened()
