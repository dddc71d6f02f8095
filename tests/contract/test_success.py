"""What every route of the catalogue offers it delivers: at each size, with the right pixels, at the right price."""

from collections.abc import Callable, Iterator

import pytest

from cavendish.catalog.file import catalog
from cavendish.catalog.route import Offer
from tests.contract.calling import KEY, Case, Made, wish

OFFERS = [(route, model, offer) for route, entry in catalog().routes.items() for model, offer in entry.models.items()]
#: Where the bill is not what the catalogue reckons, and why; gpt-image models are reckoned by the token everywhere.
GUESSED = {"openoctopus": "its prices are unknown, and it tells no usage: the model's own price, called a guess"}
RECKONED = {
    "openai-compatible": "a gateway's prices are its own: the model's own, with its thoughts as dear as pictures"
}
#: Of a picture at each size, as Google has published them (model-apis 4.1, 4.2).
TOKENS = {
    "gemini-nano-banana-2.1": {"1K": 1120, "2K": 1680, "4K": 3780},
    "gemini-3-pro-image": {"1K": 1120, "2K": 1120, "4K": 2000},
    "gemini-3.1-flash-image": {"512": 747, "1K": 1120, "2K": 1680, "4K": 2520},
    "gemini-3.1-flash-lite-image": {"1K": 1120},
    "gemini-2.5-flash-image": {"1K": 1290},
}


def at_each_size() -> Iterator[Case]:
    for route, model, offer in OFFERS:
        yield from (Case(wish(route, model, size, offer.ratios[0])) for size in offer.sizes)


def at_each_ratio() -> Iterator[Case]:
    """All ratios of the model of each route that has the most, and one of each other model, at the smallest size."""
    for route, model, offer in OFFERS:
        ratios = offer.ratios[1:] if offer is _broadest(route) else offer.ratios[-1:]
        yield from (Case(wish(route, model, offer.sizes[0], ratio)) for ratio in ratios)


def _broadest(route: str) -> Offer:
    return max(catalog().routes[route].models.values(), key=lambda offer: (len(offer.ratios), "512" in offer.sizes))


def at_a_level() -> Iterator[Case]:
    for route, model, offer in OFFERS:
        yield from (Case(wish(route, model, offer.sizes[0], thinking=level)) for level in offer.thinking[-1:])


CASES = sorted({*at_each_size(), *at_each_ratio(), *at_a_level()}, key=str)


@pytest.mark.parametrize("case", CASES, ids=str)
def test_a_picture_as_it_was_asked_for_at_the_providers_price(made: Callable[[Case], Made], case: Case) -> None:
    call, came = case.call, made(case)
    result, image = came.result, came.result.image
    expected = catalog().expected(call.model, call.size, call.aspect_ratio)
    assert (result.report.outcome, result.report.billed) == ("ok", "yes"), result.report.detail
    assert image
    assert came.stored == (image.width, image.height, image.mime) == (expected.width, expected.height, image.mime)
    assert KEY not in result.model_dump_json()

    listed = catalog().offer(call.route, call.model).price.image[call.size]
    assert result.estimated is (call.route in GUESSED)
    if call.route in RECKONED and not call.model.startswith("gpt-image"):
        assert listed - 0.001 <= result.cost_usd < 2 * listed
    else:
        assert result.cost_usd == pytest.approx(listed if result.estimated else came.owed, abs=1e-5)
    assert {"upstream", "decode", "store"} <= result.timings.keys()
    assert all(seconds >= 0 for seconds in result.timings.values())


@pytest.mark.parametrize(("route", "model", "offer"), [one for one in OFFERS if one[2].price.per_million])
def test_a_list_price_is_that_of_the_pictures_tokens(route: str, model: str, offer: Offer) -> None:
    rates = offer.price.per_million
    assert rates
    for size, tokens in TOKENS.get(model, {}).items():  # nobody has published those of GPT
        assert offer.price.image[size] == pytest.approx(tokens * rates.image_out / 1e6, abs=0.0005)
