"""The door's check: all faults at once, each with its place, and never another error than ours."""

import contextlib
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cavendish.catalog.file import catalog
from cavendish.contract.body import KEPT_MAX_BYTES
from cavendish.contract.fit import parse, parse_submit
from cavendish.errors import KeyMalformed, RequestFault, RequestInvalid, RequestTooLarge
from cavendish.request import JobRequest
from tests.builders import FLASH, PRO

LITE, NEW = "gemini-3.1-flash-lite-image", "gemini-nano-banana-2.1"


def read(**fields: Any) -> JobRequest:
    return parse(json.dumps({"prompt": "p", **fields}).encode(), catalog())


def faults_of(body: bytes) -> list[RequestFault]:
    with pytest.raises(RequestInvalid) as invalid:
        parse(body, catalog())
    return invalid.value.faults


def faults(**fields: Any) -> dict[str, str]:
    """What is wrong, by its pointer."""
    return {fault.pointer: fault.detail for fault in faults_of(json.dumps({"prompt": "p", **fields}).encode())}


def test_a_request_that_fits_is_read_as_it_is() -> None:
    assert read(size="4K", model="nano-banana-pro", n=3) == JobRequest(
        prompt="p", size="4K", model="nano-banana-pro", n=3
    )


def test_every_fault_is_told_at_once_with_its_pointer() -> None:
    wrong = {"prompt": "", "n": 99, "size": "huge", "tags": ["ok", ""], "policy": "?", "lane": 1, "nope": 1}

    assert set(faults(**wrong)) == {"/prompt", "/n", "/size", "/tags/1", "/policy", "/lane", "/nope"}


def test_what_does_not_fit_together_is_told_beside_what_is_wrong_alone() -> None:
    assert set(faults(n=99, model="nobody")) == {"/n", "/model"}
    assert set(faults(n=99, size="1024x1024", aspect_ratio="16:9")) == {"/n", "/aspect_ratio"}
    assert set(faults(prompt="", size="4K", model=LITE)) == {"/prompt", "/size"}


def test_a_pointer_is_escaped() -> None:
    assert set(faults(**{"a/b~c": 1})) == {"/a~1b~0c"}


@pytest.mark.parametrize(
    ("fields", "pointer", "detail"),
    [
        (
            {"model": "Imagen-4.0-generate-001"},
            "/model",
            "'Imagen-4.0-generate-001' was shut down on 2026-08-17; its successor is gemini-nano-banana-2.1",
        ),
        ({"model": "dall-e"}, "/model", "'dall-e' is no model; there are gemini-nano-banana-2.1, "),
        ({"model": LITE, "size": "4K"}, "/size", f"{LITE} does not make 4K; these do: gemini-nano-banana-2.1"),
        ({"model": PRO, "aspect_ratio": "1:8"}, "/aspect_ratio", f"{PRO} does not make 1:8; these do: {FLASH}"),
        ({"model": PRO, "thinking": "high"}, "/thinking", f"{PRO} has no levels to choose; leave it out, or take one "),
        ({"policy": "s0-speed", "thinking": "low"}, "/thinking", "no model of the policy s0-speed has levels to"),
        ({"thinking": "x"}, "/thinking", "Input should be 'minimal', 'low', 'medium' or 'high'"),
        ({"use_case": "x"}, "/use_case", "Input should be 'preview', 'web_display', 'social_media', 'print_design', "),
        ({"quality": "x"}, "/quality", "Input should be 'fast', 'balanced' or 'premium'"),
        ({"accept": ["no_image"]}, "/accept/0", "Input should be 'wrong_size' or 'wrong_model'"),
        ({"size": "16:9", "aspect_ratio": "1:1"}, "/aspect_ratio", "16:9 is 16:9, not 1:1; send one of them"),
        ({"use_case": "print_design", "model": LITE}, "/size", f"{LITE} does not make 4K; these do: {NEW}"),
        ({"route": "x"}, "/route", "'x' is no route; there are gemini"),
        (
            {"route": "openai", "size": "4K"},
            "/route",
            "openai leads to no model of the policy cavendish that makes 4K at 1:1; it offers gpt-image-2 at 1K",
        ),
        (
            {"route": "apiyi-chat", "model": PRO, "aspect_ratio": "16:9"},
            "/aspect_ratio",
            f"{PRO} on the route apiyi-chat does not make 16:9; these do: gemini-nano-banana-2.1, ",
        ),
        ({"size": "512", "policy": "s0-speed"}, "/size", "no model of the policy s0-speed makes 512 at 1:1; these"),
        ({"size": "1024x1024", "aspect_ratio": "16:9"}, "/aspect_ratio", "1024x1024 is 1:1, not 16:9; send one"),
        ({"size": "8K"}, "/size", "'8K' is no size; write 4K, 2K, 1K, 512, pixels such as"),
        ({"aspect_ratio": "2:1"}, "/aspect_ratio", "'2:1' is no ratio that a model knows; they know 1:1, 1:4"),
        ({"policy": "x"}, "/policy", "'x' is no policy; there are cavendish, s0-speed"),
        ({"webhook": "https://a.example/"}, "/webhook", "it has to be a JSON object, such as {"),
        ({"metadata": "[1]"}, "/metadata", "it has to be a JSON object, such as {"),
        ({"seed": 1}, "/seed", "there is no such field; the fields are prompt, size"),
    ],
)
def test_a_fault_says_what_is_wrong_and_what_to_do(fields: dict[str, Any], pointer: str, detail: str) -> None:
    assert faults(**fields)[pointer].startswith(detail)


