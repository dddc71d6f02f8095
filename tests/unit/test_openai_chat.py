"""Pictures out of a chat: what goes out, compared with the SDK's own request, and every place where they come back."""

import base64
import hashlib
from typing import Any

import pytest
from hypothesis import given

from cavendish.catalog.file import catalog
from cavendish.money.price import Usage
from cavendish.outcome import Billed, Outcome
from cavendish.wire import Asked, Reading, WireRequest, openai_chat
from cavendish.wire.openai_chat import request
from tests.builders import FLASH, PRO, a_call
from tests.documents import STATUSES, heard, is_decided, near, reported
from tests.sdk import sent_by_openai

PROMPT = '一只灯塔 "quoted"\n'
LINK = "https://cdn.example/a/b_c.png?X-Amz-Signature=0f"
MESSAGES: Any = [{"role": "user", "content": PROMPT}]


def base64_of(name: str) -> str:
    return base64.b64encode(name.encode()).decode()


def uri(name: str) -> str:
    return f"data:image/png;base64,{base64_of(name)}"


def sent(route: str, **call: Any) -> WireRequest:
    return request(Asked.of(a_call(route=route, **call), PROMPT, catalog()))


def said(message: Any, finish: Any = "stop", **fields: Any) -> Reading:
    choice = {"index": 0, "message": message, "finish_reason": finish}
    return heard(openai_chat, {"choices": [choice], "model": "m", **fields})


def test_the_articles_request_names_the_size_and_nothing_else() -> None:
    url, body = sent_by_openai(
        lambda client: client.chat.completions.create(
            model="gemini-3.1-flash-image-preview", messages=MESSAGES, extra_body={"image_resolution": "4K"}
        )
    )

    out = sent("apiyi-chat", model=FLASH, size="4K", thinking="high")
    assert (out.url("https://h/v1"), out.body) == (url, body)


@pytest.mark.parametrize(
    ("route", "name"),
    [("openrouter-chat", "google/gemini-3-pro-image"), ("openai-compatible-chat", "gemini-3-pro-image")],
)
def test_elsewhere_size_and_ratio_are_in_the_image_config(route: str, name: str) -> None:
    url, body = sent_by_openai(
        lambda client: client.chat.completions.create(
            model=name,
            messages=MESSAGES,
            extra_body={
                "modalities": ["image", "text"],
                "image_config": {"aspect_ratio": "16:9", "image_size": "2K"},
            },
        )
    )

    out = sent(route, model=PRO, size="2K", aspect_ratio="16:9", thinking="high")
    assert (out.url("https://h/v1"), out.body) == (url, body)


def test_a_model_of_one_size_is_not_asked_for_it() -> None:
    body = sent("openrouter-chat", model="gemini-2.5-flash-image", aspect_ratio="3:2").body or {}

    assert body["image_config"] == {"aspect_ratio": "3:2"}


@pytest.mark.parametrize(
    "message",
    [
        {"content": "Here it is", "images": [{"type": "image_url", "image_url": {"url": uri("a")}}]},
        {"content": None, "images": [{"image_url": uri("a")}]},
        {"content": "", "images": [{"url": uri("a")}]},
        {"images": [{"b64_json": base64_of("a")}]},
        {"content": uri("a")},
        {"content": f"![image]({uri('a')})"},
        {"content": f"Here it is:\n\n![image]({uri('a')})\n\nEnjoy, see https://policy.example"},
        {"content": [{"type": "text", "text": "Here"}, {"type": "image_url", "image_url": {"url": uri("a")}}]},
        {"content": [{"type": "text", "text": f"![x]({uri('a')})"}]},
        {"content": [{"type": "output_image", "image_url": uri("a")}]},
        {"content": [{"type": "output_image", "b64_json": base64_of("a")}]},
        {"content": [{"type": "image", "image": {"data": base64_of("a")}}]},
        {"content": [{"type": "image", "data": base64_of("a")}]},
        {"content": [{"type": "image", "image": uri("a")}]},
        {"content": [{"type": "image", "source": {"type": "base64", "data": base64_of("a")}}]},
        {"content": [{"inline_data": {"mime_type": "image/png", "data": base64_of("a")}}]},
        {"content": f"![x]({uri('b')})\n![x]({uri('a')})"},
        {"content": uri("b"), "images": [{"image_url": {"url": uri("a")}}]},
        {"images": [{"image_url": {"url": uri("b")}}, {"image_url": {"url": uri("a")}}]},
        {"images": [{"image_url": {"url": uri("a")}}, {"image_url": {"url": uri("b")}, "thought": True}]},
        {"images": [{"image_url": {"url": uri("a")}, "thought": True}]},
        {"reasoning_content": f"![draft]({uri('b')})", "content": f"![x]({uri('a')})"},
        {"reasoning": uri("a"), "content": "Here it is"},
    ],
)
def test_the_last_picture_that_is_no_draft_wins_wherever_it_is(message: dict[str, Any]) -> None:
    picture = said(message).picture

    assert picture is not None
    assert picture.sha256 == hashlib.sha256(b"a").hexdigest()


