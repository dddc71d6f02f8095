"""Levels of thinking: a model is asked for one that it has."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cavendish.catalog.file import catalog
from cavendish.catalog.route import Offer
from cavendish.thinking import LEVELS, Level, nearest

OWN = st.lists(st.sampled_from(LEVELS), min_size=1, unique=True)


@pytest.mark.parametrize(
    ("level", "own", "asked"),
    [
        ("low", ["minimal", "medium", "high"], "minimal"),  # a tie goes down
        ("low", ["medium", "high"], "medium"),
        ("medium", ["minimal", "high"], "high"),
        ("low", ["high", "minimal"], "minimal"),
        ("minimal", ["high"], "high"),
        ("high", [], None),
    ],
)
def test_a_level_that_a_model_lacks_becomes_the_nearest_that_it_has(
    level: Level, own: list[Level], asked: Level | None
) -> None:
    assert nearest(level, own) == asked


@given(st.sampled_from(LEVELS), OWN)
def test_a_level_that_a_model_has_is_asked_for_and_none_lies_nearer_than_the_chosen_one(
    level: Level, own: list[Level]
) -> None:
    far = {one: abs(LEVELS.index(one) - LEVELS.index(level)) for one in own}
    chosen = nearest(level, own)

    assert chosen in own
    assert far[chosen] == min(far.values())
    assert chosen == level or level not in own


OFFERS = [offer for route in catalog().routes.values() for offer in route.models.values()]


@pytest.mark.parametrize("offer", OFFERS, ids=lambda offer: offer.name)
def test_no_model_is_asked_for_a_level_without_a_wish_or_for_one_it_lacks(offer: Offer) -> None:
    assert offer.level(None) is None
    assert {offer.level(level) for level in LEVELS} <= {*offer.thinking, None}
