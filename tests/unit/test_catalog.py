"""The catalogue: what is shipped holds together, and data that does not are refused."""

import copy
import tomllib
from importlib.resources import files
from typing import Any

import pytest
from pydantic import ValidationError

from cavendish.catalog import Catalog, Pixels, catalog, ids
from cavendish.image import Measured, fits
from tests.builders import FLASH, PRO

DATA = tomllib.loads(files("cavendish").joinpath("catalog.toml").read_text("utf-8"))
MODELS = sorted(DATA["models"])


def loaded(*path: str, to: Any) -> Catalog:
    """The catalogue with one entry changed."""
    data = copy.deepcopy(DATA)
    place = data
    for name in path[:-1]:
        place = place[name]
    place[path[-1]] = to
    return Catalog.model_validate(data)


def test_what_is_shipped_is_read() -> None:
    assert Catalog.model_validate(DATA) == catalog()


@pytest.mark.parametrize("name", MODELS)
def test_each_number_of_a_model_has_a_source_with_its_day(name: str) -> None:
    model = catalog().models[name]
    sources = [catalog().sources[source] for source in (model.source, model.price.source)]

    assert all("20" in source for source in sources)


def test_each_route_and_each_table_of_pixels_has_a_source() -> None:
    named = [entry["source"] for kind in ("routes", "pixels") for entry in DATA[kind].values()]

    assert set(named) <= set(DATA["sources"])


@pytest.mark.parametrize("name", MODELS)
def test_every_model_has_a_price_and_pixels_for_every_size_that_it_makes(name: str) -> None:
    model = catalog().models[name]

    assert all(model.price.image[size] > 0 for size in model.sizes)
    assert all(catalog().expected(model.id, size, ratio).width for size in model.sizes for ratio in model.ratios)


@pytest.mark.parametrize("name", MODELS)
def test_larger_pictures_never_cost_less(name: str) -> None:
    prices = [DATA["models"][name]["price"]["image"][size] for size in DATA["models"][name]["sizes"]]

    assert prices == sorted(prices)


@pytest.mark.parametrize("name", MODELS)
def test_the_pixels_have_the_ratio_whose_name_they_stand_under(name: str) -> None:
    model = catalog().models[name]
    for size in model.sizes:
        for ratio in model.ratios:
            across, down = map(int, ratio.split(":"))
            pixels = catalog().expected(model.id, size, ratio)
            assert abs(pixels.width / pixels.height / (across / down) - 1) < 0.05


@pytest.mark.parametrize("name", MODELS)
def test_no_two_sizes_of_a_model_can_be_taken_for_each_other(name: str) -> None:
    model = catalog().models[name]
    wants = [(size, ratio, catalog().expected(model.id, size, ratio)) for size in model.sizes for ratio in model.ratios]
    for size, ratio, want in wants:
        made = Measured(mime="image/png", width=want.width, height=want.height)
        assert [(s, r) for s, r, other in wants if fits(made, other.width, other.height)] == [(size, ratio)]


def test_the_documented_pixels_are_there_to_the_number() -> None:
    assert catalog().expected(PRO, "4K", "16:9") == Pixels(width=5504, height=3072)
    assert catalog().expected(FLASH, "512", "21:9") == Pixels(width=792, height=336)
    assert catalog().expected("gemini-2.5-flash-image", "1K", "9:16") == Pixels(width=768, height=1344)


@pytest.mark.parametrize(
    ("name", "model_id"),
    [
        ("nano-banana-pro", PRO),
        ("gemini-3-pro-image-preview", PRO),
        ("nano-banana-2", FLASH),
        ("GEMPIX2", FLASH),
        ("gempix2", FLASH),
        ("gemini-3.1-flash-image-preview", FLASH),
        ("Nano-Banana-Pro", PRO),
        ("gemini-2.5-flash-image", "gemini-2.5-flash-image"),
        ("gemini-2.5-flash-image-preview", "gemini-2.5-flash-image"),
        ("nano-banana", "gemini-2.5-flash-image"),
        ("nano-banana-2.1", "gemini-nano-banana-2.1"),
        (PRO, PRO),
    ],
)
def test_a_model_is_found_by_id_and_by_alias(name: str, model_id: str) -> None:
    found = catalog().find(name)

    assert found is not None
    assert found.id == model_id


