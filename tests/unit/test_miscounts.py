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


@pytest.mark.parametrize("bad", [-1, "225", 22.5, 10**8, True, [], {}, float("inf")])
def test_a_count_that_is_no_count_is_named(bad: Any) -> None:
    assert miscounted({"usageMetadata": {**GOOD, "thoughtsTokenCount": bad}}) == "usage:thoughtsTokenCount"
    assert miscounted({"usage_metadata": {"thoughts_token_count": bad}}) == "usage:thoughts_token_count"
    assert miscounted({"usage": {"output_tokens": bad}}) == "usage:output_tokens"
    rows = [{"modality": "IMAGE", "tokenCount": bad}]
    assert miscounted([{"usageMetadata": {"candidatesTokensDetails": rows}}]) == "usage:tokenCount"
    assert miscounted({"usage": {"input_tokens_details": {"image_tokens": bad}}}) == "usage:image_tokens"


@pytest.mark.parametrize("bad", ["much", -0.1, 10**6, True])
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


def test_a_right_count_is_kept_with_the_price_that_it_was_multiplied_by() -> None:
    world = World()
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
