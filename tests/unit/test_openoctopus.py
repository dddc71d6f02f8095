"""OpenOctopus: a call is a task. What goes out, and what each state of a task means."""

import re
from typing import Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from cavendish.catalog.file import catalog
from cavendish.outcome import Billed
from cavendish.wire import Asked, Pending, Reading, WireRequest, openoctopus
from tests.builders import FLASH, PRO, a_call
from tests.documents import JSON, STATUSES, heard, is_decided, near, reported

ROUTE = "openoctopus"
ID = "7d0f4c1e-0d5b-4c6e-9a57-2f2d6f0c8f11"
OWN, LINK = f"/v1/files/{ID}/assets/0", "https://cdn.test/a.png?sig=x"
URI = "data:image/png;base64,QUFB"


def sent(**call: Any) -> WireRequest:
    return openoctopus.request(Asked.of(a_call(route=ROUTE, **call), "a lighthouse", catalog()))


def task(status: Any, **fields: Any) -> Reading:
    return heard(openoctopus, {"id": ID, "status": status, **fields})


def made(*urls: Any) -> Reading:
    assets = [{"id": "a", "index": n, "type": "image", "url": url} for n, url in enumerate(urls)]
    return task("succeeded", output_payload={"format": "openoctopus.image.output.v1", "raw": {}, "assets": assets})


def test_the_whole_request_field_by_field() -> None:
    out = sent(model=PRO, size="4K", aspect_ratio="16:9")

    assert (out.method, out.url("https://api.test/v1")) == ("POST", "https://api.test/v1/images/generations")
    assert out.body == {
        "model": "openoctopus/nano-banana-pro",
        "prompt": "a lighthouse",
        "input": {"size": "5504x3072"},
    }


@pytest.mark.parametrize("size", catalog().offer(ROUTE, FLASH).sizes)
@pytest.mark.parametrize("ratio", catalog().offer(ROUTE, FLASH).ratios)
def test_each_size_and_ratio_is_said_in_pixels(size: Any, ratio: str) -> None:
    pixels = catalog().expected(FLASH, size, ratio)

    assert (sent(model=FLASH, size=size, aspect_ratio=ratio).body or {})["input"] == {
        "size": f"{pixels.width}x{pixels.height}"
    }


@pytest.mark.parametrize("state", ["queued", "processing", "Processing", "a_word_of_next_year", "", None, 5])
def test_a_task_that_has_not_ended_is_looked_after(state: Any) -> None:
    reading = task(state)

    assert reading.pending == Pending(f"/v1/tasks/{ID}", 1.8)
    assert is_decided(reading)


def test_a_look_is_free_and_shown_to_the_same_door_with_the_same_key() -> None:
    paid = WireRequest(path="/v1/images/generations", headers={"authorization": "Bearer k"}, body={"prompt": "p"})
    look = paid.look(f"/v1/tasks/{ID}")

    assert (look.method, look.body, look.headers) == ("GET", None, paid.headers)
    assert look.url("https://api.test/v1") == f"https://api.test/v1/tasks/{ID}"


@pytest.mark.parametrize(
    "number",
    ["", "..", "../keys", "a/b", "%2e%2e", "a?b", "a#b", "a.b", "a b", "a\n", "ä", "x" * 129, 5, None, ["a"], {"a": 1}],
)
def test_a_task_whose_id_is_none_is_looked_after_nowhere(number: Any) -> None:
    said = reported(heard(openoctopus, {"id": number, "status": "queued"}))

    assert (said.outcome, said.billed) == ("garbled", Billed.UNKNOWN)


@pytest.mark.parametrize(
    ("urls", "link"), [([OWN], OWN), ([LINK], LINK), ([OWN, LINK], LINK), ([LINK, OWN], OWN), ([LINK, None, ""], LINK)]
)
def test_a_finished_picture_is_behind_its_last_link(urls: list[Any], link: str) -> None:
    assert made(*urls).link == link
    assert is_decided(made(*urls))


def test_a_finished_picture_may_be_in_the_answer_itself() -> None:
    reading = made(URI)

    assert reading.picture is not None
    assert reading.picture.bytes == 3
    assert is_decided(reading)


