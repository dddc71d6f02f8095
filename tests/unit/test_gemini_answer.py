"""What comes back from Gemini with status 200: pictures, tokens, and three shapes of an answer without a picture."""

import io
from typing import Any

import pytest

from cavendish.answer.answer import Mixed, Picture
from cavendish.catalog.file import catalog
from cavendish.money.price import Usage, cost
from cavendish.outcome import Billed, Outcome
from cavendish.wire import Reading
from cavendish.wire.gemini import read
from tests.builders import PRO


def a_picture(name: str) -> Picture:
    return Picture(file=io.BytesIO(), bytes=1, sha256=name, crc32="", fault=None)


A, B, C = a_picture("a"), a_picture("b"), a_picture("c")


def shows(picture: Picture, **fields: Any) -> dict[str, Any]:
    return {"inlineData": {"mimeType": "image/png", "data": picture}, **fields}


def answer(*parts: Any, finish: str = "STOP", **fields: Any) -> Reading:
    candidate = {"index": 0, "finishReason": finish, "content": {"role": "model", "parts": list(parts)}}
    return read(200, {}, {"candidates": [candidate], **fields})


def told(reading: Reading) -> tuple[Outcome, Billed]:
    assert reading.picture is None
    assert reading.report is not None
    return reading.report.outcome, reading.report.billed


def test_a_picture_comes_without_a_report() -> None:
    reading = answer(shows(A), modelVersion="gemini-3-pro-image")

    assert (reading.picture, reading.report, reading.model_version) == (A, None, "gemini-3-pro-image")


@pytest.mark.parametrize("status", [200, 201, 202, 299])
def test_any_2xx_with_a_picture_is_an_answer(status: int) -> None:
    assert read(status, {}, {"candidates": [{"content": {"parts": [shows(A)]}}]}).picture is A


@pytest.mark.parametrize(
    ("parts", "expected"),
    [
        ([shows(A), shows(B)], B),
        ([shows(A, thought=True), shows(B)], B),
        ([shows(A), shows(B, thought=True)], A),
        ([shows(A, thought=True), shows(B, thought=True)], B),
        ([shows(A, thought=True)], A),
        ([shows(A, thoughtSignature="x"), shows(B, thoughtSignature="y"), {"text": "done"}], B),
        ([{"text": "plan", "thought": True}, shows(A, thought=True), {"text": "Here"}, shows(B), shows(C)], C),
    ],
)
def test_the_last_picture_that_is_no_thought_wins_else_the_last_thought(
    parts: list[dict[str, Any]], expected: Picture
) -> None:
    assert answer(*parts).picture is expected


SNAKE = {
    "candidates": [{"content": {"parts": [{"inline_data": {"mime_type": "image/png", "data": A}}]}}],
    "usage_metadata": {
        "prompt_token_count": 54,
        "candidates_token_count": 1200,
        "thoughts_token_count": 639,
        "candidates_tokens_details": [{"modality": "IMAGE", "token_count": 1120}],
    },
    "model_version": "m",
}


def test_both_spellings_of_proto_json_are_read() -> None:
    reading = read(200, {}, SNAKE)

    assert (reading.picture, reading.model_version) == (A, "m")
    assert reading.usage == Usage(text_in=54, text_out=80, thought=639, image_out=1120)


@pytest.mark.parametrize(
    ("counts", "usage"),
    [
        (None, None),
        ("many", None),
        ({}, None),
        ({"promptTokenCount": 5, "candidatesTokenCount": 7}, Usage(text_in=5, image_out=7)),
        (
            {"promptTokenCount": 5, "candidatesTokenCount": 7, "candidatesTokensDetails": []},
            Usage(text_in=5, image_out=7),
        ),
        ({"promptTokenCount": 5, "thoughtsTokenCount": 7}, None),
        (
            {"candidatesTokenCount": 1200, "candidatesTokensDetails": [{"modality": "TEXT", "tokenCount": 80}]},
            None,
        ),
        (
            {
                "candidatesTokenCount": 2340,
                "candidatesTokensDetails": [
                    {"modality": "IMAGE", "tokenCount": 2000},
                    {"modality": "TEXT", "tokenCount": 340},
                ],
            },
            Usage(text_out=340, image_out=2000),
        ),
        ({"candidatesTokensDetails": [{"modality": "image", "tokenCount": 9}] * 2}, Usage(image_out=18)),
        ({"candidatesTokensDetails": [{"modality": "TEXT", "tokenCount": 9}, None, 5]}, None),
        ({"promptTokenCount": -1, "thoughtsTokenCount": "5", "candidatesTokenCount": True}, None),
        ({"promptTokenCount": 1.5, "thoughtsTokenCount": 10**12}, None),
    ],
)
def test_tokens_are_counted_by_kind_and_who_counted_nothing_has_not_counted(
    counts: object, usage: Usage | None
) -> None:
    assert answer(shows(A), usageMetadata=counts).usage == usage


