"""The articles' figures come out exactly, by the articles' own ways of counting."""

import pytest
from pydantic import ValidationError

from cavendish.advice.articles import Lower, articles
from cavendish.advice.forecast import claims, forecasts
from cavendish.catalog.file import catalog
from cavendish.size import Tier
from tests.builders import FLASH, PRO


@pytest.mark.parametrize(("size", "calls"), [("4K", 200), ("2K", 118)])
def test_s2_21_a_hundred_pictures_take_two_hundred_calls_at_4k_and_118_at_2k(size: Tier, calls: int) -> None:
    assert articles().calls[0].needed(100, size) == calls


@pytest.mark.parametrize(("model", "rounded", "usd"), [(FLASH, 2, 0.08), (PRO, 3, 0.139)])
def test_s1_13_the_real_price_is_the_price_and_its_failures_once_more(model: str, rounded: int, usd: float) -> None:
    (one,) = [one for one in articles().repeats if one.model == model]

    assert round(one.real_usd, rounded) == usd


def test_s1_13_does_not_count_as_s2_21_does() -> None:
    (pro,) = [one for one in articles().repeats if one.model == PRO]

    assert round(pro.usd / (1 - pro.failure), 3) == 0.140 != pro.real_usd


def test_s2_17_a_picture_at_2k_costs_58_percent_of_one_at_4k() -> None:
    usd = articles().calls[0].usd

    assert round(usd["2K"] / usd["4K"], 2) == 0.58
    assert claims("4K", articles())[1] == "S2.17: 2K instead of 4K saves 42% of the money (0.14 / 0.24 = 58%)"


def test_s0_06_the_time_that_2k_saves_is_that_of_the_95th_percentiles_in_s0_02() -> None:
    times = catalog().model(PRO).times
    (said,) = [one.saves for one in articles().lower if one.row == "S0.06"]

    assert 1 - times["2K"].p95_s / times["4K"].p95_s == pytest.approx(said, abs=0.01)


@pytest.mark.parametrize(("size", "low", "high"), [("1K", 40, 60), ("4K", 120, 150)])
def test_s4_08_a_thousand_pictures_a_day_cost_what_the_article_says(size: Tier, low: float, high: float) -> None:
    (one,) = [one for one in articles().volumes if one.size == size]

    assert one.range_usd(1000) == (low, high)


@pytest.mark.parametrize(("level", "seconds"), [(None, 0), ("minimal", 0), ("low", 0), ("medium", 7.5), ("high", 20)])
def test_s0_07_thinking_takes_the_middle_of_its_range_longer(level: str | None, seconds: float) -> None:
    assert articles().thinking_s(level) == seconds


def test_a_forecast_tells_each_articles_figures_with_its_row_and_the_sizes_below() -> None:
    found = forecasts(100, "4K", None, catalog=catalog(), articles=articles())
    told = {(one.model, one.size, one.row): (one.calls, one.total_usd) for one in found}

    assert told[PRO, "4K", "S2.21, S2.08"] == (200, (24.0, 48.0))
    assert told[PRO, "2K", "S2.21, S2.08"] == (118, (14.0, 16.52))
    assert told[FLASH, "1K", "S4.08, S4.06"] == (None, (4.0, 6.0))
    assert [one.size for one in forecasts(1, "2K", PRO, catalog=catalog(), articles=articles())] == ["2K", "1K"]
    assert all(one.times_source and one.typical_s for one in found)


def test_a_model_of_which_no_article_speaks_has_no_forecast() -> None:
    assert forecasts(1, "2K", "gpt-image-2", catalog=catalog(), articles=articles()) == []


def test_a_share_that_does_not_follow_from_its_prices_is_refused() -> None:
    with pytest.raises(ValidationError, match="does not save"):
        Lower.model_validate(
            {"row": "S2.17", "of": "money", "from": "4K", "to": "2K", "usd": [0.24, 0.14], "saves": 0.5}
        )


def test_a_figure_of_a_row_that_is_not_there_is_refused() -> None:
    entries = articles().model_dump(by_alias=True)
    with pytest.raises(ValidationError, match="there is no row S9"):
        articles().model_validate({**entries, "lower": [{**entries["lower"][0], "row": "S9.99"}]})
