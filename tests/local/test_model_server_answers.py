"""Answers with 200 that are not what was asked for, and bodies that break, stall or drip; all by script."""

import base64
import io
import json

import httpx
import pytest
from google.genai import types
from PIL import Image

FLASH, OLD = "gemini-3.1-flash-image", "gemini-2.5-flash-image"


def ask(client, prompt="a heron", model=FLASH, **image):
    config = types.GenerateContentConfig(image_config=types.ImageConfig(**image)) if image else None
    return client.models.generate_content(model=model, contents=prompt, config=config)


def parts(answer):
    return answer.json()["candidates"][0]["content"]["parts"]


def test_drafts_are_marked_as_thoughts_after_their_bytes(server):
    server.script("drafted", "drafts")

    drafts = [part for part in parts(server.generate("drafted")) if "inlineData" in part]
    assert [list(part) for part in drafts[:2]] == [["inlineData", "thought"]] * 2
    assert "thought" not in drafts[2]
    assert len({part["inlineData"]["data"] for part in drafts}) == 3


@pytest.mark.parametrize(("kind", "marks"), [("plain-drafts", [None, None, None]), ("thought-only", [True])])
def test_the_thought_mark_may_be_missing_or_misleading(server, client, kind, marks):
    server.script(kind, kind)

    answer = ask(client, kind)
    assert [part.thought for part in answer.candidates[0].content.parts if part.inline_data] == marks


@pytest.mark.parametrize(("kind", "reason"), [("no-image", "NO_IMAGE"), ("refused", "IMAGE_SAFETY")])
def test_a_refused_output_has_a_reason_and_no_content(server, client, kind, reason):
    server.script(kind, kind)

    candidate = ask(client, kind).candidates[0]
    assert (candidate.finish_reason, candidate.content) == (reason, None)


def test_a_refused_input_has_no_candidate(server, client):
    server.script("forbidden", "blocked")

    answer = ask(client, "forbidden")
    assert answer.candidates is None
    assert answer.prompt_feedback.block_reason == "PROHIBITED_CONTENT"


def test_an_answer_may_be_words_alone(server, client):
    server.script("chatty", "text-only")

    assert [bool(part.text) for part in ask(client, "chatty").candidates[0].content.parts] == [True]


def test_another_size_and_another_model_may_be_delivered(server, client):
    server.script("cheated", f"size=1K version={OLD}")

    answer = ask(client, "cheated", image_size="4K")
    data = answer.candidates[0].content.parts[-1].inline_data.data
    assert (Image.open(io.BytesIO(data)).size, answer.model_version) == ((1024, 1024), OLD)


@pytest.mark.parametrize(
    ("kind", "mark"),
    [("newlines", "\\n"), ("data-prefix", '"data:image/'), ("escaped", "\\/"), ("url-safe", "_")],
)
def test_base64_comes_in_every_disguise(server, kind, mark):
    server.script(kind, kind)

    answer = server.generate(kind)
    data = parts(answer)[-1]["inlineData"]["data"].split(",")[-1]
    assert mark in answer.text
    assert Image.open(io.BytesIO(base64.b64decode(data.replace("-", "+").replace("_", "/")))).size == (1024, 1024)


def test_the_declared_type_may_be_wrong(server):
    server.script("mislabelled", "wrong-mime")

    inline = parts(server.generate("mislabelled"))[-1]["inlineData"]
    assert (inline["mimeType"], base64.b64decode(inline["data"])[:2]) == ("image/png", b"\xff\xd8")


@pytest.mark.parametrize("kind", ["not-image", "truncated"])
def test_bytes_may_be_no_picture_at_all(server, kind):
    server.script(kind, kind)
    data = base64.b64decode(parts(server.generate(kind))[-1]["inlineData"]["data"])

    with pytest.raises(OSError, match=r"cannot identify|truncated|broken"):
        Image.open(io.BytesIO(data)).load()


def test_a_picture_may_be_of_one_colour(server):
    server.script("blank", "one-colour")

    image = Image.open(io.BytesIO(base64.b64decode(parts(server.generate("blank"))[-1]["inlineData"]["data"])))
    assert (image.size, len(image.getcolors())) == ((1024, 1024), 1)


def test_a_success_may_be_a_web_page(server):
    server.script("garbled", "garbled")

    answer = server.generate("garbled")
    assert (answer.status_code, answer.headers["Content-Type"]) == (200, "text/html")


@pytest.mark.parametrize("kind", ["drop", "drop-body"])
def test_the_connection_may_break_and_the_call_is_billed(server, kind):
    server.script(kind, kind)

    with pytest.raises(httpx.RemoteProtocolError):
        server.generate(kind)

    assert [(call["status"], call["billed_usd"]) for call in server.calls(kind)] == [(None, 0.067)]


def test_a_stalled_body_is_complete_but_never_ends(server):
    server.script("stalled", "stall")
    body = {"contents": [{"parts": [{"text": "stalled"}]}]}
    received = []

    address = f"{server.url}/v1/models/{FLASH}:generateContent?key=k"
    with httpx.stream("POST", address, json=body, timeout=0.5) as answer, pytest.raises(httpx.ReadTimeout):
        received.extend(answer.iter_bytes())

    assert json.loads(b"".join(received))["candidates"][0]["finishReason"] == "STOP"


def test_a_dripping_body_arrives_in_the_end(server):
    server.script("dripping", "drip over=4s")

    assert server.generate("dripping").json()["candidates"][0]["finishReason"] == "STOP"
    assert server.calls("dripping")[0]["duration_s"] > 0.2