def test_without_a_breakdown_all_that_came_out_beside_a_picture_is_the_pictures() -> None:
    """Field 2.6: 10 x 2 + 225 x 12 + 1,120 x 120, per million."""
    counts = {"promptTokenCount": 10, "candidatesTokenCount": 1120, "thoughtsTokenCount": 225, "totalTokenCount": 1355}
    usage = answer(shows(A), usageMetadata=counts).usage

    assert usage == Usage(text_in=10, thought=225, image_out=1120)
    assert cost(catalog().model(PRO).price, "1K", usage) == 0.137120


def test_without_a_picture_the_words_alone_are_counted() -> None:
    counts = {"promptTokenCount": 5, "candidatesTokenCount": 7}

    assert answer({"text": "no"}, usageMetadata=counts).usage == Usage(text_in=5, text_out=7)


def test_what_the_model_says_aloud_is_noted_and_its_thoughts_are_not() -> None:
    assert (
        answer({"text": "secret", "thought": True}, {"text": "I cannot"}, {"text": "do it"}).note == "I cannot\ndo it"
    )
    assert answer(shows(A)).note is None


@pytest.mark.parametrize(
    "reason",
    ["SAFETY", "OTHER", "BLOCKLIST", "PROHIBITED_CONTENT", "IMAGE_SAFETY", "MODEL_ARMOR", "JAILBREAK", "NEW_REASON"],
)
@pytest.mark.parametrize("candidates", [{}, {"candidates": []}, {"candidates": None}])
def test_a_blocked_prompt_is_a_refused_input_and_costs_nothing(reason: str, candidates: dict[str, Any]) -> None:
    reading = read(200, {}, {"promptFeedback": {"blockReason": reason}, **candidates})

    assert told(reading) == (Outcome.REFUSED_INPUT, Billed.NO)
    assert reading.report is not None
    assert reason in reading.report.detail


REFUSED = "SAFETY RECITATION LANGUAGE BLOCKLIST PROHIBITED_CONTENT SPII IMAGE_SAFETY IMAGE_PROHIBITED_CONTENT"


@pytest.mark.parametrize("reason", [*REFUSED.split(), "IMAGE_RECITATION", "MODEL_ARMOR"])
def test_a_picture_that_may_not_be_shown_is_a_refused_output_without_content(reason: str) -> None:
    reading = read(200, {}, {"candidates": [{"finishReason": reason, "finishMessage": "Sorry, no."}]})

    assert told(reading) == (Outcome.REFUSED_OUTPUT, Billed.NO)
    assert reading.report is not None
    assert reading.report.detail == f"the model ended with {reason}: Sorry, no."


def test_a_refused_output_whose_picture_was_counted_is_billed() -> None:
    counts = {"candidatesTokensDetails": [{"modality": "IMAGE", "tokenCount": 1120}]}

    assert told(answer(finish="IMAGE_SAFETY", usageMetadata=counts)) == (Outcome.REFUSED_OUTPUT, Billed.YES)


@pytest.mark.parametrize(
    "reason",
    [
        "STOP",
        "MAX_TOKENS",
        "OTHER",
        "NO_IMAGE",
        "IMAGE_OTHER",
        "MALFORMED_RESPONSE",
        "MISSING_THOUGHT_SIGNATURE",
        "FINISH_REASON_UNSPECIFIED",
        "PUP_LIMITED_DISABLED",
        "A_REASON_OF_NEXT_YEAR",
    ],
)
def test_any_other_end_without_a_picture_is_no_image_and_is_billed(reason: str) -> None:
    reading = answer({"text": "Here is your picture!"}, finish=reason)

    assert told(reading) == (Outcome.NO_IMAGE, Billed.YES)
    assert reading.report is not None
    assert reason in reading.report.detail


