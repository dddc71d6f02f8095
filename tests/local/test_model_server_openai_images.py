"""OpenAI's Images API and its look-alikes, as they are on the wire. The SDK: test_model_server_openai_sdk.py."""

import base64
import io

import httpx
import pytest
from PIL import Image

GPT, PATH = "gpt-image-2", "/v1/images/generations"
PRO, FLASH = "nano-banana-pro", "nano-banana-2"


def ask(server, prompt="a heron", model=GPT, **more):
    return server.post(PATH, {"model": model, "prompt": prompt, **more}, timeout_s=30)


def error(answer):
    return answer.json()["error"]


def uploaded():
    file = io.BytesIO()
    Image.new("RGB", (90, 160), "teal").save(file, "PNG")
    return file.getvalue()


@pytest.mark.parametrize(
    ("size", "shape"),
    [
        ("auto", (1024, 1024)),
        ("1536x1024", (1536, 1024)),
        ("2048x2048", (2048, 2048)),
        ("3840x2160", (3840, 2160)),
        ("1280x512", (1280, 512)),
    ],
)
def test_a_gpt_picture_has_the_pixels_that_were_named(server, measured, size, shape):
    answer = ask(server, size=size).json()

    assert measured(answer["data"][0]["b64_json"]) == shape
    assert answer["size"] == f"{shape[0]}x{shape[1]}"


@pytest.mark.parametrize("form", ["png", "jpeg", "webp"])
def test_a_gpt_picture_has_the_format_that_was_named(server, form):
    answer = ask(server, output_format=form, quality="low").json()

    image = Image.open(io.BytesIO(base64.b64decode(answer["data"][0]["b64_json"])))
    assert (image.format.lower(), answer["output_format"], answer["quality"]) == (form, form, "low")


@pytest.mark.parametrize(
    ("more", "param", "code"),
    [
        ({"response_format": "b64_json"}, "response_format", "unknown_parameter"),
        ({"grid": "2x2"}, "grid", "unknown_parameter"),
        ({"size": "1000x1000"}, "size", "invalid_value"),  # no multiples of 16
        ({"size": "512x512"}, "size", "invalid_value"),  # too few pixels
        ({"size": "3840x3840"}, "size", "invalid_value"),  # too many
        ({"size": "3856x1024"}, "size", "invalid_value"),  # too long
        ({"size": "2048x512"}, "size", "invalid_value"),  # too wide
        ({"size": "2K"}, "size", "invalid_value"),
        ({"model": "gpt-image-1.5", "size": "2048x2048"}, "size", "invalid_value"),
        ({"background": "transparent"}, "background", "invalid_value"),
        ({"quality": "max"}, "quality", "invalid_value"),
        ({"quality": "hd"}, "quality", "invalid_value"),
        ({"output_format": "gif"}, "output_format", "invalid_value"),
        ({"output_compression": 50}, "output_compression", "invalid_png_output_compression"),
        ({"output_format": "jpeg", "output_compression": 101}, "output_compression", "integer_out_of_range"),
        ({"n": 11}, "n", "integer_out_of_range"),
        ({"n": "many"}, "n", "invalid_type"),
        ({"prompt": None}, "prompt", "missing_required_parameter"),
        ({"prompt": "x" * 32_001}, "prompt", "string_above_max_length"),
        ({"model": None}, "model", "missing_required_parameter"),
    ],
)
def test_what_a_gpt_model_does_not_take_is_refused_by_name(server, more, param, code):
    answer = ask(server, **more)

    assert (answer.status_code, error(answer)["param"], error(answer)["code"]) == (400, param, code)


def test_the_documented_sentence_for_response_format(server):
    expected = {"type": "invalid_request_error", "param": "response_format", "code": "unknown_parameter"}

    assert error(ask(server, response_format="url")) == expected | {"message": "Unknown parameter: 'response_format'."}


def test_transparency_and_more_quality_are_for_models_that_have_them(server):
    assert ask(server, model="gpt-image-1.5", background="transparent").status_code == 200
    assert ask(server, model="gpt-image-2.5-flare", quality="max").status_code == 200
    assert ask(server, model="gpt-image-1.5", background="transparent", output_format="jpeg").status_code == 400


