"""nanobananaapi.dev's images/generate: what goes out, and what each answer of it means."""

from typing import Any

import pytest
from hypothesis import assume, given

from cavendish.catalog.file import catalog
from cavendish.money.price import cost
from cavendish.outcome import Billed
from cavendish.wire import Asked, Reading, WireRequest, nanobananaapi
from tests.builders import FLASH, a_call
from tests.documents import JSON, STATUSES, heard, is_decided, near, reported

ROUTE, NAME = "nanobananaapi", "gemini-3.1-flash-image-preview"
LINK, OTHER = "https://cdn.test/a.png?sig=x", "https://cdn.test/b.png"
URI = "data:image/png;base64,QUFB"


def sent(**call: Any) -> WireRequest:
    return nanobananaapi.request(Asked.of(a_call(route=ROUTE, **{"model": FLASH, **call}), "a lighthouse", catalog()))


def answer(url: Any, **fields: Any) -> Reading:
    return heard(nanobananaapi, {"code": 0, "message": "", "data": {"url": url}, **fields})


def test_the_whole_request_field_by_field() -> None:
    out = sent(size="4K", aspect_ratio="16:9")

    assert (out.method, out.url("https://api.test/v1")) == ("POST", "https://api.test/v1/images/generate")
    assert out.body == {"prompt": "a lighthouse", "model": f"{NAME}-4k", "num": 1, "image_size": "16:9"}


@pytest.mark.parametrize(("size", "name"), [("512", "-512"), ("1K", ""), ("2K", "-2k"), ("4K", "-4k")])
def test_the_size_is_part_of_the_models_name(size: str, name: str) -> None:
    assert (sent(size=size).body or {})["model"] == NAME + name


@pytest.mark.parametrize("ratio", catalog().offer(ROUTE, FLASH).ratios)
def test_what_is_called_size_is_the_ratio(ratio: str) -> None:
    assert (sent(aspect_ratio=ratio).body or {})["image_size"] == ratio


@pytest.mark.parametrize(("size", "usd"), [("512", 0.04), ("1K", 0.04), ("2K", 0.06), ("4K", 0.08)])
def test_a_picture_costs_its_credits(size: Any, usd: float) -> None:
    assert cost(catalog().offer(ROUTE, FLASH).price, size, None) == usd


@pytest.mark.parametrize(
    ("url", "link"),
    [(LINK, LINK), ([LINK], LINK), ([LINK, OTHER], OTHER), ([LINK, "", None, 5], LINK), (f" {LINK}\n", LINK)],
)
def test_the_picture_is_behind_the_last_link(url: Any, link: str) -> None:
    assert answer(url).link == link
    assert is_decided(answer(url))


@pytest.mark.parametrize("url", [URI, [URI], [LINK, URI]])
def test_a_data_uri_is_the_picture_itself(url: Any) -> None:
    reading = answer(url)

    assert reading.picture is not None
    assert reading.picture.bytes == 3


@pytest.mark.parametrize("code", [0, "0", None, False])
def test_the_code_of_a_success_is_nothing(code: Any) -> None:
    assert answer(LINK, code=code).link == LINK


@pytest.mark.parametrize("url", [None, "", [], {}, 5, "ftp://cdn.test/a.png", "/a.png", "made"])
def test_an_answer_without_a_picture_may_have_cost_its_credits(url: Any) -> None:
    said = reported(answer(url, message="no luck"))

    assert (said.outcome, said.billed, said.detail) == (
        "no_image",
        Billed.YES,
        "the answer names no picture: no luck",
    )


@pytest.mark.parametrize("data", [None, [], "x", {}])
def test_no_data_is_no_picture(data: Any) -> None:
    assert reported(heard(nanobananaapi, {"code": 0, "data": data})).detail == "the answer names no picture"


@pytest.mark.parametrize(
    ("code", "message", "outcome"),
    [
        (1, "generation failed", "overloaded"),
        (-1, "", "overloaded"),
        (400, "image_size is not supported", "bad_request"),
        ("401", "invalid key", "bad_key"),
        (429, "slow down", "throttled"),
        (4002, "insufficient credits", "quota_zero"),
        (5, "blocked by our content policy", "refused_input"),
        ("rate_limit_exceeded", "slow down", "throttled"),
    ],
)
def test_any_other_code_is_a_failure_although_the_status_is_200(code: Any, message: str, outcome: str) -> None:
    said = reported(heard(nanobananaapi, {"code": code, "message": message, "data": {"url": LINK}}))

    assert (said.outcome, said.billed) == (outcome, Billed.NO)
    assert message in said.detail


@pytest.mark.parametrize("document", [{"error": "no channel"}, {"error": {"message": "no channel"}}, [{"error": "x"}]])
def test_an_error_in_an_envelope_is_one_too(document: Any) -> None:
    assert reported(heard(nanobananaapi, document)).outcome == "overloaded"


@pytest.mark.parametrize(
    ("status", "document", "outcome"),
    [
        (401, {"code": 401, "message": "invalid api key"}, "bad_key"),
        (402, {"code": 402, "message": "pay"}, "quota_zero"),
        (429, {"code": 1, "message": "wait"}, "throttled"),
        (502, None, "overloaded"),
        (524, None, "timed_out"),
        (200, None, "garbled"),
        (200, [], "garbled"),
        (200, [{"code": 0}, {"code": 0}], "garbled"),
    ],
)
def test_each_status_and_each_page_has_its_outcome(status: int, document: Any, outcome: str) -> None:
    assert reported(heard(nanobananaapi, document, status)).outcome == outcome


ANSWER = {"code": 0, "message": "m", "data": {"url": [LINK]}, "error": {"message": "m", "code": 5}}


@given(STATUSES, near(ANSWER) | near([ANSWER]) | JSON)
def test_every_answer_comes_to_exactly_one_thing(status: int, document: Any) -> None:
    assert is_decided(nanobananaapi.read(status, {}, document))


@given(near({**ANSWER, "error": None, "data": {"url": [URI]}}))
def test_every_answer_with_pictures_in_it_comes_to_exactly_one_thing(document: Any) -> None:
    assume(isinstance(document, dict | list))

    assert is_decided(heard(nanobananaapi, document))