#: FinishReason and BlockedReason of google-genai 3.3.0, as model-apis 2.3 and 2.4 list them.
FINISH_REASONS = """
    STOP MAX_TOKENS SAFETY RECITATION LANGUAGE OTHER BLOCKLIST PROHIBITED_CONTENT SPII MALFORMED_FUNCTION_CALL
    IMAGE_SAFETY IMAGE_PROHIBITED_CONTENT IMAGE_OTHER NO_IMAGE IMAGE_RECITATION UNEXPECTED_TOOL_CALL TOO_MANY_TOOL_CALLS
    MISSING_THOUGHT_SIGNATURE MALFORMED_RESPONSE ESCALATION PUP_LIMITED_DISABLED CONTINUATION MODEL_ARMOR
    FINISH_REASON_UNSPECIFIED
"""
BLOCKS = "SAFETY OTHER BLOCKLIST PROHIBITED_CONTENT IMAGE_SAFETY MODEL_ARMOR JAILBREAK BLOCKED_REASON_UNSPECIFIED"


def mark_of(document: dict[str, Any]) -> str:
    reading = read(200, {}, document)
    assert reading.report is not None
    return reading.report.unknown


@pytest.mark.parametrize("reason", [*FINISH_REASONS.split(), None, ""])
def test_a_reason_that_is_known_is_not_marked(reason: str | None) -> None:
    assert mark_of({"candidates": [{"finishReason": reason}]}) == ""


@pytest.mark.parametrize("reason", BLOCKS.split())
def test_a_block_that_is_known_is_not_marked(reason: str) -> None:
    assert mark_of({"promptFeedback": {"blockReason": reason}}) == ""


@pytest.mark.parametrize(
    ("document", "mark"),
    [
        ({"candidates": [{"finishReason": "NEW_THING"}]}, "finish_reason:NEW_THING"),
        ({"candidates": [{"finishReason": 17}]}, "finish_reason:17"),
        ({"candidates": [{"finishReason": ["STOP"]}]}, "finish_reason:(unreadable)"),
        ({"candidates": [{"finishReason": "a lighthouse at dusk"}]}, "finish_reason:(unreadable)"),
        ({"promptFeedback": {"blockReason": "NEW_BLOCK"}}, "block_reason:NEW_BLOCK"),
    ],
)
def test_a_reason_that_no_table_has_is_marked_and_words_are_not_repeated(document: dict[str, Any], mark: str) -> None:
    assert mark_of(document) == mark


@pytest.mark.parametrize(
    "document",
    [
        {},
        {"candidates": [{}]},
        {"candidates": [{"finishReason": "STOP", "content": {"role": "model"}}]},
        {"candidates": [{"finishReason": "STOP", "content": {"parts": [{"inlineData": {}}, {"inlineData": None}]}}]},
        {"candidates": "none", "usageMetadata": []},
        {"error": None, "candidates": []},
    ],
)
def test_every_shape_of_an_answer_without_a_picture_is_no_image(document: dict[str, Any]) -> None:
    assert told(read(200, {}, document)) == (Outcome.NO_IMAGE, Billed.YES)


def test_an_answer_in_a_list_of_one_and_a_picture_in_the_second_candidate_count() -> None:
    second = {"candidates": [{"finishReason": "STOP"}, *SNAKE["candidates"]]}

    assert read(200, {}, [SNAKE]).picture == A
    assert read(200, {}, second).picture == A


def test_an_error_that_is_only_a_sentence_is_an_error() -> None:
    assert told(read(200, {}, {"error": "upstream busy"})) == (Outcome.OVERLOADED, Billed.NO)


@pytest.mark.parametrize("document", [None, 5, "ok", True, [], [1], [{}, {}]])
def test_an_answer_that_is_no_object_is_garbled(document: object) -> None:
    assert told(read(200, {}, document)) == (Outcome.GARBLED, Billed.UNKNOWN)


def test_a_picture_that_a_gateway_puts_among_the_words_is_found() -> None:
    said = answer({"text": Mixed("Here: ![image]()", (B,))})

    assert (said.picture, said.note) == (B, "Here: ![image]()")


def test_a_picture_that_is_only_named_is_a_link() -> None:
    said = answer({"fileData": {"mimeType": "image/png", "fileUri": "https://files.example/1.png"}})

    assert (said.link, said.picture, said.report) == ("https://files.example/1.png", None, None)
