"""What is expected of a call: measured if it is known, believed if not."""

from typing import Any

import pytest

from cavendish.health.health import ENOUGH, FINE_S, Health, Window
from cavendish.health.odds import Odds, odds
from cavendish.health.prior import Prior
from cavendish.health.sketch import Sketch
from cavendish.outcome import Outcome
from tests.builders import NOW

BELIEVED = Prior(ok=0.9, hangs=0.0, mean_s=40, p95_s=60)


def window(age_s: float = 0, times: list[float] | None = None, failed_s: float = 10, **outcomes: int) -> Window:
    """A window with these ends; each picture took 20 s, and each failure 10, unless it is said otherwise."""
    times = [20.0] * outcomes.get("ok", 0) if times is None else times
    told = [failed_s] * sum(n for name, n in outcomes.items() if name not in {"ok", "timed_out"})
    named = {Outcome(name): n for name, n in outcomes.items() if n}
    health = Health(outcomes=named, times=Sketch.of(times), failures=Sketch.of(told))
    return Window(begins_at=int(NOW - age_s) // FINE_S * FINE_S, length_s=FINE_S, health=health)


def known(*oldest_first: Window, believed: Prior = BELIEVED) -> Odds:
    return odds(oldest_first, believed, NOW)


def test_without_measurements_the_articles_are_believed() -> None:
    assert known() == Odds(0.9, 0.0, 0.0, 40, 60, 10, known=False, out=False)


def test_how_long_a_failure_takes_is_guessed_until_it_is_measured() -> None:
    assert known(window(ok=9)).failure_s == 10
    assert known(window(ok=9, throttled=1, failed_s=1)).failure_s == pytest.approx(5.5, rel=0.05)
    assert known(window(ok=9, throttled=99, failed_s=1)).failure_s < 1.2


def test_how_long_a_failure_takes_is_what_it_took_lately() -> None:
    before, lately = window(FINE_S, overloaded=20, failed_s=60), window(ok=1, overloaded=20, failed_s=1)

    assert known(before, lately).failure_s == known(lately).failure_s


def test_of_two_models_that_fail_alike_the_one_that_says_so_sooner_is_faster() -> None:
    quick, slow = (known(window(ok=10, overloaded=10, failed_s=one)) for one in (0.1, 20))

    assert quick.seconds(100) + 12 < slow.seconds(100)


def test_what_is_believed_weighs_as_much_as_four_calls() -> None:
    assert known(window(ok=2, overloaded=2)).ok == pytest.approx((2 + 4 * 0.9) / 8)


def test_times_count_from_eight_pictures_on() -> None:
    assert known(window(ok=ENOUGH - 1)).mean_s == 40
    few = known(window(ok=ENOUGH))
    assert few.known
    assert (few.mean_s, few.p95_s) == (pytest.approx(20, rel=0.05), pytest.approx(20, rel=0.05))


def test_only_the_newest_windows_count_if_they_are_enough() -> None:
    newest = window(ok=20)

    assert known(window(FINE_S, ok=20, times=[80.0] * 20), newest).mean_s == pytest.approx(20, rel=0.05)
    assert known(window(FINE_S, overloaded=15, ok=5), newest).ok == known(newest).ok


def test_a_model_that_was_left_for_its_failures_gets_a_new_chance() -> None:
    assert known(window(600, ok=2, overloaded=18)).ok < 0.3
    assert known(window(1800, ok=2, overloaded=18)).ok == 0.9


def test_an_outage_is_forgotten_when_the_circuit_closes() -> None:
    during = known(window(FINE_S, ok=20), window(overloaded=9))
    after = known(window(2 * FINE_S, ok=20), window(FINE_S, overloaded=30), window(ok=1))

    assert (during.out, after.out) == (True, False)
    assert after.ok > 0.9


def test_a_model_hangs_if_more_than_one_call_in_twenty_is_not_answered() -> None:
    assert known(window(ok=16, timed_out=4)).hangs
    assert not known(window(ok=20)).hangs
    assert known(believed=BELIEVED._replace(hangs=0.3)).hangs


def test_refused_prompts_are_nobodys_odds() -> None:
    assert known(window(ok=10, refused_output=10, refused_input=10)).ok == known(window(ok=10)).ok


def test_a_picture_takes_longer_by_each_failure_on_the_way() -> None:
    fields: dict[str, Any] = {"throttled": 0.0, "mean_s": 40, "p95_s": 60, "failure_s": 10, "known": True, "out": False}

    assert Odds(ok=1.0, unknown=0.0, **fields).seconds(100) == 40
    assert Odds(ok=0.5, unknown=0.0, **fields).seconds(100) == 40 + 10
    assert Odds(ok=0.5, unknown=0.5, **fields).seconds(100) == 40 + 100
