"""Sizes as callers write them and as models know them."""

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cavendish.catalog.file import catalog
from cavendish.size import EDGE, RATIOS, TIERS, Size, canonical, falls_short, nearest_tier, parse_size

#: Every pixel pair of the catalogue: (name, tier, ratio).
PAIRS = [
    (f"{pixels.width}x{pixels.height}", tier, ratio)
    for table in catalog().pixels.values()
    for ratio, sizes in table.ratios.items()
    for tier, pixels in sizes.items()
]


def test_the_tables_of_the_catalogue_are_not_empty() -> None:
    assert len(PAIRS) == 14 * 4 + 10 + 3


@pytest.mark.parametrize(("text", "tier", "ratio"), PAIRS)
def test_every_pixel_pair_of_the_catalogue_is_read_as_its_tier_and_ratio(text: str, tier: str, ratio: str) -> None:
    assert parse_size(text) == Size(tier, ratio)  # type: ignore[arg-type]


@pytest.mark.parametrize("tier", TIERS)
def test_a_tier_names_no_ratio(tier: str) -> None:
    assert parse_size(tier) == Size(tier, None)  # type: ignore[arg-type]


@pytest.mark.parametrize("ratio", RATIOS)
def test_a_ratio_alone_is_of_the_default_tier(ratio: str) -> None:
    assert parse_size(ratio) == Size("2K", ratio)


def test_2048_by_2048_is_2k_and_square_and_never_1k() -> None:
    assert parse_size("2048x2048") == parse_size("2048*2048") == Size("2K", "1:1")  # QuantumNous/new-api #5020


#: A size as any of the dialects writes it, with what it means.
DIALECTS = st.one_of(
    st.sampled_from(TIERS).flatmap(
        lambda tier: st.tuples(st.sampled_from([tier, tier.lower()]), st.just((tier, None)))
    ),
    st.sampled_from(PAIRS).flatmap(
        lambda pair: st.tuples(st.sampled_from([pair[0], pair[0].replace("x", "*")]), st.just(pair[1:]))
    ),
    st.sampled_from(RATIOS).map(lambda ratio: (ratio, ("2K", ratio))),
)


@given(DIALECTS)
def test_a_size_that_is_written_in_any_dialect_is_read_as_what_was_meant(written: tuple[str, tuple[str, str]]) -> None:
    text, meant = written

    assert parse_size(text) == meant
    assert parse_size(canonical(text)) == meant
    assert canonical(canonical(text)) == canonical(text)


@pytest.mark.parametrize(("text", "tier", "ratio"), PAIRS)
def test_the_models_own_pixels_never_fall_short_of_their_tier(text: str, tier: str, ratio: str) -> None:
    width, height = map(int, text.split("x"))

    assert not falls_short(width, height, tier)  # type: ignore[arg-type]
    assert nearest_tier(width, height) == tier
    assert tier == "4K" or falls_short(width, height, TIERS[TIERS.index(tier) + 1])  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "text",
    [
        "",
        "8K",
        "0.5K",
        "512px",
        "2048",
        "2048X2048",
        "2048 x 2048",
        "0x0",
        "01024x1024",
        "1024x1024 ",
        "1024x1024\n",
        "100000x100000",
        "-1024x1024",
        "\u0661024x1024",
        "1e3x1e3",
        "auto",
        "1:2",
        "16:9 ",
        "16x9",
        "2048**2048",
    ],
)
def test_what_is_no_size_is_refused_with_what_to_write(text: str) -> None:
    with pytest.raises(ValueError, match="is no size; write 4K, 2K, 1K, 512, pixels such as"):
        parse_size(text)


@pytest.mark.parametrize(("text", "nearest"), [("300x300", "512 at 1:1"), ("1024x1100", "1K at 1:1"), ("90x9999", "8")])
def test_pixels_that_no_model_makes_are_refused_with_the_nearest(text: str, nearest: str) -> None:
    with pytest.raises(ValueError, match=f"no model makes {text}; the nearest is .*{nearest}"):
        parse_size(text)


@given(st.integers(10, 99_999), st.integers(10, 99_999))
def test_pixels_that_are_read_are_near_what_they_are_read_as(width: int, height: int) -> None:
    with contextlib.suppress(ValueError):
        size = parse_size(f"{width}x{height}")
        assert size.ratio in RATIOS
        assert abs(width * height / EDGE[size.tier] ** 2 - 1) < 0.2


@given(st.integers(10, 9_999), st.integers(10, 9_999))
def test_turning_the_pixels_turns_the_ratio(width: int, height: int) -> None:
    with contextlib.suppress(ValueError):
        upright, turned = parse_size(f"{width}x{height}"), parse_size(f"{height}x{width}")
        assert upright.tier == turned.tier
        assert (upright.ratio or "").split(":") == (turned.ratio or "").split(":")[::-1]
