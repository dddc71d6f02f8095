"""What a caller may ask for, field by field."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from cavendish.request import PROMPT_MAX, JobRequest
from cavendish.size import RATIOS, Size
from tests.builders import a_request


def where(**fields: Any) -> list[tuple[int | str, ...]]:
    """Where the faults are."""
    with pytest.raises(ValidationError) as invalid:
        JobRequest.model_validate({"prompt": "p", **fields})
    return [fault["loc"] for fault in invalid.value.errors()]


DEFAULTS = {
    "size": "2K",
    "aspect_ratio": None,
    "model": None,
    "route": None,
    "thinking": None,
    "n": 1,
    "policy": "cavendish",
    "allow_downgrade": True,
    "allow_fallback": True,
    "unknown_retries": None,
    "on_refusal": "fail",
    "lane": "interactive",
    "deadline_s": 3600,
    "dedupe_window_s": None,
    "metadata": {},
    "tags": [],
}


def test_the_defaults_are_those_of_the_contract() -> None:
    assert JobRequest(prompt="p").model_dump(exclude={"prompt"}) == DEFAULTS
    assert JobRequest(prompt="p").ratio == "1:1"


@given(st.text(min_size=1, max_size=200).filter(str.strip))
def test_a_prompt_is_kept_verbatim(prompt: str) -> None:
    assert JobRequest.model_validate_json(a_request(prompt=prompt).model_dump_json()).prompt == prompt


@pytest.mark.parametrize("prompt", ["", " ", "\n\t\u2003", "x" * (PROMPT_MAX + 1), None, 5, ["p"], b"p"])
def test_a_prompt_is_a_text_of_1_to_32000_characters(prompt: object) -> None:
    assert where(prompt=prompt) == [("prompt",)]
    assert a_request(prompt="\u65e5" * 32_000).prompt


@pytest.mark.parametrize(
    ("field", "good", "bad"),
    [
        ("n", [1, 9], [0, 10, -1, "2", 1.0, True, None]),
        ("deadline_s", [10, 86_400], [9, 86_401, "60", 60.5, None]),
        ("dedupe_window_s", [1, 86_400, None], [0, -1, 86_401, "60"]),
        ("unknown_retries", [0, 10, None], [-1, 11, "1", False]),
        ("size", ["4K", "2K", "1K", "512", "2048x2048", "5504x3072"], ["4k", "8K", "", 2048, "1x1", None]),
        ("aspect_ratio", [*RATIOS, None], ["1:2", "16x9", "", 1.5]),
        ("policy", ["cavendish", "s0-speed", "s0-tenacity", "s1-dual", "s2-reliability"], ["", "fastest", None]),
        ("on_refusal", ["fail", "fallback"], ["repeat", None]),
        ("lane", ["interactive", "bulk"], ["slow", None]),
        ("allow_downgrade", [True, False], ["true", 1, None]),
        ("allow_fallback", [True, False], ["no", 0, None]),
        ("metadata", [{}, {"a": {"b": [1, None, "x"]}}], [[], "a", None, {str(n): n for n in range(51)}]),
        ("tags", [[], ["a", "b" * 64], ["t"] * 20], ["a", None, ["t"] * 21]),
    ],
)
def test_each_field_takes_what_is_within_its_limits_and_nothing_else(
    field: str, good: list[object], bad: list[object]
) -> None:
    assert [a_request(**{field: value}).model_dump()[field] for value in good] == good
    assert [where(**{field: value}) for value in bad] == [[(field,)]] * len(bad)


@pytest.mark.parametrize(("tag", "at"), [("", 0), ("x" * 65, 1), (7, 1)])
def test_a_bad_tag_is_told_by_its_place(tag: object, at: int) -> None:
    assert where(tags=["good"] * at + [tag]) == [("tags", at)]


@pytest.mark.parametrize("field", ["max_cost_usd", "webhook", "use_case", "quality", "accept", "retention_s", "Prompt"])
def test_a_field_that_is_unknown_or_not_built_yet_is_refused(field: str) -> None:
    assert where(**{field: 1}) == [(field,)]


@pytest.mark.parametrize(
    ("fields", "asked", "ratio"),
    [
        ({"size": "4K"}, Size("4K", None), "1:1"),
        ({"size": "4K", "aspect_ratio": "21:9"}, Size("4K", None), "21:9"),
        ({"size": "1376x768"}, Size("1K", "16:9"), "16:9"),
        ({"size": "1376x768", "aspect_ratio": "16:9"}, Size("1K", "16:9"), "16:9"),
    ],
)
def test_pixels_set_tier_and_ratio_and_a_named_ratio_counts(fields: dict[str, str], asked: Size, ratio: str) -> None:
    assert (a_request(**fields).asked, a_request(**fields).ratio) == (asked, ratio)
