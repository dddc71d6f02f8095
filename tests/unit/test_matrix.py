"""The models as callers see them: the catalogue's data, with where each was read."""

import pytest

from cavendish.catalog import catalog
from cavendish.matrix import matrix

VIEWS = {one.id: one for one in matrix(catalog()).models}


@pytest.mark.parametrize("model", catalog().models.values(), ids=lambda one: one.id)
def test_a_model_says_what_the_catalogue_knows_with_its_sources(model: object) -> None:
    view = VIEWS[model.id]  # type: ignore[attr-defined]

    same = set(type(view).model_fields) & set(type(model).model_fields) - {"source"}  # type: ignore[attr-defined]
    assert {name: getattr(view, name) for name in same} == {name: getattr(model, name) for name in same}
    assert "20" in view.source
    assert "20" in view.price_source


def test_every_size_has_a_price() -> None:
    assert all(set(view.sizes) <= set(view.price_usd) for view in VIEWS.values())


def test_a_preview_that_was_shut_down_is_an_alias_of_its_successor() -> None:
    assert "gemini-3-pro-image-preview" in VIEWS["gemini-3-pro-image"].aliases


def test_a_model_that_goes_names_one_that_stays() -> None:
    successors = [view.successor for view in VIEWS.values() if view.state != "live"]

    assert successors
    assert all(name in VIEWS and VIEWS[name].state == "live" for name in successors)
