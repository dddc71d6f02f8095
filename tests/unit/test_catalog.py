"""The catalogue: what is shipped holds together, and data that does not are refused."""

import copy
import re
import tomllib
from datetime import date
from importlib.resources import files
from typing import Any

import pytest

from cavendish.catalog.catalog import Catalog, ids
from cavendish.catalog.file import CatalogUnreadable, catalog, load, read
from cavendish.catalog.pixels import Pixels
from cavendish.image.image import Measured, fits
from tests.builders import FLASH, PRO

TEXT = files("cavendish.catalog").joinpath("catalog.toml").read_text("utf-8")
DATA = tomllib.loads(TEXT)
MODELS = sorted(DATA["models"])
DEAD = {"successor": PRO, "since": date(2026, 6, 25), "source": "gemini-deprecations"}


def loaded(*path: str, to: Any) -> Catalog:
    """The catalogue with one entry changed."""
    data = copy.deepcopy(DATA)
    place = data
    for name in path[:-1]:
        place = place[name]
    place[path[-1]] = to
    return load(data, TEXT)


def test_what_is_shipped_is_read() -> None:
    assert read(TEXT) == catalog()


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
def test_every_model_has_times_for_every_size_and_larger_pictures_never_take_less(name: str) -> None:
    model = catalog().models[name]
    times = [model.times[size] for size in model.sizes]

    assert [one.typical_s for one in times] == sorted(one.typical_s for one in times)
    assert [one.p95_s for one in times] == sorted(one.p95_s for one in times)


def test_the_articles_times_are_there_to_the_number() -> None:
    known = {PRO: [(60, 90), (35, 50), (17.5, 25)], FLASH: [(40, 60), (17.5, 25), (7.5, 10)]}

    for model_id, expected in known.items():
        times = catalog().model(model_id).times
        assert [(times[size].typical_s, times[size].p95_s) for size in ("4K", "2K", "1K")] == expected


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
    assert [model.state for model in catalog().makers("1K", "1:1")] == ["live"] * 6 + ["retiring"] * 4
    assert [model.id for model in catalog().makers("512", "1:1")] == [FLASH]
    gone = loaded("models", "gemini-3-1-flash-image", "state", to="gone")
    assert ids(gone.makers("512", "1:1")) == "none"


@pytest.mark.parametrize("state", ["retiring", "gone"])
def test_a_model_that_retires_or_is_gone_is_still_found_by_its_names(state: str) -> None:
    changed = loaded("models", "gemini-3-1-flash-image", "state", to=state)

    assert [model.id for name in (FLASH, "GEMPIX2") if (model := changed.find(name))] == [FLASH, FLASH]


def test_what_became_of_an_id_that_was_shut_down_is_known_in_capitals_or_not() -> None:
    imagen = catalog().gone("Imagen-4.0-Generate-001")

    assert imagen is not None
    assert (imagen.successor, imagen.since) == ("gemini-nano-banana-2.1", date(2026, 8, 17))
    assert catalog().gone(PRO) is catalog().gone("nano-banana") is catalog().gone("") is None


def test_no_alias_but_a_preview_stands_for_another_model_that_was_shut_down() -> None:
    assert {dead for dead in catalog().retired if catalog().find(dead)} == {
        dead for dead in catalog().retired if dead.endswith("-preview")
    }


