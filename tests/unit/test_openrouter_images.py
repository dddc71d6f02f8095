"""OpenRouter's images: what goes out as its documentation has it, and what comes back with its cost."""

import base64
from typing import Any

import pytest
from hypothesis import given

from cavendish.catalog.file import catalog
from cavendish.money.price import Usage
from cavendish.outcome import Billed, Outcome
from cavendish.wire import Asked, WireRequest, openrouter_images
from cavendish.wire.openrouter_images import request
from tests.builders import a_call
from tests.documents import STATUSES, heard, is_decided, near, reported

DATA = base64.b64encode(b"a picture").decode()


def sent(**call: Any) -> WireRequest:
    return request(Asked.of(a_call(route="openrouter", **call), "a lighthouse", catalog()))


def test_the_request_field_by_field() -> None:
    # Fields: openrouter.ai/docs, api-reference/images/generate-an-image (read 2026-11-20).
    assert sent(size="2K", aspect_ratio="16:9").body == {
        "model": "google/gemini-3-pro-image",
        "prompt": "a lighthouse",
        "n": 1,
        "aspect_ratio": "16:9",
        "resolution": "2K",
    }


def test_it_goes_to_the_images_of_its_base() -> None:
    assert sent().url("https://openrouter.ai/api/v1") == "https://openrouter.ai/api/v1/images"
    assert sent().url("http://127.0.0.1:8080") == "http://127.0.0.1:8080/v1/images"


def test_a_model_of_one_size_is_not_asked_for_it() -> None:
    assert "resolution" not in (sent(model="gemini-2.5-flash-image").body or {})


def test_the_documented_answer() -> None:
    reading = heard(
        openrouter_images,
        {
            "created": 1748372400,
            "data": [{"b64_json": DATA, "media_type": "image/png"}],
            "usage": {"completion_tokens": 4175, "cost": 0.04, "prompt_tokens": 0, "total_tokens": 4175},
        },
    )

    assert reading.picture
    assert (reading.cost_usd, reading.usage, reading.report) == (0.04, Usage(image_out=4175), None)


@pytest.mark.parametrize(
    ("usage", "cost"),
    [
        ({"cost": 0}, 0.0),
        ({"cost": 0.134}, 0.134),
        ({"cost": "0.134"}, None),
        ({"cost": -1}, None),
        ({"cost": True}, None),
        ({"cost": None}, None),
        ({"cost": 10**400}, None),
        ({"cost": 0.01, "is_byok": True, "cost_details": {"upstream_inference_cost": 0.13}}, 0.14),
        ({"cost": 0.01, "is_byok": True}, None),
        ({"cost": 0.13, "is_byok": False, "cost_details": {"upstream_inference_cost": 0.13}}, 0.13),
    ],
)
def test_the_cost_is_what_was_paid_to_all(usage: dict[str, Any], cost: float | None) -> None:
    reading = heard(openrouter_images, {"data": [{"b64_json": DATA}], "usage": usage})

    assert reading.cost_usd == pytest.approx(cost)


@pytest.mark.parametrize(("cost", "billed"), [(0, Billed.NO), (0.04, Billed.YES), (None, Billed.YES)])
def test_an_answer_without_a_picture_is_billed_as_it_says(cost: float | None, billed: Billed) -> None:
    said = reported(heard(openrouter_images, {"data": [], "usage": {"cost": cost}}))

    assert (said.outcome, said.billed) == (Outcome.NO_IMAGE, billed)


ANSWER = {"data": [{"b64_json": DATA, "media_type": "image/png"}], "usage": {"cost": 0.1, "is_byok": True}}


@given(STATUSES, near(ANSWER))
def test_no_answer_makes_the_codec_raise_and_each_is_decided(status: int, document: Any) -> None:
    assert is_decided(openrouter_images.read(status, {}, document))