@pytest.mark.parametrize("model", ["gpt-image-1", "dall-e-3", "openai/gpt-image-2"])
def test_models_that_were_shut_down_do_not_exist(server, model):
    answer = ask(server, model=model)

    assert (answer.status_code, error(answer)["code"]) == (404, "model_not_found")


@pytest.mark.parametrize(("key", "code"), [("", None), ("bad", "invalid_api_key")])
def test_without_a_good_key_nobody_is_served(server, key, code):
    answer = server.post(PATH, {"model": GPT, "prompt": "x"}, key=key)

    assert (answer.status_code, error(answer)["code"]) == (401, code)


@pytest.mark.parametrize(
    ("kind", "status", "official", "gateway"),
    [
        ("refused", 400, "moderation_blocked", "moderation_blocked"),
        ("blocked", 400, "moderation_blocked", "moderation_blocked"),
        ("block=SAFETY", 400, "moderation_blocked", "moderation_blocked"),
        ("finish=IMAGE_OTHER", 400, "image_other", "image_other"),
        ("429", 429, "rate_limit_exceeded", "rate_limit_exceeded"),
        ("429 per-day", 429, "rate_limit_exceeded", "rate_limit_exceeded"),
        ("429 limit-0", 429, "insufficient_quota", "insufficient_quota"),
        ("bad-key", 401, "invalid_api_key", "invalid_api_key"),
        ("404", 404, "model_not_found", "model_not_found"),
        ("503", 503, "server_is_overloaded", "get_channel_failed"),
        ("500", 500, None, "bad_response_status_code"),
        ("504", 504, "timeout", "bad_response_status_code"),
        ("hang after=1s", 504, "timeout", "bad_response_status_code"),
    ],
)
def test_errors_are_openais_or_those_of_a_gateway(server, kind, status, official, gateway):
    prompt = f"images {kind}"
    server.script(prompt, kind, kind)

    answers = [ask(server, prompt), ask(server, prompt, model=PRO)]
    assert [answer.status_code for answer in answers] == [status, status]
    assert [error(answer)["code"] for answer in answers] == [official, gateway]
    assert error(answers[1])["type"] in ("new_api_error", "upstream_error")
    assert "(request id: " in error(answers[1])["message"]
    if "hang" not in kind:
        assert [call["billed_usd"] for call in server.calls(prompt)] == [0, 0]


def test_an_account_that_cannot_pay_has_its_own_code(server):
    server.script("broke", "billing", "billing")

    assert error(ask(server, "broke"))["code"] == "billing_hard_limit_reached"
    assert error(ask(server, "broke", model=PRO))["code"] == "insufficient_user_quota"


def test_a_throttle_names_its_delay_in_the_header_and_in_words(server):
    server.script("throttled images", "429 retryDelay=12s")

    answer = ask(server, "throttled images")
    assert answer.headers["Retry-After"] == "12"
    assert error(answer)["message"].endswith("Please try again in 12s.")


@pytest.mark.parametrize(
    ("model", "size", "shape"),
    [
        (PRO, "1K", (1024, 1024)),
        (PRO, "2048x2048", (2048, 2048)),
        (PRO, "4K", (4096, 4096)),
        (PRO, "16:9", (1376, 768)),
        (PRO, "5504x3072", (5504, 3072)),
        (FLASH, "512", (512, 512)),
        (FLASH, "1792x1024", (1376, 768)),  # the nearest that it has
        ("nano-banana", "1024x1024", (1024, 1024)),
        ("gemini-3-pro-image-preview", "2K", (2048, 2048)),
    ],
)
def test_a_gateway_takes_tiers_ratios_and_pixels(server, measured, model, size, shape):
    answer = ask(server, model=model, size=size, response_format="b64_json", thinking_level="low", grid="2x2").json()

    assert measured(answer["data"][0]["b64_json"]) == shape


@pytest.mark.parametrize(
    "more", [{"size": "huge"}, {"thinking_level": "deep"}, {"size": "8192x8192", "model": "nano-banana"}]
)
def test_what_a_gateway_does_not_understand_is_refused(server, more):
    assert ask(server, **{"model": PRO, **more}).status_code == 400