@pytest.mark.parametrize(
    "url", ["/v1/../admin", "/v1/files/..%2f", "//evil.test/a.png", "/etc/passwd", "/v1/a b", "ftp://a/b", "", None, 7]
)
def test_a_path_that_climbs_out_of_the_door_is_no_picture(url: Any) -> None:
    said = reported(made(url))

    assert (said.outcome, said.billed, made(url).over) == ("no_image", Billed.YES, True)


@pytest.mark.parametrize("payload", [None, {}, [], {"assets": None}, {"assets": ["x"]}, {"assets": [{}]}])
def test_a_task_that_succeeded_without_a_picture_has_none(payload: Any) -> None:
    assert reported(task("succeeded", output_payload=payload)).outcome == "no_image"


@pytest.mark.parametrize(
    ("code", "message", "outcome"),
    [
        ("rate_limit_exceeded", "slow down", "throttled"),
        ("content_policy_violation", "no", "refused_input"),
        ("", "blocked by the safety system", "refused_input"),
        ("model_not_found", "no such model", "model_gone"),
        ("provider_error", "upstream", "overloaded"),
        (None, None, "overloaded"),
        (5, ["x"], "overloaded"),
    ],
)
def test_a_task_that_failed_says_why_and_costs_nothing(code: Any, message: Any, outcome: str) -> None:
    reading = task("failed", error_code=code, error_message=message)
    said = reported(reading)

    assert (said.outcome, said.billed) == (outcome, Billed.NO)
    assert (message if isinstance(message, str) else "failed" if message is None else "") in said.detail
    assert reading.over


@pytest.mark.parametrize("state", ["failed", "FAILED", "error", "cancelled", "canceled", "expired", "rejected"])
def test_each_word_for_a_failure_ends_the_task(state: str) -> None:
    assert reported(task(state, error={"code": "rate_limit_exceeded", "message": "m"})).outcome == "throttled"
    assert task(state, error="words").over


@pytest.mark.parametrize(
    ("status", "document", "outcome"),
    [
        (401, {"error": {"code": "invalid_api_key", "message": "m"}}, "bad_key"),
        (200, {"error": {"code": "invalid_api_key", "message": "m"}}, "bad_key"),
        (404, {"error": {"code": "x", "message": "m"}}, "model_gone"),
        (429, None, "throttled"),
        (502, None, "overloaded"),
        (503, {"id": ID, "status": "failed"}, "overloaded"),
        (200, None, "garbled"),
        (200, [], "garbled"),
        (200, {}, "garbled"),
    ],
)
def test_an_answer_of_the_door_tells_nothing_of_the_task(status: int, document: Any, outcome: str) -> None:
    reading = heard(openoctopus, document, status)

    assert reported(reading).outcome == outcome
    assert not reading.over


def test_a_throttled_door_says_how_long_to_wait() -> None:
    assert reported(heard(openoctopus, None, 429, retry_after="7")).retry_after_s == 7


STATES = st.sampled_from(["queued", "succeeded", "failed"])
TASK = {
    "id": ID,
    "status": "succeeded",
    "error_code": "c",
    "error_message": "m",
    "error": {"message": "m"},
    "output_payload": {"assets": [{"url": OWN}]},
}


@given(STATUSES, near(TASK) | near([TASK]) | JSON, STATES)
def test_every_answer_comes_to_exactly_one_thing(status: int, document: Any, state: str) -> None:
    assert is_decided(openoctopus.read(status, {}, document))
    if isinstance(document, dict):
        assert is_decided(openoctopus.read(200, {}, {**document, "status": state}))


@given(near({"output_payload": {"assets": [{"url": URI}]}}))
def test_every_answer_with_pictures_in_it_comes_to_exactly_one_thing(document: Any) -> None:
    assume(isinstance(document, dict))

    assert is_decided(heard(openoctopus, {**document, "id": ID, "status": "succeeded"}))


@given(st.text(max_size=20))
def test_no_id_leads_out_of_the_tasks(number: str) -> None:
    pending = openoctopus.read(200, {}, {"id": number, "status": "queued"}).pending

    assert pending is None or re.fullmatch("/v1/tasks/[A-Za-z0-9_-]+", pending.path)
