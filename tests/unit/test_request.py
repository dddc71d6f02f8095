"""What a caller may ask for, field by field."""

from typing import Any, get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from cavendish.request import PROMPT_MAX, JobRequest
from cavendish.size import RATIOS, Size
from cavendish.wishes import QUALITIES, USE_CASES, Quality, UseCase
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
    "use_case": None,
    "quality": None,
    "n": 1,
    "policy": "cavendish",
    "allow_downgrade": True,
    "allow_fallback": True,
    "unknown_retries": None,
    "on_refusal": "fail",
    "accept": [],
    "lane": "interactive",
    "schedule": "now",
    "deadline_s": 3600,
    "max_cost_usd": None,
    "dedupe_window_s": None,
    "webhook": None,
    "metadata": {},
    "tags": [],
    "retention_s": 2_592_000,
}


def test_the_defaults_are_those_of_the_contract() -> None:
    assert JobRequest(prompt="p").model_dump(exclude={"prompt"}) == DEFAULTS
    assert JobRequest(prompt="p").ratio == "1:1"


@given(st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), max_size=200).map("A{}".format))
def test_a_prompt_is_kept_verbatim(prompt: str) -> None:
    assert JobRequest.model_validate_json(a_request(prompt=prompt).model_dump_json()).prompt == prompt


@pytest.mark.parametrize("prompt", ["", " ", "\n\t\u2003", "x" * (PROMPT_MAX + 1), None, 5, ["p"], b"p"])
def test_a_prompt_is_a_text_of_1_to_32000_characters(prompt: object) -> None:
    assert where(prompt=prompt) == [("prompt",)]
    assert a_request(prompt="\u65e5" * 32_000).prompt


@pytest.mark.parametrize(
    ("field", "good", "bad"),
    [
        ("n", [1, 9], [0, 10, -1, "2", 1.5, True, None]),
        ("schedule", ["now", "off_peak"], ["", "later", None]),
        ("deadline_s", [10, 86_400], [9, 86_401, "60", 60.5, None]),
        ("max_cost_usd", [0.000001, 1, 1_000_000, None], [0, -1, 1_000_001, "1", True, float("nan"), float("inf")]),
        ("dedupe_window_s", [1, 86_400, None], [0, -1, 86_401, "60"]),
        ("unknown_retries", [0, 10, None], [-1, 11, "1", False]),
        ("size", ["4K", "2K", "1K", "512", "2048x2048", "5504x3072"], ["8K", "", 2048, "1x1", "4:4", None]),
        ("aspect_ratio", [*RATIOS, None], ["1:2", "16x9", "", 1.5]),
        ("policy", ["cavendish", "s0-speed", "s0-tenacity", "s1-dual", "s2-reliability"], ["", "fastest", None]),
        ("thinking", ["minimal", "low", "medium", "high", None], ["HIGH", "xhigh", "", 1]),
        ("use_case", ["preview", "premium", None], ["Preview", "poster", "", 1]),
        ("quality", ["fast", "balanced", "premium", None], ["production", "", 1]),
        ("accept", [[], ["wrong_size"], ["wrong_model", "wrong_size"]], ["wrong_size", None]),
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


@pytest.mark.parametrize("field", ["webhook", "retention_s", "Prompt"])
def test_a_field_that_is_unknown_or_not_built_yet_is_refused(field: str) -> None:
    assert where(**{field: 1}) == [(field,)]


@pytest.mark.parametrize("outcome", ["no_image", "ok", "truncated", "timed_out", "WRONG_SIZE", "", 1])
def test_what_brings_no_picture_to_take_is_told_by_its_place(outcome: object) -> None:
    assert where(accept=["wrong_size", outcome]) == [("accept", 1)]


@pytest.mark.parametrize(
    ("fields", "asked", "ratio"),
    [
        ({"size": "4K"}, Size("4K", None), "1:1"),
        ({"size": "4K", "aspect_ratio": "21:9"}, Size("4K", None), "21:9"),
        ({"size": "1376x768"}, Size("1K", "16:9"), "16:9"),
        ({"size": "1376x768", "aspect_ratio": "16:9"}, Size("1K", "16:9"), "16:9"),
        ({"size": "1376*768"}, Size("1K", "16:9"), "16:9"),
        ({"size": "4k"}, Size("4K", None), "1:1"),
        ({"size": "21:9"}, Size("2K", None), "21:9"),
        ({"size": "21:9", "aspect_ratio": "21:9"}, Size("2K", None), "21:9"),
        ({"size": "21:9", "use_case": "preview"}, Size("1K", None), "21:9"),
    ],
)
def test_pixels_set_tier_and_ratio_and_a_named_ratio_counts(fields: dict[str, str], asked: Size, ratio: str) -> None:
    assert (a_request(**fields).asked, a_request(**fields).ratio) == (asked, ratio)


@pytest.mark.parametrize(
    ("sent", "kept"), [("4k", "4K"), ("1k", "1K"), ("2048*2048", "2048x2048"), ("16:9", "2K"), ("512", "512")]
)
def test_a_size_is_kept_as_the_models_documentation_writes_it(sent: str, kept: str) -> None:
    request = a_request(size=sent)

    assert request.size == kept
    assert JobRequest.model_validate_json(request.model_dump_json()) == request


#: Rows S0.05 and S0.21.
USES = "preview=1K web_display=2K social_media=2K print_design=4K batch_process=1K production=2K premium=4K"


@pytest.mark.parametrize(("use", "size"), [pair.split("=") for pair in USES.split()])
def test_a_use_case_stands_for_a_size_and_a_size_that_was_sent_wins(use: str, size: str) -> None:
    assert a_request(use_case=use).size == size
    assert a_request(use_case=use, size="512").size == "512"
    assert set(USE_CASES) == set(get_args(UseCase)) == {pair.split("=")[0] for pair in USES.split()}


@pytest.mark.parametrize(("quality", "level"), [("fast", "low"), ("balanced", "medium"), ("premium", "high")])
def test_a_quality_stands_for_a_level_and_a_level_that_was_sent_wins(quality: str, level: str) -> None:
    assert a_request(quality=quality).level == level
    assert a_request(quality=quality, thinking="minimal").level == "minimal"
    assert set(QUALITIES) == set(get_args(Quality))


def test_without_a_quality_the_model_thinks_as_it_will() -> None:
    assert (a_request().level, a_request(use_case="premium").level) == (None, None)
