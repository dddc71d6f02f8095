"""What goes out to Gemini, field by field."""

from typing import Any

import pytest

from cavendish.catalog.file import catalog
from cavendish.wire import Asked, WireRequest
from cavendish.wire.gemini import request
from tests.builders import PRO, a_call


def sent(prompt: str = "a lighthouse", **call: Any) -> WireRequest:
    return request(Asked.of(a_call(**call), prompt, catalog()))


def test_the_whole_request_field_by_field() -> None:
    out = sent(size="4K", aspect_ratio="16:9")

    assert out.path == f"/v1beta/models/{PRO}:generateContent"
    assert out.body == {
        "contents": [{"role": "user", "parts": [{"text": "a lighthouse"}]}],
        "generationConfig": {
            "responseModalities": ["TEXT", "IMAGE"],
            "imageConfig": {"aspectRatio": "16:9", "imageSize": "4K"},
        },
    }


@pytest.mark.parametrize("size", ["512", "1K", "2K", "4K"])
def test_a_size_is_a_string_as_the_documentation_spells_it(size: str) -> None:
    assert sent(size=size).body["generationConfig"]["imageConfig"]["imageSize"] == size


def test_a_model_of_one_size_is_not_asked_for_it() -> None:
    body = sent(model="gemini-2.5-flash-image", aspect_ratio="3:2").body

    assert body["generationConfig"]["imageConfig"] == {"aspectRatio": "3:2"}


@pytest.mark.parametrize(("thinking", "level"), [("minimal", "MINIMAL"), ("high", "HIGH")])
def test_thinking_is_a_level_in_capitals(thinking: str, level: str) -> None:
    assert sent(thinking=thinking).body["generationConfig"]["thinkingConfig"] == {"thinkingLevel": level}


def test_without_a_wish_nothing_is_said_of_thinking() -> None:
    assert "thinkingConfig" not in sent().body["generationConfig"]


@pytest.mark.parametrize("prompt", ['{"a": 1}', " spaces \n", "日本語 \U0001f34c", "{{template}} %s \\u0041", "\x00"])
def test_the_prompt_goes_out_verbatim(prompt: str) -> None:
    assert sent(prompt).body["contents"][0]["parts"] == [{"text": prompt}]


def test_neither_headers_nor_prompt_show_when_a_request_is_printed() -> None:
    assert "a-key" not in repr(WireRequest(path="/v1/x", headers={"x-goog-api-key": "a-key"}))
    assert "lighthouse" not in repr(sent())


@pytest.mark.parametrize(
    ("base", "url"),
    [
        ("https://h", "https://h/v1beta/models/m:generateContent"),
        ("http://h:8080/gw", "http://h:8080/gw/v1beta/models/m:generateContent"),
        ("https://h/v1", "https://h/v1/models/m:generateContent"),
        ("https://h/gw/v1beta", "https://h/gw/v1beta/models/m:generateContent"),
        ("https://v1", "https://v1/v1beta/models/m:generateContent"),
    ],
)
def test_a_base_that_names_a_version_keeps_it(base: str, url: str) -> None:
    assert WireRequest(path="/v1beta/models/m:generateContent").url(base) == url
