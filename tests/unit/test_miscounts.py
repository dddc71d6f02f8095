"""Counts that cannot be: each is named, and nothing else of them is believed."""

from typing import Any

import pytest

from cavendish.wire.miscounts import miscounted
from tests.builders import an_answer
from tests.fakes import FakeAnswer
from tests.world import World

GOOD = {
    "promptTokenCount": 10,
    "candidatesTokenCount": 1120,
    "thoughtsTokenCount": None,
    "candidatesTokensDetails": [{"modality": "IMAGE", "tokenCount": 1120}],
}
WITHOUT_BREAKDOWN = {
    "promptTokenCount": 10,
    "candidatesTokenCount": 1120,
    "thoughtsTokenCount": 225,
    "totalTokenCount": 1355,
}


def rows(**kinds: int) -> list[dict[str, Any]]:
    return [{"modality": kind.upper(), "tokenCount": many, "tokens": many} for kind, many in kinds.items()]


@pytest.mark.parametrize("bad", [-1, "225", 22.5, 10**8, True, [], {}, float("inf"), float("nan")])
def test_a_count_that_is_no_count_is_named(bad: Any) -> None:
    assert miscounted({"usageMetadata": {**GOOD, "thoughtsTokenCount": bad}}) == "usage:thoughtsTokenCount"
    assert miscounted({"usage_metadata": {"thoughts_token_count": bad}}) == "usage:thoughts_token_count"
    assert miscounted({"usage": {"output_tokens": bad}}) == "usage:output_tokens"
    details = [{"modality": "IMAGE", "tokenCount": bad}]
    assert miscounted([{"usageMetadata": {"candidatesTokensDetails": details}}]) == "usage:tokenCount"
    assert miscounted({"usage": {"input_tokens_details": {"image_tokens": bad}}}) == "usage:image_tokens"


@pytest.mark.parametrize("bad", ["much", -0.1, 10**6, True, float("nan"), float("-inf")])
def test_a_price_that_is_none_is_named(bad: Any) -> None:
    assert miscounted({"usage": {"cost": bad, "total_tokens": 5}}) == "usage:cost"


@pytest.mark.parametrize("bad", ["none", 7, []])
def test_counts_that_are_none_at_all_are_named(bad: Any) -> None:
    assert miscounted({"usageMetadata": bad}) == "usage:usageMetadata"


@pytest.mark.parametrize(
    "document",
    [
        None,
        [],
        "words",
        {},
        {"usage": None},
        {"usageMetadata": GOOD},
        {"usage": {"cost": 0.04, "cost_details": {"upstream_inference_cost": None}, "is_byok": False}},
        {"usage": {"trafficType": "ON_DEMAND", "total_tokens": 0, "prompt_tokens_details": None}},
    ],
)
def test_what_can_be_is_not_named(document: Any) -> None:
    assert miscounted(document) == ""


@pytest.mark.parametrize(
    "counts",
    [
        {"candidatesTokenCount": 20, "candidatesTokensDetails": rows(image=1120)},
        {"candidatesTokenCount": 0, "candidatesTokensDetails": rows(image=1120)},
        {"candidates_token_count": 20, "candidates_tokens_details": rows(image=1120)},
        {"promptTokenCount": 10, "promptTokensDetails": rows(text=4, image=258)},
        {"total_output_tokens": 20, "output_tokens_by_modality": rows(image=1120)},
        {"total_input_tokens": 20, "input_tokens_by_modality": rows(image=560)},
        {"output_tokens": 20, "output_tokens_details": {"image_tokens": 1120}},
        {"completion_tokens": 20, "completion_tokens_details": {"image_tokens": 1120}, "output_tokens": 0},
        {"prompt_tokens": 533, "completion_tokens": 1337, "total_tokens": 1336},
    ],
)
def test_a_part_that_is_more_than_its_whole_is_named(counts: dict[str, Any]) -> None:
    assert miscounted({"usage": counts}) == miscounted({"usageMetadata": counts}) == "usage:tokens"


