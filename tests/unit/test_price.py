"""What an attempt costs."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cavendish.catalog_file import catalog
from cavendish.price import Usage, cost
from cavendish.size import Tier
from tests.builders import PRO

COUNTS = st.integers(0, 10_000_000)
MODELS = sorted(catalog().models)


def test_the_golden_price_of_a_real_answer_by_its_tokens() -> None:
    usage = Usage(text_in=10, thought=225, image_out=1120)

    assert cost(catalog().model(PRO).price, "1K", usage) == 0.13712


def test_the_articles_price_of_nano_banana_by_its_1290_tokens() -> None:
    assert cost(catalog().model("gemini-2.5-flash-image").price, "1K", Usage(image_out=1290)) == 0.0387


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
