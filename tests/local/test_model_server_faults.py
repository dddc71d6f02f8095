"""Errors of the model server: those a script asks for, and those it finds by itself."""

import io

import httpx
import pytest
from google.genai import errors, types
from PIL import Image

FLASH, PRO, OLD = "gemini-3.1-flash-image", "gemini-3-pro-image", "gemini-2.5-flash-image"


def ask(client, prompt="a heron", model=FLASH, **image):
    config = types.GenerateContentConfig(image_config=types.ImageConfig(**image)) if image else None
    return client.models.generate_content(model=model, contents=prompt, config=config)


def detail(error, kind):
    details = error.details["error"]["details"]
    return next((each for each in details if each["@type"].endswith(kind)), None)


def test_a_scripted_throttle_asks_for_the_delay_it_names(server, client):
    server.script("in a hurry", "429 retryDelay=2s")

    with pytest.raises(errors.ClientError) as caught:
        ask(client, "in a hurry")

    assert (caught.value.code, caught.value.status) == (429, "RESOURCE_EXHAUSTED")
    assert detail(caught.value, "RetryInfo")["retryDelay"] == "2s"
    assert "PerMinute" in detail(caught.value, "QuotaFailure")["violations"][0]["quotaId"]


@pytest.mark.parametrize(
    ("answer", "quota", "limit"), [("per-day", "PerDay", "limit: 1000"), ("limit-0", "", "limit: 0")]
)
def test_an_exhausted_quota_says_which_and_names_no_delay(server, client, answer, quota, limit):
    server.script(f"quota {answer}", f"429 {answer}")

    with pytest.raises(errors.ClientError, match=limit) as caught:
        ask(client, f"quota {answer}")

    assert quota in detail(caught.value, "QuotaFailure")["violations"][0]["quotaId"]
    assert detail(caught.value, "RetryInfo") is None


@pytest.mark.parametrize(
    ("answer", "code", "status"),
    [
        ("429", 429, "RESOURCE_EXHAUSTED"),
        ("500", 500, "INTERNAL"),
        ("502", 502, "Bad Gateway"),
        ("503", 503, "UNAVAILABLE"),
        ("list-error", 503, "UNAVAILABLE"),
        ("504", 504, "DEADLINE_EXCEEDED"),
        ("hang after=1s", 504, "DEADLINE_EXCEEDED"),
        ("400", 400, "INVALID_ARGUMENT"),
        ("bad-key", 400, "INVALID_ARGUMENT"),
        ("403", 403, "PERMISSION_DENIED"),
        ("404", 404, "NOT_FOUND"),
    ],
)
def test_scripted_errors_reach_the_sdk_with_code_and_status(server, client, answer, code, status):
    server.script(f"error {answer}", answer)

    with pytest.raises(errors.APIError) as caught:
        ask(client, f"error {answer}")

    assert (caught.value.code, caught.value.status) == (code, status)


def test_a_gateway_may_name_the_delay_in_a_header(server):
    server.script("header", "503 Retry-After=5")

    assert server.generate("header").headers["Retry-After"] == "5"


@pytest.mark.parametrize(
    "model", ["gemini-3.1-flash-image-preview", "gemini-3-pro-image-preview", "imagen-4.0-generate"]
)
def test_models_that_were_shut_down_are_not_found(client, model):
    with pytest.raises(errors.ClientError, match="is not found for API version v1beta") as caught:
        ask(client, model=model)

    assert caught.value.code == 404


@pytest.mark.parametrize(
    ("model", "image"),
    [
        (FLASH, {"image_size": "2k"}),
        (FLASH, {"image_size": "8K"}),
        (PRO, {"image_size": "512"}),
        ("gemini-nano-banana-2.1", {"image_size": "512"}),
        ("gemini-3.1-flash-lite-image", {"image_size": "2K"}),
        (OLD, {"image_size": "1K"}),
        (FLASH, {"aspect_ratio": "7:5"}),
        (PRO, {"aspect_ratio": "8:1"}),
    ],
)
def test_sizes_and_ratios_a_model_does_not_have_are_refused(client, model, image):
    with pytest.raises(errors.ClientError) as caught:
        ask(client, model=model, **image)

    assert (caught.value.code, caught.value.status) == (400, "INVALID_ARGUMENT")


@pytest.mark.parametrize(
    "body",
    [
        {"contents": []},
        {"generationConfig": {"imageConfig": {"imageSize": 512}}},
        {"generationConfig": {"imageConfig": {"imageOutputOptions": {}}}},
        {"contents": [{"parts": [{"inlineData": {"mimeType": "image/png", "data": "no base64!"}}]}]},
        {"contents": [{"parts": [{"inlineData": {"mimeType": "image/png", "data": "aGVyb24="}}]}]},
    ],
)
def test_requests_that_google_could_not_read_are_refused(server, body):
    answer = server.generate("a heron", **body)

    assert answer.status_code == 400
    assert answer.json()["error"]["status"] == "INVALID_ARGUMENT"


def test_a_reference_must_be_of_the_type_it_declares(client):
    reference = io.BytesIO()
    Image.new("RGB", (9, 9)).save(reference, "JPEG")

    with pytest.raises(errors.ClientError, match="Unhandled generated data mime type: image/png"):
        ask(client, ["this", types.Part.from_bytes(data=reference.getvalue(), mime_type="image/png")])


def test_a_bad_key_is_a_bad_request_and_says_so(client_for):
    with pytest.raises(errors.ClientError, match="API key not valid") as caught:
        ask(client_for("bad"))

    assert caught.value.code == 400
    assert detail(caught.value, "ErrorInfo")["reason"] == "API_KEY_INVALID"


def test_without_a_key_nobody_is_served(server):
    answer = httpx.post(f"{server.url}/v1/models/{FLASH}:generateContent", json={})

    assert answer.status_code == 403
    assert "unregistered callers" in answer.json()["error"]["message"]