def test_a_name_that_is_unknown_finds_nothing_and_a_lost_model_is_an_error() -> None:
    assert catalog().find("") is None
    assert catalog().find("nano-banana-3") is None
    with pytest.raises(KeyError, match="the catalogue has no model gone"):
        catalog().model("gone")


def test_makers_about_to_retire_come_last_and_those_gone_not_at_all() -> None:
    assert [model.id for model in catalog().makers("1K", "1:1")][-2:] == [FLASH, "gemini-2.5-flash-image"]
    assert [model.id for model in catalog().makers("512", "1:1")] == [FLASH]
    gone = loaded("models", "gemini-3-1-flash-image", "state", to="gone")
    assert ids(gone.makers("512", "1:1")) == "none"


@pytest.mark.parametrize("state", ["retiring", "gone"])
def test_a_model_that_retires_or_is_gone_is_still_found_by_its_names(state: str) -> None:
    changed = loaded("models", "gemini-3-1-flash-image", "state", to=state)

    assert [model.id for name in (FLASH, "GEMPIX2") if (model := changed.find(name))] == [FLASH, FLASH]


@pytest.mark.parametrize(
    ("path", "to", "complaint"),
    [
        (("models", "gemini-3-pro-image", "aliases"), ["nano-banana"], "two models are called nano-banana"),
        (("models", "gemini-3-pro-image", "aliases"), ["Nano-Banana"], "two models are called nano-banana"),
        (("models", "gemini-3-pro-image", "aliases"), [PRO], f"two models are called {PRO}"),
        (("models", "gemini-3-pro-image", "price", "image"), {"1K": 1, "2K": 1}, f"{PRO} has no price for 4K"),
        (("models", "gemini-2-5-flash-image", "ratios"), ["1:8"], "has no pixels for 1:8 at 1K"),
        (("models", "gemini-3-pro-image", "pixels"), "nowhere", f"{PRO} has no pixels for 1:1 at 1K"),
        (("models", "gemini-3-pro-image", "source"), "hearsay", f"{PRO} names an unknown source"),
        (("models", "gemini-3-pro-image", "price", "source"), "hearsay", f"{PRO} names an unknown source"),
        (("models", "gemini-3-pro-image", "routes"), ["x", "gemini"], f"{PRO} names unknown routes: x"),
        (("models", "gemini-3-pro-image", "sizes"), ["8K"], "Input should be '512', '1K', '2K' or '4K'"),
        (("models", "gemini-3-pro-image", "thinking"), ["much"], "Input should be 'minimal', 'low', 'medium' or"),
        (("models", "gemini-3-pro-image", "colour"), "blue", "Extra inputs are not permitted"),
        (("models", "gemini-3-pro-image", "family"), "ultra", "Input should be 'pro' or 'flash'"),
        (("routes", "gemini", "dialect"), "latin", "Input should be 'gemini'"),
        (("pixels", "gemini-3", "1:1"), {"1K": "1024"}, "zip"),
    ],
)
def test_data_that_do_not_hold_together_are_refused(path: tuple[str, ...], to: Any, complaint: str) -> None:
    with pytest.raises(ValidationError, match=complaint):
        loaded(*path, to=to)


@pytest.mark.parametrize(
    ("path", "to"),
    [
        (("routes", "gemini", "source"), "hearsay"),
        (("pixels", "gemini-3", "source"), "hearsay"),
        (("models", "gemini-2-5-flash-image", "successor"), "nobody"),
        (("models", "gemini-3-pro-image", "price", "per_million"), {"text_in": 2.0}),
    ],
)
def test_data_that_name_what_is_not_there_are_refused(path: tuple[str, ...], to: Any) -> None:
    with pytest.raises(ValidationError):
        loaded(*path, to=to)