def test_a_link_leads_to_the_picture_for_whoever_has_it(server, measured):
    data = ask(server, model=PRO, size="2K", response_format="url", n=2).json()["data"]

    pictures = [httpx.get(each["url"]) for each in data]
    assert [measured(each.content) for each in pictures] == [(2048, 2048)] * 2
    assert all(each.headers["Content-Type"].startswith("image/") for each in pictures)
    assert data[0]["url"] != data[1]["url"]


def test_a_link_may_lead_nowhere_or_elsewhere(server):
    server.script("dead link", "as-url link=gone")
    server.script("bent link", "as-url link=http://169.254.169.254/latest/meta-data")

    gone = ask(server, "dead link", model=PRO).json()["data"][0]["url"]
    elsewhere = ask(server, "bent link", model=PRO).json()["data"][0]["url"]
    assert httpx.get(gone).status_code == 404
    assert elsewhere == "http://169.254.169.254/latest/meta-data"


def test_a_picture_may_come_as_a_data_url(server, measured):
    server.script("inline link", "as-data-url")

    url = ask(server, "inline link", model=PRO).json()["data"][0]["url"]
    assert url.startswith("data:image/")
    assert measured(url) == (1024, 1024)


@pytest.mark.parametrize(
    ("kind", "data"),
    [
        ("no-image", []),
        ("list-null", None),
        ("text-only", [{"revised_prompt": "I can describe the picture for you, but I cannot draw it."}]),
    ],
)
def test_a_gateway_bills_an_answer_without_a_picture_and_openai_does_not(server, kind, data):
    prompt = f"nothing {kind}"
    server.script(prompt, kind, kind)

    assert ask(server, prompt, model=PRO).json()["data"] == data
    assert ask(server, prompt).json()["data"] == data
    assert [call["billed_usd"] for call in server.calls(prompt)] == [0.09, 0]


def test_the_bill_is_by_tokens_at_openai_and_by_call_at_a_gateway(server):
    usage = ask(server, "billed", quality="high", size="1536x1024", n=2).json()["usage"]
    ask(server, "billed", model=PRO, size="4K", n=2)

    official, gateway = server.calls("billed")
    assert usage["output_tokens"] == 2 * 6208
    assert official["billed_usd"] == pytest.approx((2 * 5 + 2 * 6208 * 30) / 1e6)
    assert (official["size"], official["ratio"], official["pictures"]) == ("1536x1024", "3:2", 2)
    assert (gateway["billed_usd"], gateway["size"]) == (0.18, "4K")


def test_a_smaller_picture_than_the_named_one(server, measured):
    server.script("shrunk", "size=1K", "size=1K")

    assert measured(ask(server, "shrunk", size="3840x2160").json()["data"][0]["b64_json"]) == (1360, 768)
    assert measured(ask(server, "shrunk", model=PRO, size="4K").json()["data"][0]["b64_json"]) == (1024, 1024)


def test_an_edit_takes_one_file_or_several(server, measured):
    headers = {"Authorization": "Bearer k"}
    fields = {"model": PRO, "prompt": "edited", "size": "2K", "aspect_ratio": "1:1"}
    one = httpx.post(f"{server.url}/v1/images/edits", data=fields, files={"image": uploaded()}, headers=headers)
    files = [("image[]", ("a.png", uploaded(), "image/png")), ("image[]", ("b.png", uploaded(), "image/png"))]
    two = httpx.post(
        f"{server.url}/v1/images/edits", data=fields | {"model": GPT, "size": "auto"}, files=files, headers=headers
    )

    assert measured(one.json()["data"][0]["b64_json"]) == (2048, 2048)
    assert error(two)["param"] == "aspect_ratio"
    assert (
        httpx.post(f"{server.url}/v1/images/edits", data={"model": GPT, "prompt": "x"}, headers=headers).status_code
        == 400
    )


def test_models_are_listed_in_the_words_of_whoever_asks(server):
    openai = server.fetch("/v1/models").json()
    google = httpx.get(f"{server.url}/v1/models", headers={"x-goog-api-key": "k"}).json()

    assert {"gpt-image-2", "nano-banana-pro"} <= {model["id"] for model in openai["data"]}
    assert "gpt-image-1" not in {model["id"] for model in openai["data"]}
    assert "models/gemini-3-pro-image" in {model["name"] for model in google["models"]}
    assert server.fetch("/v1/models", key="").status_code == 403