@pytest.mark.parametrize(
    ("path", "to", "complaint"),
    [
        (("models", "gemini-3-pro-image", "aliases"), ["nano-banana"], "two models are called nano-banana"),
        (("models", "gemini-3-pro-image", "aliases"), ["Nano-Banana"], "two models are called nano-banana"),
        (("models", "gemini-3-pro-image", "aliases"), [PRO], f"two models are called {PRO}"),
        (("models", "gemini-3-pro-image", "price", "image"), {"1K": 1, "2K": 1}, f"{PRO} has no price for 4K"),
        (("models", "gemini-3-pro-image", "times", "4K", "source"), "hearsay", f"{PRO} names an unknown source"),
        (("models", "gemini-3-pro-image", "times"), {}, f"{PRO} has no times for 1K, 2K, 4K"),
        (("models", "gemini-3-pro-image", "times", "4K", "typical_s"), 90, "a 95th percentile of 90.0 s is not above"),
        (("models", "gemini-3-pro-image", "times", "4K", "typical_s"), 0, "greater than 0"),
        (("models", "gemini-2-5-flash-image", "ratios"), ["1:8"], "has no pixels for 1:8 at 1K"),
        (("models", "gemini-3-pro-image", "pixels"), "nowhere", f"{PRO} has no pixels for 1:1 at 1K"),
        (("models", "gemini-3-pro-image", "source"), "hearsay", f"{PRO} names an unknown source"),
        (("models", "gemini-3-pro-image", "price", "source"), "hearsay", f"{PRO} names an unknown source"),
        (("models", "gemini-3-pro-image", "routes"), ["gemini"], "Extra inputs are not permitted"),
        (("routes", "gemini", "models"), {"x": {}}, "route gemini offers an unknown model: x"),
        (("routes", "gemini", "models", PRO), {"sizes": ["512"]}, f"{PRO} has no price for 512"),
        (("routes", "vertex", "models", FLASH), {"ratios": ["9:21"]}, "offers .* at 9:21, which it does not make"),
        (("routes", "gemini", "auth"), "password", "'x-goog-api-key', 'bearer' or 'google'"),
        (("models", "gemini-3-pro-image", "price", "per_million", "image_out"), 0, "the price of image_out must be a"),
        (("models", "gemini-3-pro-image", "price", "per_million", "text_out"), -12, "the price of text_out must be a"),
        (("models", "gemini-3-pro-image", "price", "image", "1K"), float("inf"), "the price of 1K must be a number"),
        (("models", "gemini-3-pro-image", "price", "image", "4K"), 0, "the price of 4K must be a number above nothing"),
        (("models", "gemini-3-pro-image", "sizes"), ["8K"], "Input should be '512', '1K', '2K' or '4K'"),
        (("models", "gemini-3-pro-image", "thinking"), ["much"], "Input should be 'minimal', 'low', 'medium' or"),
        (("models", "gemini-3-pro-image", "colour"), "blue", "Extra inputs are not permitted"),
        (("retired", "x"), {**DEAD, "successor": "nobody"}, "x is retired, and names an unknown successor: nobody"),
        (("retired", "x"), {**DEAD, "successor": "nano-banana-pro"}, "unknown successor: nano-banana-pro"),
        (("retired", PRO.upper()), DEAD, f"{PRO.upper()} is retired, and a model"),
        (("retired", "nano-banana-2"), DEAD, f"nano-banana-2 is retired, and an alias of {FLASH}, not of its"),
        (("retired", "x"), {**DEAD, "source": "hearsay"}, "x names an unknown source"),
        (("retired", "x"), {**DEAD, "since": "June"}, "since"),
        (("models", "gemini-2-5-flash-image", "retires"), None, "is retiring, and names no successor or no day"),
        (("models", "gemini-3-pro-image", "state"), "retiring", f"{PRO} is retiring, and names no successor"),
        (("models", "gemini-3-pro-image", "family"), "ultra", "'pro', 'flash' or 'gpt'"),
        (("routes", "gemini", "dialect"), "latin", "Input should be 'gemini'"),
        (("pixels", "gemini-3", "1:1"), {"1K": "1024"}, "zip"),
    ],
)
def test_data_that_do_not_hold_together_are_refused(path: tuple[str, ...], to: Any, complaint: str) -> None:
    with pytest.raises(CatalogUnreadable, match=complaint):
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
    with pytest.raises(CatalogUnreadable):
        loaded(*path, to=to)


@pytest.mark.parametrize(
    ("old", "new", "line"),
    [
        ('aliases = ["nano-banana-2.1"]', 'aliases = ["nano-banana"]', 'aliases = ["nano-banana", '),
        ('auth = "google"', 'auth = "password"', 'auth = "google"'),
        ("image = { 1K = 0.134, 2K = 0.134, 4K = 0.24 }", "image = { 1K = 0.134 }", "[models.gemini-3-pro-image]"),
        ('"9:16" = { 512 = "384x688"', '"9:15" = { 512 = "384x688"', 'pixels = "gemini-3"'),
        ("[routes.apiyi-chat.models]", "[routes.apiyi-chat.models]\nx = {}", "[routes.apiyi-chat.models]"),
        ("times.4K = { typical_s = 60", "times.4K = { typical_s = 95", "times.4K = { typical_s = 60"),
    ],
)
def test_a_fault_is_told_with_its_line(old: str, new: str, line: str) -> None:
    assert TEXT.count(old) == 1
    numbers = {number for number, said in enumerate(TEXT.splitlines(), start=1) if said.startswith(line)}

    with pytest.raises(CatalogUnreadable) as refused:
        read(TEXT.replace(old, new))

    told = {int(number) for number in re.findall(r"line (\d+), ", str(refused.value))}
    assert told & {*numbers, *(number + 1 for number in numbers)}


def test_what_is_no_toml_is_told_with_its_line() -> None:
    with pytest.raises(CatalogUnreadable, match=r"not TOML: .*line 2"):
        read("[sources]\n]")


def test_an_economy_wants_a_dialect_that_has_a_batch_api_and_a_source() -> None:
    economy = {"price": 0.5, "source": "gemini-batch"}
    with pytest.raises(CatalogUnreadable, match=r"openai\.economy: route openai has an economy, and no dialect"):
        loaded("routes", "openai", "economy", to=economy)
    with pytest.raises(CatalogUnreadable, match="gemini names an unknown source: hearsay"):
        loaded("routes", "gemini", "economy", "source", to="hearsay")
