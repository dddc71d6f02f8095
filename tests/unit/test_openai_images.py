"""OpenAI's images/generations: what goes out, compared with the SDK's own request; and all that may come back."""

import base64
from typing import Any

import pytest
from hypothesis import given

from cavendish.catalog.file import catalog
from cavendish.money.price import Usage
from cavendish.outcome import Billed, Outcome
from cavendish.wire import Asked, WireRequest, openai_images
from cavendish.wire.openai_images import request
from tests.builders import FLASH, PRO, a_call
from tests.documents import STATUSES, heard, is_decided, near, reported
from tests.sdk import sent_by_openai

PROMPT = "一只灯塔, «dusk» {x} \U0001f34c"
DATA = base64.b64encode(b"a picture").decode()
URI, LINK = f"data:image/png;base64,{DATA}", "https://cdn.example/a.png?sig=x"


def sent(route: str = "apiyi", **call: Any) -> WireRequest:
    return request(Asked.of(a_call(route=route, **call), PROMPT, catalog()))


def test_the_articles_request_field_by_field() -> None:
    out = sent(size="4K", aspect_ratio="16:9", thinking="low")

    assert out.path == "/v1/images/generations"
    assert out.body == {
        "model": "nano-banana-pro",
        "prompt": PROMPT,
        "n": 1,
        "size": "5504x3072",
        "response_format": "b64_json",
        "thinking_level": "low",
    }


def test_the_sdk_sends_the_same_for_the_articles_call() -> None:
    url, body = sent_by_openai(
        lambda client: client.images.generate(
            model="nano-banana-pro",
            prompt=PROMPT,
            n=1,
            size="2048x2048",
            response_format="b64_json",
            extra_body={"thinking_level": "high"},
        )
    )

    out = sent(size="2K", thinking="high")
    assert (out.url("https://h/v1"), out.body) == (url, body)


@pytest.mark.parametrize(("route", "model"), [("openai", "gpt-image-2"), ("openai-compatible", "gpt-image-2")])
def test_openais_own_models_are_asked_for_nothing_that_they_refuse(route: str, model: str) -> None:
    _, body = sent_by_openai(
        lambda client: client.images.generate(model=model, prompt=PROMPT, n=1, size="2752x1536"),
    )

    assert sent(route, model=model, size="2K", aspect_ratio="16:9").body == body


def test_a_gateways_other_models_are_asked_for_base64() -> None:
    body = sent("openai-compatible", model="gemini-2.5-flash-image", aspect_ratio="3:2").body

    assert body == {
        "model": "gemini-2.5-flash-image",
        "prompt": PROMPT,
        "n": 1,
        "size": "1248x832",
        "response_format": "b64_json",
    }


def test_thinking_is_said_only_where_it_is_known_and_wished() -> None:
    assert "thinking_level" not in (sent().body or {})
    assert "thinking_level" not in (sent("openai-compatible", thinking="high").body or {})


@pytest.mark.parametrize("model", [PRO, FLASH])
def test_never_more_than_one_picture_is_asked_for(model: str) -> None:
    assert (sent(model=model).body or {})["n"] == 1


@pytest.mark.parametrize(
    "document",
    [
        {"data": [{"b64_json": DATA}]},
        {"data": [{"b64_json": URI}]},
        {"data": [{"url": URI}]},
        {"data": [{"b64_json": DATA, "url": ""}]},
        {"data": [{"b64_json": "", "url": URI}]},
        {"data": {"b64_json": DATA}},
        [{"data": [{"b64_json": DATA}]}],
        {"data": [{"b64_json": DATA}], "error": None},
        {"data": [{"b64_json": DATA}], "error": {"message": "late"}},
        {"data": [{"b64_json": base64.b64encode(b"a draft").decode()}, {"b64_json": DATA}]},
    ],
)
def test_a_picture_is_found_in_every_shape(document: Any) -> None:
    reading = heard(openai_images, document)

    assert reading.picture is not None
    assert (reading.picture.bytes, reading.picture.fault, reading.report) == (9, None, None)


@pytest.mark.parametrize(
    "document",
    [
        {"data": [{"url": LINK}]},
        {"data": [{"b64_json": "", "url": LINK, "revised_prompt": ""}]},
        {"data": [{"b64_json": None, "url": f" {LINK}\n"}]},
        {"data": [{"b64_json": LINK}]},
        {"data": {"url": LINK}},
    ],
)
def test_a_link_is_found_in_every_shape(document: Any) -> None:
    reading = heard(openai_images, document)

    assert (reading.link, reading.picture, reading.report) == (LINK, None, None)


@pytest.mark.parametrize("status", [200, 201, 202])
def test_any_2xx_with_a_picture_is_an_answer(status: int) -> None:
    assert heard(openai_images, {"data": [{"b64_json": DATA}]}, status).picture


