"""Gemini's Interactions API: what goes out, and what each answer of it means."""

from typing import Any

import pytest
from hypothesis import assume, given

from cavendish.catalog.file import catalog
from cavendish.money.price import Usage, cost
from cavendish.outcome import Billed
from cavendish.wire import Asked, Reading, WireRequest, interactions
from tests.builders import a_call
from tests.documents import JSON, STATUSES, heard, is_decided, near, reported

ROUTE, FLASH = "gemini-interactions", "gemini-nano-banana-2.1"
#: Pictures of one byte and of two.
A, B = "QQ==", "QkI="
LINK = "https://files.test/a.png"
#: A real answer of Nano Banana 2.1 at 1K: 291 of its 1411 tokens are words.
COUNTS = {
    "total_input_tokens": 38,
    "total_output_tokens": 1411,
    "total_thought_tokens": 675,
    "total_tokens": 2124,
    "output_tokens_by_modality": [{"modality": "image", "tokens": 1120}],
}


def sent(prompt: str = "a lighthouse", **call: Any) -> WireRequest:
    return interactions.request(Asked.of(a_call(route=ROUTE, **{"model": FLASH, **call}), prompt, catalog()))


def image(data: str, **fields: str) -> dict[str, str]:
    return {"type": "image", "mime_type": "image/jpeg", "data": data, **fields}


def words(said: str) -> dict[str, str]:
    return {"type": "text", "text": said}


def thought(*summary: dict[str, str]) -> dict[str, Any]:
    return {"type": "thought", "signature": "c2ln", "summary": list(summary)}


def output(*content: dict[str, str], **fields: Any) -> dict[str, Any]:
    return {"type": "model_output", "content": list(content), **fields}


def answer(*steps: dict[str, Any], status: str = "completed", **fields: Any) -> Reading:
    return heard(interactions, {"id": "i", "status": status, "steps": list(steps), **fields})


def test_the_whole_request_field_by_field() -> None:
    out = sent(size="2K", aspect_ratio="16:9", thinking="minimal")

    assert (out.method, out.path, out.headers) == ("POST", "/v1/interactions", {})
    assert out.body == {
        "model": FLASH,
        "input": "a lighthouse",
        "response_format": {"type": "image", "aspect_ratio": "16:9", "image_size": "2K"},
        "store": False,
        "generation_config": {"thinking_level": "minimal"},
    }


OFFERS = catalog().routes[ROUTE].models
SHAPES = [(model, size, ratio) for model, offer in OFFERS.items() for size in offer.sizes for ratio in offer.ratios]


@pytest.mark.parametrize(("model", "size", "ratio"), SHAPES)
def test_each_size_and_ratio_goes_out_as_it_is_called(model: str, size: str, ratio: str) -> None:
    body = sent(model=model, size=size, aspect_ratio=ratio).body

    assert body is not None
    assert body["response_format"] == {"type": "image", "aspect_ratio": ratio, "image_size": size}


@pytest.mark.parametrize("level", ["minimal", "low", "medium", "high"])
def test_thinking_is_a_level_in_small_letters(level: str) -> None:
    body = sent(thinking=level).body

    assert body is not None
    assert body["generation_config"] == {"thinking_level": level}


def test_without_a_wish_nothing_is_said_of_thinking() -> None:
    assert "generation_config" not in (sent().body or {})


@pytest.mark.parametrize("prompt", ['{"a": 1}', " spaces \n", "日本語 \U0001f34c", "{{template}} %s \\u0041", "\x00"])
def test_the_prompt_goes_out_verbatim_and_is_not_kept(prompt: str) -> None:
    body = sent(prompt).body or {}

    assert (body["input"], body["store"]) == (prompt, False)


