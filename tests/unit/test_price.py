"""What an attempt costs."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cavendish.catalog.file import catalog
from cavendish.money.money import micros
from cavendish.money.price import ABSURD, Price, Usage, cost, price_of, worst
from cavendish.size import Tier
from tests.builders import FLASH, PRO, a_call

COUNTS = st.integers(0, 10_000_000)
MODELS = sorted(catalog().models)
NANO, GPT = "gemini-2.5-flash-image", "gpt-image-2"


def price(model: str) -> Price:
    return catalog().model(model).price


#: Counts that others priced wrongly, with what they really cost (field 2.6, and S3.01).
GOLDEN = {
    "image tokens at the price of text, 10x under": (PRO, Usage(text_in=10, thought=225, image_out=1120), 0.137120),
    "7.6x under": (PRO, Usage(text_in=326, thought=337, text_out=340, image_out=2000), 0.248776),
    "the article's 1,290 tokens": (NANO, Usage(image_out=1290), 0.0387),
    "charged twice, by text and by picture": (NANO, Usage(text_in=73, image_out=1120), 0.033622),
    "tokens of a reference picture ignored": (PRO, Usage(text_in=4, image_in=258, image_out=1120), 0.134924),
    "a reference at its own price": (GPT, Usage(text_in=4, image_in=258, image_out=4160), 0.126884),
}


@pytest.mark.parametrize("name", GOLDEN)
def test_the_golden_figures(name: str) -> None:
    model, usage, usd = GOLDEN[name]
    assert cost(price(model), "1K", usage) == usd


def test_a_routes_own_price_is_taken_before_the_models() -> None:
    usage = Usage(text_in=10, thought=225, image_out=1120)
    own = catalog().offer("apiyi-gemini", PRO).price

    assert (cost(price(PRO), "4K", None), cost(own, "4K", None), cost(own, "4K", usage)) == (0.24, 0.09, 0.09)


def test_credits_are_money() -> None:
    own = catalog().offer("nanobananaapi", NANO).price

    assert (own.credits, own.usd_per_credit, cost(own, "1K", None)) == ({"1K": 2}, 0.01, 0.02)


@pytest.mark.parametrize("route", sorted(catalog().routes))
def test_every_price_says_where_and_when_it_was_read(route: str) -> None:
    for offer in catalog().routes[route].models.values():
        assert catalog().sources[offer.price.source]
        assert date(2026, 10, 1) <= offer.price.as_of <= date(2026, 12, 31)


COUNTED = Usage(text_in=10, thought=225, image_out=1120)


@pytest.mark.parametrize(
    ("usage", "told", "usd", "by", "odd"),
    [
        (COUNTED, None, 0.13712, "usage", ""),
        (COUNTED, 0.04, 0.04, "provider", ""),
        (None, 0.04, 0.04, "provider", ""),
        (None, None, 0.134, "list", "usage:missing"),
        (Usage(image_out=99_000_000), None, 0.134, "list", "usage:tokens"),
        (Usage(), None, 0.134, "list", "usage:tokens"),
        (COUNTED, 0.0, 0.134, "list", "usage:cost"),
        (COUNTED, 999.0, 0.134, "list", "usage:cost"),
        (Usage(image_out=11_166), None, 1.33992, "usage", ""),
        (Usage(image_out=11_167), None, 0.134, "list", "usage:tokens"),
    ],
)
def test_what_cannot_be_is_named_and_the_list_price_is_taken(
    usage: Usage | None, told: float | None, usd: float, by: str, odd: str
) -> None:
    found = price_of(price(PRO), "1K", usage, told)

    assert (found.usd, found.priced.by, found.odd) == (usd, by, odd)
    assert (found.priced.source, found.priced.as_of) == ("gemini-prices", date(2026, 10, 8))


@pytest.mark.parametrize(
    ("usage", "told", "pictured", "usd", "odd"),
    [
        (Usage(image_out=1), None, True, 0.134, "usage:tokens"),
        (Usage(image_out=12), None, True, 0.134, "usage:tokens"),
        (Usage(image_out=1, thought=225), None, True, 0.134, "usage:tokens"),
        (Usage(image_out=22), None, True, 0.134, "usage:tokens"),
        (Usage(image_out=23), None, True, 0.00276, ""),
        (Usage(text_in=10, text_out=340, thought=225), None, True, 0.134, "usage:tokens"),
        (Usage(text_out=12), None, False, 0.000144, ""),
        (None, 0.00001, True, 0.134, "usage:cost"),
        (None, 0.00001, False, 0.00001, ""),
        (Usage(image_out=1120, thought=5000), None, True, 0.134, "usage:tokens"),
        (Usage(image_out=2000, thought=225), None, True, 0.2427, ""),
        (Usage(image_out=2101), None, True, 0.134, "usage:tokens"),
        (COUNTED, None, True, 0.13712, ""),
        (COUNTED, 0.3, True, 0.3, ""),
    ],
)
def test_a_picture_for_next_to_nothing_was_miscounted_and_more_words_or_more_of_a_picture_than_there_can_be(
    usage: Usage | None, told: float | None, pictured: bool, usd: float, odd: str
) -> None:
    held = worst(price(PRO), "1K", "a lighthouse")
    found = price_of(price(PRO), "1K", usage, told, held=held, pictured=pictured)

    assert (found.usd, found.odd) == (usd, odd)


@pytest.mark.parametrize("usage", [Usage(image_out=12), Usage(image_out=1, text_out=340), Usage(text_out=1120)])
@pytest.mark.parametrize("size", ["1K", "2K", "4K"])
def test_words_do_not_make_up_for_a_picture_that_was_not_counted(usage: Usage, size: Tier) -> None:
    model = price("gemini-nano-banana-2.1")
    found = price_of(model, size, usage, None, pictured=True)

    assert (found.usd, found.odd) == (model.image[size], "usage:tokens")


#: The fewest tokens that a picture can have, with the size that was asked for.
FEWEST = {
    "512 instead of 4K": (FLASH, "4K", 747),
    "1K instead of 4K": (PRO, "4K", 1120),
    "low quality, 1024x1024 (OpenAI's table)": ("gpt-image-1.5", "1K", 272),
    "low quality of the mini": ("gpt-image-1-mini", "1K", 272),
    "low quality, 1584x672 (OpenAI's formula)": (GPT, "1K", 86),
    "the same instead of 2K": (GPT, "2K", 86),
}


@pytest.mark.parametrize("name", FEWEST)
def test_the_smallest_picture_at_the_lowest_quality_is_no_miscount(name: str) -> None:
    model, size, tokens = FEWEST[name]
    found = price_of(price(model), size, Usage(image_out=tokens), None, pictured=True)

    assert (found.priced.by, found.odd) == ("usage", "")


def test_who_charges_by_the_picture_is_not_asked_for_tokens() -> None:
    found = price_of(catalog().offer("apiyi-gemini", PRO).price, "4K", Usage(image_out=99_000_000), None)

    assert (found.usd, found.priced.by, found.odd) == (0.09, "list", "")


def test_the_worst_case_is_the_list_price_with_the_prompt_and_all_that_may_be_thought_or_said() -> None:
    # 134,000 for the picture, 2 a token for the prompt, 12 for each of 2,048 tokens of words.
    assert worst(price(PRO), "1K", "x" * 100) == 134_000 + 200 + 24_576
    assert worst(price(PRO), "1K", "\N{GRINNING FACE}" * 100) == 134_000 + 800 + 24_576
    assert worst(catalog().offer("apiyi-gemini", PRO).price, "4K", "x" * 32_000) == 90_000


#: What real answers were counted at, each with its size.
SEEN = [
    (PRO, "1K", Usage(text_in=10, thought=225, image_out=1120)),
    (PRO, "4K", Usage(text_in=326, thought=337, text_out=340, image_out=2000)),
    ("gemini-nano-banana-2.1", "1K", Usage(text_in=54, thought=675, text_out=80, image_out=1120)),
    ("gemini-nano-banana-2.1", "4K", Usage(text_in=54, thought=675, text_out=80, image_out=3780)),
    (NANO, "1K", Usage(text_in=73, image_out=1290)),
    (GPT, "1K", Usage(text_in=50, image_out=4160)),
]


@pytest.mark.parametrize(("model", "size", "usage"), SEEN)
def test_no_answer_that_was_seen_costs_more_than_its_worst_case(model: str, size: Tier, usage: Usage) -> None:
    assert micros(cost(price(model), size, usage)) <= worst(price(model), size, "x" * 4 * usage.text_in)


@pytest.mark.parametrize("name", MODELS)
def test_the_longest_prompt_is_no_miscount(name: str) -> None:
    one = catalog().models[name].price
    for size in one.image:
        assert worst(one, size, "\N{GRINNING FACE}" * 32_000) < ABSURD * micros(one.image[size])


@pytest.mark.parametrize(("size", "price"), [("1K", 0.134), ("2K", 0.134), ("4K", 0.24)])
def test_without_a_count_the_list_price_of_the_size_is_taken(size: Tier, price: float) -> None:
    assert cost(catalog().model(PRO).price, size, None) == price


@pytest.mark.parametrize("name", MODELS)
@given(st.builds(Usage, text_in=COUNTS, text_out=COUNTS, thought=COUNTS, image_out=COUNTS))
def test_no_count_gives_a_price_below_zero_and_each_token_more_costs_more(name: str, usage: Usage) -> None:
    model = catalog().models[name]
    more = usage.model_copy(update={"image_out": usage.image_out + 1000})

    assert 0 <= cost(model.price, "1K", usage) < cost(model.price, "1K", more)


@pytest.mark.parametrize("name", MODELS)
def test_every_kind_of_token_that_is_counted_has_a_price(name: str) -> None:
    assert set(catalog().models[name].price.per_million.model_dump()) == set(Usage.model_fields)


@pytest.mark.parametrize(("model", "size", "usd"), [(FLASH, "2K", 0.0505), (PRO, "4K", 0.12), (PRO, "1K", 0.067)])
def test_a_call_in_a_batch_costs_half_of_the_list_of_its_tokens_and_at_worst(
    model: str, size: Tier, usd: float
) -> None:
    direct = a_call(model=model, size=size)
    full, half = catalog().price(direct), catalog().price(direct.model_copy(update={"economy": True}))
    usage = Usage(text_in=10_000, image_in=20_000, text_out=30_000, thought=40_000, image_out=50_000)

    assert cost(half, size, None) == usd
    assert cost(half, size, usage) == pytest.approx(cost(full, size, usage) / 2)
    assert worst(half, size, "a heron") == pytest.approx(worst(full, size, "a heron") / 2, abs=1)
    assert price_of(half, size, usage, None).priced.source == "gemini-batch"


def test_a_route_without_a_batch_api_has_no_other_price_for_it() -> None:
    call = a_call(route="apiyi-gemini", economy=True)

    assert catalog().price(call) == catalog().offer("apiyi-gemini", PRO).price