@pytest.mark.parametrize(
    "fields",
    [
        {"size": "512"},
        {"size": "512", "model": "nano-banana-2"},
        {"aspect_ratio": "1:8"},
        {"model": "nano-banana"},
        {"thinking": "low"},
        {"thinking": "medium", "model": FLASH},
        {"quality": "premium", "model": PRO},
        {"quality": "fast", "policy": "s0-speed"},
        {"model": "GEMPIX2", "accept": ["wrong_size", "wrong_model"]},
        {"route": "gemini", "model": PRO},
        {"route": "openai"},
        {"route": "apiyi", "model": PRO, "thinking": "high"},
        {"model": "gpt-image-1.5", "size": "1536x1024"},
        {"model": "gemini-3-pro-image-preview"},
        {"size": "2048x2048", "aspect_ratio": "1:1"},
    ],
)
def test_what_some_model_can_do_is_accepted(fields: dict[str, Any]) -> None:
    size = {} if "size" in fields or fields.get("model") != "nano-banana" else {"size": "1K"}

    assert read(**fields, **size).prompt == "p"


def test_a_request_that_grows_when_it_is_kept_counts_as_it_is_kept() -> None:
    body = json.dumps({"prompt": "p", "metadata": {"a": "NUMBERS"}}).replace('"NUMBERS"', "[" + "1e15," * 40_000 + "1]")

    assert len(body) < KEPT_MAX_BYTES
    with pytest.raises(RequestTooLarge):
        parse(body.encode(), catalog())


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)
NEAR = st.fixed_dictionaries({}, optional=dict.fromkeys(JobRequest.model_fields, JSON))


@given(st.binary(max_size=100))
def test_no_bytes_raise_anything_but_the_named_errors(body: bytes) -> None:
    with contextlib.suppress(RequestInvalid):
        assert parse(body, catalog()).prompt


@given(NEAR | JSON)
def test_no_json_raises_anything_but_the_named_errors(value: Any) -> None:
    with contextlib.suppress(RequestInvalid):
        assert parse(json.dumps(value).encode(), catalog()).prompt


@given(st.fixed_dictionaries({"prompt": st.text(min_size=1)}, optional={"metadata": st.dictionaries(st.text(), JSON)}))
def test_what_is_accepted_survives_being_kept_as_json(fields: dict[str, Any]) -> None:
    with contextlib.suppress(RequestInvalid):
        request = read(**fields)
        assert JobRequest.model_validate_json(request.model_dump_json()) == request


@pytest.mark.parametrize(
    "field",
    [
        '"metadata":{"a":"\\ud800"}',
        '"metadata":{"\\ud800":1}',
        '"metadata":{"a":["\\udfff"]}',
        '"\\ud800":1',
    ],
)
def test_text_that_is_no_unicode_is_refused(field: str) -> None:
    assert faults_of(f'{{"prompt":"p",{field}}}'.encode())


def test_a_thinking_level_that_no_model_has_is_told_at_its_own_place() -> None:
    assert set(faults(thinking="unheard-of")) == {"/thinking"}


def test_a_model_that_is_told_to_think_and_cannot_names_those_that_can_at_this_size() -> None:
    assert f"take one of {NEW}, {LITE}" in faults(model="nano-banana", size="1K", thinking="high")["/thinking"]
    assert LITE not in faults(model=PRO, size="4K", thinking="high")["/thinking"]


@pytest.mark.parametrize("field", ["prompt", "size", "model", "aspect_ratio"])
def test_a_field_that_is_no_unicode_is_refused_by_its_name(field: str) -> None:
    (fault,) = faults_of(json.dumps({"prompt": "p", field: "\ud800"}).encode())

    assert fault.pointer == f"/{field}"


@pytest.mark.parametrize("character", ["\U0001f3ee", "é", "\x01"])
def test_the_longest_prompt_may_be_sent_in_escapes(character: str) -> None:
    escapes = json.dumps({"prompt": "!" + character * 31_999})
    spaces = escapes + " " * (KEPT_MAX_BYTES - len(escapes) + 1)

    assert len(spaces) > KEPT_MAX_BYTES
    assert len(parse(spaces.encode(), catalog()).prompt) == 32_000


