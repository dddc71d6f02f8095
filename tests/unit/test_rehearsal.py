"""A walk with ends that somebody chose: it is the workflow's own, with its waits and what each call costs."""

from typing import Any

import pytest

from cavendish.advice.rehearsal import Scene, rehearse
from cavendish.catalog.file import catalog
from cavendish.ladder.build import build
from cavendish.outcome import Billed, Outcome
from tests.builders import PRO, a_request

NANO = "gemini-nano-banana-2.1"


def acted(*ends: str, chance: float = 0.5, **fields: Any) -> list[Scene]:
    plan = build(a_request(**fields), catalog(), deadline_at=3600)
    return rehearse(plan, [Outcome(one) for one in ends], catalog=catalog(), chance=chance)


def test_s2s_walk_waits_and_costs_as_the_article_says() -> None:
    scenes = acted("timed_out", "overloaded", "ok", size="4K", policy="s2-reliability")

    assert [(one.at_s, one.took_s, one.wait_s, one.usd) for one in scenes] == [
        (0, 660, 60, 0.24),
        (720, 10, 120, 0),
        (850, 60, 0, 0.24),
    ]
    assert [one.next for one in scenes] == ["again after 60 s", "again after 120 s", "done"]
    assert [one.billed for one in scenes] == [Billed.UNKNOWN, Billed.NO, Billed.YES]


def test_the_last_end_comes_over_and_over_until_nothing_is_left() -> None:
    scenes = acted("truncated", "overloaded", size="4K", policy="s2-reliability")

    assert [one.outcome for one in scenes] == ["truncated", *["overloaded"] * 6]
    assert [one.size for one in scenes] == ["4K", "4K", "4K", "2K", "2K", "1K", "1K"]
    assert [one.next for one in scenes][2::2] == ["lower to 2K", "lower to 1K", "end: nothing is left to try"]


def test_a_fallback_names_the_model_that_follows() -> None:
    scenes = acted("throttled", "ok", size="2K")

    assert [(one.model, one.next) for one in scenes] == [(NANO, f"fall back to {PRO}"), (PRO, "done")]


@pytest.mark.parametrize(("chance", "wait_s"), [(0.0, 1), (0.999, 2)])
def test_chance_says_where_in_its_range_a_wait_lies(chance: float, wait_s: int) -> None:
    assert acted("overloaded", "ok", size="2K", chance=chance)[0].wait_s == wait_s


def test_an_end_that_nobody_repeats_is_the_end() -> None:
    scenes = acted("refused_input", "ok", size="2K")

    assert [one.next for one in scenes] == ["end: nothing is left to try"]
