"""What a mode does to an item's fields."""

from typing import Any

import pytest

from cavendish.batch.modes import Modes
from cavendish.catalog.file import catalog
from cavendish.request import JobRequest
from tests.builders import PRO

LITE = "gemini-3.1-flash-lite-image"
FIELDS = {"prompt": "p", "size": "1K", "lane": "bulk"}


class Clock:
    """Says how long each model takes, and notes who was asked for."""

    def __init__(self, **seconds: float | None) -> None:
        self.asked: list[str | None] = []
        self._seconds = seconds

    def __call__(self, request: JobRequest) -> float | None:
        self.asked.append(request.model)
        return self._seconds.get(str(request.model), 50.0)


def fast(clock: Clock, **fields: Any) -> dict[str, Any]:
    return Modes(catalog(), clock).adjust("fast", {**FIELDS, **fields})


def test_fast_asks_the_model_that_is_expected_to_answer_soonest() -> None:
    assert fast(Clock(**{LITE: 3.0, PRO: 4.0})) == {**FIELDS, "model": LITE}


def test_fast_asks_no_model_that_does_not_know_what_else_is_asked_for() -> None:
    assert fast(Clock(**{PRO: 1.0, LITE: 3.0}), thinking="high")["model"] == LITE


def test_fast_asks_no_model_that_cannot_do_the_size_or_would_not_be_asked_first() -> None:
    assert fast(Clock(**{LITE: 3.0, PRO: 4.0}), size="4K")["model"] == PRO
    assert fast(Clock(**{LITE: None, PRO: 4.0}))["model"] == PRO


@pytest.mark.parametrize("chosen", [{"model": PRO}, {"policy": "once"}, {"use_case": "social"}, {"route": "gemini"}])
def test_fast_leaves_an_item_alone_that_has_chosen(chosen: dict[str, str]) -> None:
    clock = Clock()

    assert fast(clock, **chosen) == {**FIELDS, **chosen}
    assert clock.asked == []


def test_fast_leaves_wrong_fields_to_the_requests_own_check() -> None:
    assert fast(Clock(), size="8K") == {**FIELDS, "size": "8K"}


def test_fast_asks_once_for_items_that_are_alike_but_for_their_words() -> None:
    clock = Clock()
    modes = Modes(catalog(), clock)

    for number in range(3):
        modes.adjust("fast", {**FIELDS, "prompt": f"p {number}", "metadata": {"n": number}})
    once = len(clock.asked)
    modes.adjust("fast", {**FIELDS, "size": "2K"})

    assert once == len(set(clock.asked[:once]))
    assert len(clock.asked) > once


@pytest.mark.parametrize("mode", ["balanced", "economy"])
def test_other_modes_change_no_field(mode: Any) -> None:
    clock = Clock()

    assert Modes(catalog(), clock).adjust(mode, FIELDS) == FIELDS
    assert clock.asked == []