@pytest.mark.parametrize(
    ("steps", "length"),
    [
        ([output(image(A))], 1),
        ([output(image(A), image(B))], 2),
        ([output(image(A)), output(image(B))], 2),
        ([thought(image(A)), output(image(B))], 2),
        ([output(image(A)), thought(image(B))], 1),
        ([thought(image(A)), thought(image(B))], 2),
        ([thought(words("a plan"), image(A)), output(words("Sorry."))], 1),
        ([output(words("Here it is."), image(A))], 1),
        ([output(image("", uri="data:image/png;base64,QQ=="))], 1),
        ([{"type": "user_input", "content": [image(A)]}, output(image(B))], 2),
        ([output(image(B)), {"type": "user_input", "content": [image(A)]}], 2),
    ],
)
def test_the_last_picture_that_is_no_thought_wins_else_the_last_thought(
    steps: list[dict[str, Any]], length: int
) -> None:
    reading = answer(*steps)

    assert reading.picture is not None
    assert reading.picture.bytes == length
    assert is_decided(reading)


def test_a_picture_that_lies_elsewhere_is_a_link() -> None:
    reading = answer(output({"type": "image", "uri": LINK}))

    assert reading.link == LINK
    assert is_decided(reading)


def test_a_picture_comes_with_the_model_the_words_and_the_tokens() -> None:
    reading = answer(thought(words("hm")), output(words("Here."), image(A)), model=FLASH, usage=COUNTS)

    assert (reading.model_version, reading.note) == (FLASH, "Here.")
    assert reading.usage == Usage(text_in=38, text_out=291, thought=675, image_out=1120)


def test_what_the_caller_said_is_no_note_of_the_models() -> None:
    echo = {"type": "user_input", "content": [words("the prompt")]}

    assert answer(echo, output(words("No."))).note == "No."


def test_the_golden_price_of_a_real_answer_by_its_tokens() -> None:
    usage = answer(output(image(A)), usage=COUNTS).usage
    price = catalog().offer(ROUTE, FLASH).price

    assert cost(price, "1K", usage) == round((38 * 1.5 + 291 * 7.5 + 675 * 7.5 + 1120 * 30) / 1e6, 6) == 0.040902


@pytest.mark.parametrize(
    ("counts", "usage"),
    [
        (
            {"total_input_tokens": 600, "input_tokens_by_modality": [{"modality": "image", "tokens": 560}]},
            Usage(text_in=40, image_in=560),
        ),
        ({"output_tokens_by_modality": [{"modality": "IMAGE", "tokens": 5}] * 2}, Usage(image_out=10)),
        ({"output_tokens_by_modality": [{"modality": "text", "tokens": 5}, None, 7]}, None),
        ({"total_output_tokens": -1, "total_input_tokens": "5", "total_thought_tokens": True}, None),
        ({}, None),
        ("many", None),
    ],
)
def test_tokens_are_counted_by_kind_and_nonsense_is_none(counts: Any, usage: Usage | None) -> None:
    assert answer(output(words("no")), usage=counts).usage == usage


def test_counts_without_the_pictures_own_are_none_where_there_is_a_picture() -> None:
    assert answer(output(image(A)), usage={"total_output_tokens": 1411}).usage is None


@pytest.mark.parametrize(
    ("status", "outcome", "billed"),
    [
        ("completed", "no_image", "yes"),
        ("incomplete", "no_image", "yes"),
        ("requires_action", "no_image", "yes"),
        ("requires_continuation", "no_image", "yes"),
        ("budget_exceeded", "no_image", "yes"),
        ("failed", "overloaded", "no"),
        ("cancelled", "overloaded", "no"),
        ("in_progress", "timed_out", "unknown"),
        ("queued", "timed_out", "unknown"),
    ],
)
def test_each_status_without_a_picture_has_its_outcome(status: str, outcome: str, billed: str) -> None:
    said = reported(answer(output(words("I cannot.")), status=status))

    assert (said.outcome, said.billed, said.unknown) == (outcome, billed, "")
    assert said.detail == f"the interaction ended as {status}: I cannot."