@pytest.mark.parametrize(
    "content",
    [
        LINK,
        f"  {LINK}\n",
        f"![image]({LINK})",
        f'![image]({LINK} "a lighthouse")',
        f"[Download]({LINK})",
        f"Here it is: {LINK}.",
        f"<{LINK}>",
        f"**{LINK}**",
        f"See https://docs.example/terms and {LINK}",
        f"{LINK} (by https://docs.example/about)",
        f"![draft](https://cdn.example/1.png)\n![image]({LINK})",
        [{"type": "image_url", "image_url": {"url": LINK}}],
        [{"type": "text", "text": f"![image]({LINK})"}],
        [{"type": "output_image", "url": LINK}],
    ],
)
def test_a_link_is_found_among_words(content: Any) -> None:
    reading = said({"content": content})

    assert (reading.link, reading.picture, reading.report) == (LINK, None, None)


def test_a_link_without_an_extension_counts_where_there_is_no_better_one() -> None:
    assert said({"content": "Here: https://cdn.example/abc123, enjoy!"}).link == "https://cdn.example/abc123"


def test_the_words_are_noted_without_the_picture() -> None:
    assert said({"content": f"Here it is:\n![image]({uri('a')})"}).note == "Here it is:"
    assert said({"content": f"Here it is: ![image]({LINK})"}).note == "Here it is:"
    assert said({"content": f"Here it is: {LINK}"}).note == "Here it is:"
    assert said({"content": f"![image]({uri('a')})"}).note is None
    assert said({"content": [{"text": "thinking", "thought": True}, {"text": "done"}]}).note == "done"


@pytest.mark.parametrize("finish", ["stop", "length", "tool_calls", "function_call", None, ""])
def test_an_answer_without_a_picture_is_billed(finish: str | None) -> None:
    report = reported(said({"content": "I cannot draw."}, finish))

    assert (report.outcome, report.billed, report.unknown) == (Outcome.NO_IMAGE, Billed.YES, "")
    assert "I cannot draw." in report.detail


@pytest.mark.parametrize("document", [{}, {"choices": None}, {"choices": []}, {"choices": [{}]}, {"choices": [None]}])
def test_every_shape_of_nothing_is_no_image(document: dict[str, Any]) -> None:
    assert reported(heard(openai_chat, document)).outcome is Outcome.NO_IMAGE


def test_a_refusal_in_words_is_of_the_prompt_and_is_billed_with_its_200() -> None:
    report = reported(said({"content": None, "refusal": "I can't help with that: https://policy.example"}))

    assert (report.outcome, report.billed) == (Outcome.REFUSED_INPUT, Billed.YES)
    assert "I can't help with that" in report.detail


@pytest.mark.parametrize(
    ("finish", "fields", "outcome"),
    [
        ("content_filter", {}, Outcome.REFUSED_OUTPUT),
        ("IMAGE_SAFETY", {}, Outcome.REFUSED_OUTPUT),
        ("image_recitation", {}, Outcome.REFUSED_OUTPUT),
        ("error", {}, Outcome.OVERLOADED),
        ("stop", {"native_finish_reason": "IMAGE_PROHIBITED_CONTENT"}, Outcome.REFUSED_OUTPUT),
        ("content_filter", {"native_finish_reason": "NO_IMAGE"}, Outcome.NO_IMAGE),
    ],
)
def test_why_it_ended_is_the_models_own_word_where_that_is_known(
    finish: str, fields: dict[str, str], outcome: Outcome
) -> None:
    assert reported(said({"content": None}, finish, **fields)).outcome is outcome
    beside = {"choices": [{"message": {}, "finish_reason": finish, **fields}]}
    assert reported(heard(openai_chat, beside)).outcome is outcome