@pytest.mark.parametrize("field", ["prompt", "colour", "model"])
@pytest.mark.parametrize("character", ["x", "\ud800"])
def test_a_field_that_is_too_large_is_too_large_whatever_else_is_wrong_with_it(field: str, character: str) -> None:
    body = json.dumps({"prompt": "p", field: character * (300_000 // len(json.dumps(character)) * 3)})

    with pytest.raises(RequestTooLarge, match="at most 262144 are taken"):
        parse(body.encode(), catalog())


def test_a_request_of_just_the_most_bytes_is_not_too_large() -> None:
    shortest = len(b'{"prompt":"p","colour":""}')

    for more, error in ((0, RequestInvalid), (1, RequestTooLarge)):
        with pytest.raises(error):
            parse(json.dumps({"prompt": "p", "colour": "x" * (KEPT_MAX_BYTES - shortest + more)}).encode(), catalog())


@pytest.mark.parametrize(
    ("name", "least"),
    [("n", 1), ("unknown_retries", 0), ("deadline_s", 10), ("dedupe_window_s", 1), ("retention_s", 60)],
)
def test_a_whole_number_may_be_written_with_a_point(name: str, least: int) -> None:
    taken = getattr(read(**{name: float(least)}), name)

    assert (taken, type(taken)) == (least, int)
    for wrong in (least + 0.5, least - 1.0, 1e300, True, str(least)):
        assert list(faults(**{name: wrong})) == [f"/{name}"]


def test_a_key_that_is_none_is_told_beside_what_is_wrong_with_the_body() -> None:
    for body, pointers in ((b'{"n": 0}', {"/prompt", "/n"}), (b"{", {""})):
        with pytest.raises(RequestInvalid) as invalid:
            parse_submit(body, "", catalog())
        told = {(fault.part, fault.pointer) for fault in invalid.value.faults}
        assert told == {("header", "/Idempotency-Key"), *(("body", pointer) for pointer in pointers)}


def test_a_key_that_is_none_is_told_alone_where_the_body_is_right() -> None:
    with pytest.raises(KeyMalformed):
        parse_submit(b'{"prompt": "p"}', "", catalog())
    assert parse_submit(b'{"prompt": "p"}', '"k"', catalog()) == (read(), "k")
    assert parse_submit(b'{"prompt": "p"}', None, catalog()) == (read(), None)


@pytest.mark.parametrize(
    "prompt", ["\x01a\x1f", "\u202eabc\u202c", "\u200b\ufeff.", "\U0001f426\u200d\u2b1b", "e\u0301"]
)
def test_every_character_of_a_prompt_is_kept(prompt: str) -> None:
    assert read(prompt=prompt).prompt == prompt


@pytest.mark.parametrize(
    ("fields", "pointer"),
    [
        ({"route": "nowhere"}, "/route"),
        ({"route": "openai", "size": "4K"}, "/route"),
        ({"route": "openai", "model": PRO}, "/route"),
        ({"route": "apiyi-chat", "model": PRO, "aspect_ratio": "16:9"}, "/aspect_ratio"),
        ({"route": "apiyi-chat", "model": FLASH, "thinking": "high"}, "/thinking"),
        ({"route": "nanobananaapi", "model": "nano-banana", "size": "1K", "aspect_ratio": "21:9"}, "/aspect_ratio"),
        ({"size": "512", "model": PRO}, "/size"),
    ],
)
def test_one_mistake_is_one_fault(fields: dict[str, str], pointer: str) -> None:
    assert list(faults(**fields)) == [pointer]


@pytest.mark.parametrize("fields", [{}, {"lane": "interactive"}])
def test_only_a_bulk_job_may_wait_for_its_hour(fields: dict[str, str]) -> None:
    assert "lane: bulk" in faults(schedule="off_peak", **fields)["/schedule"]
    assert read(schedule="off_peak", lane="bulk", size="1K").schedule == "off_peak"


@pytest.mark.parametrize("levels", [33, 198, 250, 300, 5000])
def test_metadata_that_are_nested_too_deep_are_one_fault_at_their_own_place(levels: int) -> None:
    body = b'{"prompt":"p","metadata":{"a":' + b"[" * levels + b"]" * levels + b"}}"
    with pytest.raises(RequestInvalid) as invalid:
        parse(body, catalog())

    assert [fault.pointer for fault in invalid.value.faults] in (["/metadata"], [""])


def test_metadata_of_the_deepest_kind_that_is_taken_are_read_back() -> None:
    body = b'{"prompt":"p","metadata":{"a":' + b"[" * 31 + b"]" * 31 + b"}}"
    request = parse(body, catalog())

    assert JobRequest.model_validate_json(request.model_dump_json()) == request
