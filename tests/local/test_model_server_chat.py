"""Chat Completions with pictures: where the picture is, and what is said when there is none."""

import base64
import io
import re

import httpx
import pytest
from PIL import Image

V1, API_V1 = "/v1/chat/completions", "/api/v1/chat/completions"
FLASH = "google/gemini-3.1-flash-image"
OPENROUTER = {"modalities": ["image", "text"]}


def ask(server, prompt="a heron", path=V1, model=FLASH, **more):
    return server.post(path, {"model": model, "messages": [{"role": "user", "content": prompt}], **more}, timeout_s=30)


def message(answer):
    return answer.json()["choices"][0]["message"]


def in_markdown(content):
    return re.search(r"!\[image\]\((.*?)\)", content)[1]


@pytest.mark.parametrize(
    ("size", "shape"), [("512", (688, 384)), ("1K", (1376, 768)), ("2K", (2752, 1536)), ("4K", (5504, 3072))]
)
def test_openrouters_way(server, measured, size, shape):
    answer = ask(server, path=API_V1, **OPENROUTER, image_config={"aspect_ratio": "16:9", "image_size": size})

    (image,) = message(answer)["images"]
    assert image["type"] == "image_url"
    assert measured(image["image_url"]["url"]) == shape
    assert answer.json()["usage"]["cost"] == {"512": 0.045, "1K": 0.067, "2K": 0.101, "4K": 0.151}[size]


@pytest.mark.parametrize(("size", "shape"), [("1K", (1024, 1024)), ("2K", (2048, 2048)), ("4K", (4096, 4096))])
def test_apiyis_way(server, measured, size, shape):
    answer = ask(server, f"apiyi {size}", model="gemini-3-pro-image-preview", image_resolution=size)

    url = in_markdown(message(answer)["content"])
    assert url.startswith("data:image/")
    assert measured(url) == shape
    assert "images" not in message(answer)
    assert server.calls(f"apiyi {size}")[0]["billed_usd"] == 0.09


def test_googles_own_config_is_understood_where_gateways_put_it(server, measured):
    config = {"google": {"image_config": {"aspect_ratio": "9:16", "image_size": "2K"}}}

    assert measured(in_markdown(message(ask(server, **config))["content"])) == (1536, 2752)
    assert measured(in_markdown(message(ask(server, extra_body=config))["content"])) == (1536, 2752)


def test_a_script_puts_the_picture_elsewhere(server, measured):
    shapes = ["as-markdown", "as-link", "as-parts", "as-output-parts", "as-data-url", "as-url"]
    server.script("in many places", *shapes)

    markdown, link, parts, output, data, url = (message(ask(server, "in many places", **OPENROUTER)) for _ in shapes)
    assert measured(in_markdown(markdown["content"])) == (1024, 1024)
    assert measured(httpx.get(in_markdown(link["content"])).content) == (1024, 1024)
    assert measured(parts["content"][1]["image_url"]["url"]) == (1024, 1024)
    assert output["content"][1]["type"] == "output_image"
    assert measured(output["content"][1]["image_url"]) == (1024, 1024)
    assert measured(data["images"][0]["image_url"]["url"]) == (1024, 1024)
    assert measured(httpx.get(url["images"][0]["image_url"]["url"]).content) == (1024, 1024)


def test_references_come_as_parts_and_the_last_gives_the_ratio(server, measured):
    file = io.BytesIO()
    Image.new("RGB", (90, 160), "teal").save(file, "PNG")
    url = f"data:image/png;base64,{base64.b64encode(file.getvalue()).decode()}"
    content = [{"type": "text", "text": "at night"}, {"type": "image_url", "image_url": {"url": url}}]

    answer = ask(server, content, **OPENROUTER)
    assert measured(message(answer)["images"][0]["image_url"]["url"]) == (768, 1376)


@pytest.mark.parametrize(
    ("kind", "reason", "native"),
    [
        ("refused", "content_filter", "IMAGE_SAFETY"),
        ("blocked", "content_filter", "PROHIBITED_CONTENT"),
        ("block=OTHER", "content_filter", "OTHER"),
        ("finish=IMAGE_OTHER", "image_other", "IMAGE_OTHER"),
        ("no-image", "stop", "NO_IMAGE"),
        ("text-only", "stop", "STOP"),
    ],
)
def test_a_gateway_bills_an_answer_without_a_picture_and_openrouter_does_not(server, kind, reason, native):
    prompt = f"chat {kind}"
    server.script(prompt, kind, kind)

    for answer in (ask(server, prompt, **OPENROUTER), ask(server, prompt, image_resolution="2K")):
        choice = answer.json()["choices"][0]
        assert (choice["finish_reason"], choice["native_finish_reason"]) == (reason, native)
        assert "images" not in choice["message"]
        assert "data:image" not in choice["message"]["content"]
    assert [call["billed_usd"] for call in server.calls(prompt)] == [0, 0.055]


def test_there_may_be_no_choices(server):
    server.script("no choices", "list-null")

    assert ask(server, "no choices").json()["choices"] is None


@pytest.mark.parametrize(
    ("kind", "status", "gateway", "openrouter"),
    [
        ("429 retryDelay=2s", 429, "rate_limit_exceeded", 429),
        ("503", 503, "get_channel_failed", 503),
        ("bad-key", 401, "invalid_api_key", 401),
        ("404", 404, "model_not_found", 404),
        ("500", 500, "bad_response_status_code", 500),
    ],
)
def test_errors_are_those_of_the_gateway(server, kind, status, gateway, openrouter):
    server.script(f"chat {kind}", kind, kind)

    answers = [ask(server, f"chat {kind}"), ask(server, f"chat {kind}", path=API_V1)]
    assert [answer.status_code for answer in answers] == [status, status]
    assert [answer.json()["error"]["code"] for answer in answers] == [gateway, openrouter]


def test_openrouter_may_answer_200_with_an_error_in_it(server):
    server.script("softly", "soft-error")

    answer = ask(server, "softly", path=API_V1)
    assert (answer.status_code, answer.json()["error"]["code"]) == (200, 503)


@pytest.mark.parametrize(
    "more",
    [
        {"image_resolution": "8K"},
        {"image_config": {"image_size": "2k"}},
        {"image_config": {"aspect_ratio": "7:5"}},
        {"image_config": 4},
        {"messages": []},
        {"model": "gpt-4o"},
    ],
)
def test_what_makes_no_sense_is_refused(server, more):
    assert ask(server, **more).status_code in (400, 404)