def test_a_refusals_link_is_no_picture() -> None:
    report = reported(said({"content": "Blocked, see https://policy.example/images"}, "content_filter"))

    assert report.outcome is Outcome.REFUSED_OUTPUT
    assert "https://policy.example/images" in report.detail


@pytest.mark.parametrize(
    ("finish", "fields", "mark"),
    [
        ("NEW_THING", {}, "finish_reason:NEW_THING"),
        ("stop", {"native_finish_reason": "NEW_NATIVE"}, "finish_reason:NEW_NATIVE"),
        ({"a": 1}, {}, "finish_reason:(unreadable)"),
        ("draw a cat", {}, "finish_reason:(unreadable)"),
    ],
)
def test_a_reason_that_no_table_has_is_marked(finish: Any, fields: dict[str, str], mark: str) -> None:
    report = reported(said({"content": "no"}, finish, **fields))

    assert (report.outcome, report.unknown) == (Outcome.NO_IMAGE, mark)


def test_an_error_beside_a_choice_is_an_error() -> None:
    error = {"code": 502, "message": "Provider returned error", "metadata": {"raw": "limit: 0 in 1 per day"}}
    document = {"choices": [{"finish_reason": "error", "message": {"content": ""}, "error": error}]}

    report = reported(heard(openai_chat, document))

    assert (report.outcome, report.billed) == (Outcome.QUOTA_ZERO, Billed.NO)


COUNTS = {
    "prompt_tokens": 533,
    "completion_tokens": 1337,
    "completion_tokens_details": {"reasoning_tokens": 217, "image_tokens": 1120},
}


def test_tokens_are_counted_by_kind() -> None:
    reading = said({"images": [{"image_url": {"url": uri("a")}}]}, usage={**COUNTS, "cost": 0.137})

    assert reading.usage == Usage(text_in=533, thought=217, image_out=1120)
    assert (reading.cost_usd, reading.model_version) == (0.137, "m")


def test_who_does_not_tell_the_pictures_tokens_has_not_counted() -> None:
    counts = {"prompt_tokens": 5, "completion_tokens": 1290}

    assert said({"content": uri("a")}, usage=counts).usage is None
    assert said({"content": "no"}, usage=counts).usage == Usage(text_in=5, text_out=1290)


@pytest.mark.parametrize(("cost", "billed"), [(0, Billed.NO), (0.01, Billed.YES)])
def test_who_names_the_cost_knows_what_was_billed(cost: float, billed: Billed) -> None:
    assert reported(said({"content": None}, "content_filter", usage={"cost": cost})).billed is billed


def test_a_picture_in_markdown_is_surer_than_any_other_link() -> None:
    content = "![image](https://cdn.example/abc123) by https://maker.example/logo.png"

    assert said({"content": content}).link == "https://cdn.example/abc123"


def test_words_without_end_are_searched_no_further_than_their_last_part() -> None:
    assert said({"content": f"![x]({LINK})" + " ![" * 100_000}).link is None
    assert said({"content": "![" * 100_000 + f" ![x]({LINK})"}).link == LINK


PART = {"type": "image_url", "image_url": {"url": LINK}, "text": "t", "b64_json": "x", "thought": True}
ANSWER = {
    "choices": [
        {
            "message": {"content": [PART], "images": [PART], "refusal": "no", "reasoning": "why"},
            "finish_reason": "stop",
            "native_finish_reason": "STOP",
            "error": {"code": 5},
        }
    ],
    "usage": COUNTS,
}


@given(STATUSES, near(ANSWER))
def test_no_answer_makes_the_codec_raise_and_each_is_decided(status: int, document: Any) -> None:
    assert is_decided(openai_chat.read(status, {}, document))
