"""The models as callers see them: the catalogue's data, with where each was read."""

import pytest

from cavendish.catalog.file import catalog
from cavendish.catalog.matrix import matrix

VIEWS = {one.id: one for one in matrix(catalog()).models}
RETIRED = {one.id: one for one in matrix(catalog()).retired}


@pytest.mark.parametrize("model", catalog().models.values(), ids=lambda one: one.id)
def test_a_model_says_what_the_catalogue_knows_with_its_sources(model: object) -> None:
    view = VIEWS[model.id]  # type: ignore[attr-defined]

    same = set(type(view).model_fields) & set(type(model).model_fields) - {"source"}  # type: ignore[attr-defined]
    assert {name: getattr(view, name) for name in same} == {name: getattr(model, name) for name in same}
    assert "20" in view.source
    assert "20" in view.price_source


def test_every_size_has_a_price() -> None:
    assert all(set(view.sizes) <= set(view.price_usd) for view in VIEWS.values())


def test_every_size_at_every_ratio_has_the_pixels_that_an_attempt_is_judged_by() -> None:
    for view in VIEWS.values():
        assert set(view.delivers) == set(view.ratios)
        for ratio, sizes in view.delivers.items():
            expected = {size: catalog().expected(view.id, size, ratio) for size in view.sizes}
            assert sizes == {size: f"{pixels.width}x{pixels.height}" for size, pixels in expected.items()}


def test_a_preview_that_was_shut_down_is_an_alias_of_its_successor() -> None:
    assert "gemini-3-pro-image-preview" in VIEWS["gemini-3-pro-image"].aliases


@pytest.mark.parametrize("dead", RETIRED)
def test_an_id_that_was_shut_down_has_a_successor_a_day_and_a_source(dead: str) -> None:
    view = RETIRED[dead]

    assert view.successor in VIEWS
    assert "2025" <= view.since.isoformat() <= "2026-11-20"
    assert "read 20" in view.source


@pytest.mark.parametrize("dead", RETIRED)
def test_an_id_that_was_shut_down_is_accepted_exactly_if_its_successor_has_it_as_an_alias(dead: str) -> None:
    assert RETIRED[dead].accepted == (dead in VIEWS[RETIRED[dead].successor].aliases)
    assert RETIRED[dead].accepted == dead.endswith("-preview")


def test_every_preview_that_is_an_alias_is_told_of_as_shut_down() -> None:
    previews = {name for view in VIEWS.values() for name in view.aliases if name.startswith("gemini-")}

    assert previews <= set(RETIRED)


def test_a_model_that_goes_says_from_when_on_and_one_that_stays_does_not() -> None:
    assert all((view.retires is not None) == (view.state == "retiring") for view in VIEWS.values())
    assert VIEWS["gemini-3.1-flash-image"].model_dump(mode="json")["retires"] == "2026-10-29"


def test_a_model_that_goes_names_one_that_stays() -> None:
    successors = [view.successor for view in VIEWS.values() if view.state != "live"]

    assert successors
    assert all(name in VIEWS and VIEWS[name].state == "live" for name in successors)