def test_a_status_that_no_table_has_is_marked() -> None:
    said = reported(answer(status="half_done"))

    assert (said.outcome, said.unknown) == ("no_image", "status:half_done")
    assert reported(heard(interactions, {})).unknown == "status:(unreadable)"


def test_a_picture_that_was_made_and_is_not_shown_is_billed() -> None:
    assert reported(answer(status="failed", usage=COUNTS)).billed is Billed.YES


@pytest.mark.parametrize(
    ("error", "outcome"),
    [
        ({"code": 8, "message": "Resource has been exhausted"}, "throttled"),
        ({"code": 14, "message": "overloaded"}, "overloaded"),
        ({"code": 3, "message": "Unknown size"}, "bad_request"),
        ({"code": 3, "message": "API key not valid."}, "bad_key"),
        ({"code": 5, "message": "models/X is not found"}, "model_gone"),
        ({"code": "https://errors.test/internal", "message": "m"}, "overloaded"),
        ({"message": "m"}, "overloaded"),
    ],
)
def test_an_error_in_a_step_or_beside_them_says_why_there_is_no_picture(error: dict[str, Any], outcome: str) -> None:
    in_step = answer(output(error=error), status="failed")
    beside = answer(status="failed", errors=[error])

    assert reported(in_step).outcome == reported(beside).outcome == outcome
    assert error["message"] in reported(in_step).detail


@pytest.mark.parametrize(
    ("code", "begun", "outcome"),
    [
        ("IMAGE_SAFETY", True, "refused_output"),
        ("PROHIBITED_CONTENT", True, "refused_output"),
        ("PROHIBITED_CONTENT", False, "refused_input"),
        ("NO_IMAGE", True, "no_image"),
        ("IMAGE_NEW_THING", True, "overloaded"),
    ],
)
def test_a_reason_of_geminis_among_the_errors_is_no_failure_that_passes(code: str, begun: bool, outcome: str) -> None:
    steps = [thought(words("a plan"))] if begun else []
    said = reported(answer(*steps, status="failed", errors=[{"code": code, "message": "It was filtered."}]))

    assert (said.outcome, said.unknown) == (outcome, "code:IMAGE_NEW_THING" if code == "IMAGE_NEW_THING" else "")
    assert "It was filtered." in said.detail


def test_an_error_beside_a_picture_takes_nothing_away() -> None:
    assert answer(output(image(A)), errors=[{"code": 13}]).report is None


@pytest.mark.parametrize("wrap", [lambda one: one, lambda one: [one]])
@pytest.mark.parametrize(
    ("status", "code", "outcome"),
    [(400, 400, "bad_request"), (404, 404, "model_gone"), (429, 429, "throttled"), (200, 503, "overloaded")],
)
def test_an_error_of_the_door_is_googles(wrap: Any, status: int, code: int, outcome: str) -> None:
    assert reported(heard(interactions, wrap({"error": {"code": code, "message": "m"}}), status)).outcome == outcome


@pytest.mark.parametrize(("status", "outcome"), [(200, "garbled"), (502, "overloaded"), (404, "model_gone")])
def test_a_page_is_no_answer(status: int, outcome: str) -> None:
    assert reported(heard(interactions, None, status)).outcome == outcome


ITEM = {"type": "image", "data": A, "uri": LINK, "text": "t"}
ANSWER = {
    "status": "completed",
    "model": "m",
    "steps": [{"type": "thought", "summary": [ITEM], "content": [ITEM], "error": {"code": 8, "message": "m"}}],
    "errors": [{"code": "u", "message": "m"}],
    "error": {"code": 1},
    "usage": COUNTS,
}


@given(STATUSES, near(ANSWER) | near([ANSWER]) | JSON)
def test_every_answer_comes_to_exactly_one_thing(status: int, document: Any) -> None:
    assert is_decided(interactions.read(status, {}, document))


@given(near(ANSWER))
def test_every_answer_with_pictures_in_it_comes_to_exactly_one_thing(document: Any) -> None:
    assume(isinstance(document, dict | list))

    assert is_decided(heard(interactions, document))