@pytest.mark.parametrize(
    "document",
    [
        {},
        {"data": None},
        {"data": []},
        {"data": {}},
        {"data": "none"},
        {"data": [{}]},
        {"data": [None, DATA]},
        {"data": [{"b64_json": None, "url": None}]},
        {"data": [{"b64_json": "", "url": ""}]},
        {"data": [{"url": "file:///etc/passwd"}]},
        {"data": [{"url": "/images/1.png"}]},
        {"created": 1, "data": [], "error": None},
    ],
)
def test_an_answer_without_a_picture_is_billed(document: Any) -> None:
    said = reported(heard(openai_images, document))

    assert (said.outcome, said.billed, said.unknown) == (Outcome.NO_IMAGE, Billed.YES, "")


@pytest.mark.parametrize("document", [[], [1, 2]])
def test_an_answer_that_is_no_object_is_garbled(document: Any) -> None:
    assert reported(heard(openai_images, document)).outcome is Outcome.GARBLED


def test_an_error_with_status_200_is_an_error() -> None:
    said = reported(heard(openai_images, {"error": {"code": "rate_limit_exceeded", "message": "slow"}}))

    assert (said.outcome, said.billed) == (Outcome.THROTTLED, Billed.NO)


def counted(usage: Any) -> Usage | None:
    return heard(openai_images, {"data": [{"b64_json": DATA}], "usage": usage}).usage


@pytest.mark.parametrize(
    ("usage", "expected"),
    [
        (None, None),
        ([], None),
        ({}, None),
        ({"input_tokens": 0, "output_tokens": 0}, None),
        ({"input_tokens": 50, "output_tokens": 4160}, Usage(text_in=50, image_out=4160)),
        (
            {"input_tokens": 50, "input_tokens_details": {"text_tokens": 10, "image_tokens": 40}, "output_tokens": 9},
            Usage(text_in=10, image_in=40, image_out=9),
        ),
        (
            {"output_tokens": 1300, "output_tokens_details": {"text_tokens": 180, "image_tokens": 1120}},
            Usage(text_out=180, image_out=1120),
        ),
        ({"output_tokens": 9, "output_tokens_details": {"text_tokens": 2}}, Usage(text_out=2, image_out=7)),
        ({"output_tokens": 9, "output_tokens_details": {"text_tokens": 0, "image_tokens": 0}}, Usage(image_out=9)),
        ({"prompt_tokens": 5, "completion_tokens": 7, "total_tokens": 12}, Usage(text_in=5, image_out=7)),
        (
            {"input_tokens": 0, "output_tokens": 0, "prompt_tokens": 5, "completion_tokens": 7},
            Usage(text_in=5, image_out=7),
        ),
        (
            {
                "completion_tokens": 1337,
                "prompt_tokens": 533,
                "completion_tokens_details": {"reasoning_tokens": 217, "text_tokens": 0, "image_tokens": 1120},
                "prompt_tokens_details": {"image_tokens": 527},
                "input_tokens_details": None,
            },
            Usage(text_in=6, image_in=527, thought=217, image_out=1120),
        ),
        ({"output_tokens": -1, "input_tokens": True}, None),
        ({"output_tokens": 10**12, "input_tokens": "5"}, None),
        ({"input_tokens": 5}, None),
    ],
)
def test_tokens_are_counted_by_kind_and_what_is_not_broken_down_is_the_pictures(
    usage: Any, expected: Usage | None
) -> None:
    assert counted(usage) == expected


def test_a_picture_that_was_counted_but_not_sent_is_billed_whatever_is_said_instead() -> None:
    error = {"error": {"code": "image_safety"}, "usage": {"output_tokens": 4160}}

    said = reported(heard(openai_images, error))

    assert (said.outcome, said.billed) == (Outcome.REFUSED_OUTPUT, Billed.YES)


def test_the_answers_model_and_the_revised_prompt_are_kept() -> None:
    row = {"b64_json": DATA, "revised_prompt": "A lighthouse, at dusk"}
    reading = heard(openai_images, {"model": "gpt-image-2", "data": [row]})

    assert (reading.model_version, reading.note) == ("gpt-image-2", "A lighthouse, at dusk")


ANSWER = {
    "data": [{"b64_json": DATA, "url": LINK, "revised_prompt": "p"}],
    "usage": {"input_tokens": 5, "output_tokens": 7, "output_tokens_details": {"image_tokens": 7}, "cost": 0.1},
    "model": "m",
    "error": {"code": "weird", "message": "m"},
}


@given(STATUSES, near(ANSWER) | near([ANSWER]))
def test_no_answer_makes_the_codec_raise_and_each_is_decided(status: int, document: Any) -> None:
    assert is_decided(openai_images.read(status, {}, document))