@pytest.mark.parametrize(
    "counts",
    [
        # Field 2.6, 0.248776 USD: a picture's words are beside it; and what came in may be beside the total.
        {"candidatesTokenCount": 2000, "candidatesTokensDetails": rows(image=2000, text=340)},
        {"promptTokenCount": 10, "candidatesTokenCount": 1120, "totalTokenCount": 1129},
        {"prompt_tokens": 533, "completion_tokens": 1337, "total_tokens": 1337},
    ],
)
def test_parts_need_not_all_be_in_their_whole(counts: dict[str, Any]) -> None:
    assert miscounted({"usage": counts}) == ""


@pytest.mark.parametrize(
    "counts",
    [
        WITHOUT_BREAKDOWN,
        {"candidatesTokensDetails": rows(image=1120)},
        {"candidatesTokenCount": 2340, "candidatesTokensDetails": rows(image=2000, text=340)},
        {"candidatesTokenCount": 1200, "candidatesTokensDetails": rows(image=1120)},
        {"promptTokenCount": 262, "promptTokensDetails": rows(text=4, image=258)},
        {"total_input_tokens": 38, "total_output_tokens": 1411, "total_thought_tokens": 675, "total_tokens": 2124},
        {"completion_tokens": 1120, "completion_tokens_details": {"reasoning_tokens": 225, "image_tokens": 1120}},
        {"prompt_tokens": 9, "prompt_tokens_details": {"cached_tokens": 8, "text_tokens": 9}, "input_tokens": 0},
        {"completion_tokens": 4175, "cost": 0.04, "prompt_tokens": 0, "total_tokens": 4175},
        {"input_tokens": 5, "output_tokens": 7, "output_tokens_details": "none", "total_tokens": None},
    ],
)
def test_parts_that_are_no_more_than_their_whole_can_be(counts: dict[str, Any]) -> None:
    assert miscounted({"usage": counts}) == miscounted({"usageMetadata": counts}) == ""


def test_words_of_a_caller_are_not_named() -> None:
    assert miscounted({"usage": {"a secret prompt tokens": -1}}) == "usage:(unreadable)"


@pytest.mark.parametrize(
    ("usage", "mark"),
    [
        ({**GOOD, "thoughtsTokenCount": -225}, "usage:thoughtsTokenCount"),
        ({**GOOD, "promptTokenCount": "10"}, "usage:promptTokenCount"),
        ({**GOOD, "promptTokenCount": 99_999_999}, "usage:tokens"),
        (None, "usage:missing"),
        ({}, "usage:missing"),
        ({**GOOD, "thoughtsTokenCount": float("nan")}, "usage:thoughtsTokenCount"),
        ({**GOOD, "promptTokenCount": float("-inf")}, "usage:promptTokenCount"),
        ({**GOOD, "candidatesTokenCount": 20}, "usage:tokens"),
        ({**GOOD, "candidatesTokensDetails": rows(image=12)}, "usage:tokens"),
        ({**WITHOUT_BREAKDOWN, "candidatesTokenCount": 12}, "usage:tokens"),
        ({**WITHOUT_BREAKDOWN, "candidatesTokenCount": 4000, "totalTokenCount": 4235}, "usage:tokens"),
    ],
)
def test_a_wrong_count_is_never_a_price_but_the_list_price_is_a_guess(usage: Any, mark: str) -> None:
    world = World(FakeAnswer(an_answer(usageMetadata=usage)))
    message = world.message(world.running())
    world.run(message)
    result = world.attempt(message.key).result

    assert result is not None
    assert (result.cost_usd, result.estimated, result.usage) == (0.0336, True, None)
    assert result.priced is not None
    assert (result.priced.by, result.report.unknown) == ("list", mark)


@pytest.mark.parametrize("usage", [{**GOOD, "thoughtsTokenCount": 225}, WITHOUT_BREAKDOWN])
def test_a_right_count_is_kept_with_the_price_that_it_was_multiplied_by(usage: dict[str, Any]) -> None:
    world = World(FakeAnswer(an_answer(usageMetadata=usage)))
    message = world.message(world.running())
    world.run(message)
    result = world.attempt(message.key).result

    assert result is not None
    assert result.usage is not None
    assert result.priced is not None
    assert (result.usage.model_dump(exclude_defaults=True), result.estimated) == (
        {"text_in": 10, "thought": 225, "image_out": 1120},
        False,
    )
    assert (result.priced.by, result.priced.source) == ("usage", "gemini-prices")
