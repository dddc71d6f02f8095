"""The Interactions API, raw and through the official SDK."""

import base64
import io

import pytest
from PIL import Image

MODEL = "gemini-nano-banana-2.1"


def ask(server, prompt="a heron", **more):
    return server.post("/v1/interactions", {"model": MODEL, "input": prompt, **more})


def picture(answer):
    return answer.json()["steps"][-1]["content"][0]


@pytest.mark.parametrize(
    ("version", "size", "shape"),
    [("v1", "1K", (1376, 768)), ("v1beta", "2K", (2752, 1536)), ("v1beta2", "4K", (5504, 3072))],
)
def test_a_picture_has_exactly_the_pixels_of_its_size(server, measured, version, size, shape):
    form = {"type": "image", "image_size": size, "aspect_ratio": "16:9"}
    body = {"model": MODEL, "input": "a heron", "response_format": form}
    answer = server.post(f"/{version}/interactions", body)

    assert answer.json()["status"] == "completed"
    assert measured(picture(answer)["data"]) == shape


@pytest.mark.filterwarnings("ignore::UserWarning")
@pytest.mark.filterwarnings("ignore::FutureWarning")
def test_the_sdk_is_answered_unmodified(client, measured):
    form = {"type": "image", "image_size": "2K", "mime_type": "image/jpeg"}
    answer = client.interactions.create(model=MODEL, input="a heron", response_format=form)

    assert answer.status == "completed"
    assert measured(answer.output_image.data) == (2048, 2048)
    assert answer.usage.output_tokens_by_modality[0].tokens == 1680


@pytest.mark.filterwarnings("ignore::UserWarning")
@pytest.mark.filterwarnings("ignore::FutureWarning")
def test_the_sdk_streams_it(client, measured):
    events = [
        event.data if hasattr(event, "data") else event
        for event in client.interactions.create(model=MODEL, input="a heron", stream=True)
    ]

    kinds = [event.event_type for event in events]
    assert (kinds[0], kinds[-1]) == ("interaction.created", "interaction.completed")
    images = [each.delta.data for each in events if each.event_type == "step.delta" and each.delta.type == "image"]
    assert [measured(data) for data in images] == [(1024, 1024)]


def test_usage_is_told_by_modality_and_the_picture_is_not_the_whole_of_it(server):
    usage = ask(server).json()["usage"]

    assert usage["output_tokens_by_modality"] == [{"modality": "image", "tokens": 1120}]
    assert usage["total_output_tokens"] == 1411
    assert usage["total_thought_tokens"] > 0


def test_blocks_of_content_may_have_references(server, measured):
    file = io.BytesIO()
    Image.new("RGB", (160, 90), "teal").save(file, "PNG")
    image = {"type": "image", "mime_type": "image/png", "data": base64.b64encode(file.getvalue()).decode()}

    answer = ask(server, [{"type": "text", "text": "at night"}, image])
    assert measured(picture(answer)["data"]) == (1376, 768)
    assert answer.json()["usage"]["input_tokens_by_modality"][1] == {"modality": "image", "tokens": 1120}


def test_a_picture_may_be_delivered_by_link(server, measured):
    answer = ask(server, response_format={"type": "image", "delivery": "uri"})

    assert measured(server.fetch(picture(answer)["uri"].removeprefix(server.url), key="").content) == (1024, 1024)


@pytest.mark.parametrize(
    ("kind", "status", "code"),
    [
        ("refused", "failed", "IMAGE_SAFETY"),
        ("blocked", "failed", "PROHIBITED_CONTENT"),
        ("no-image", "incomplete", "NO_IMAGE"),
        ("finish=IMAGE_RECITATION", "failed", "IMAGE_RECITATION"),
        ("block=JAILBREAK", "failed", "JAILBREAK"),
    ],
)
def test_an_interaction_without_a_picture_says_why(server, kind, status, code):
    server.script(f"interaction {kind}", kind)

    answer = ask(server, f"interaction {kind}").json()
    assert (answer["status"], answer["errors"][0]["code"]) == (status, code)
    assert not [step for step in answer["steps"] if step["type"] == "model_output"]
    assert server.calls(f"interaction {kind}")[0]["billed_usd"] == 0


@pytest.mark.parametrize("status", ["cancelled", "budget_exceeded", "requires_action"])
def test_any_status_can_be_asked_for(server, status):
    server.script(f"ends {status}", f"finish={status}")

    assert ask(server, f"ends {status}").json()["status"] == status


def test_words_and_null_instead_of_steps(server):
    server.script("interaction in words", "text-only")
    server.script("interaction of nothing", "list-null")

    assert picture(ask(server, "interaction in words"))["type"] == "text"
    assert ask(server, "interaction of nothing").json()["steps"] is None


def test_drafts_are_in_the_summary_of_the_thought(server):
    server.script("interaction with drafts", "drafts")

    thought, output = ask(server, "interaction with drafts").json()["steps"]
    assert [block["type"] for block in thought["summary"]] == ["image", "image"]
    assert len(output["content"]) == 1


@pytest.mark.parametrize(("kind", "status"), [("429 retryDelay=2s", 429), ("503", 503), ("bad-key", 400), ("404", 404)])
def test_errors_are_googles(server, kind, status):
    server.script(f"interaction {kind}", kind)

    answer = ask(server, f"interaction {kind}")
    assert (answer.status_code, answer.json()["error"]["code"]) == (status, status)


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"input": "a heron"},
        {"model": MODEL},
        {"model": MODEL, "input": "x", "response_format": {"type": "image", "image_size": "512"}},
        {"model": MODEL, "input": "x", "response_format": {"type": "image", "mime_type": "image/gif"}},
        {"model": MODEL, "input": "x", "response_format": {"type": "image", "size": "2K"}},
    ],
)
def test_requests_that_make_no_sense_are_refused(server, body):
    answer = server.post("/v1/interactions", body)

    assert (answer.status_code, answer.json()["error"]["status"]) == (400, "INVALID_ARGUMENT")


def test_a_model_that_was_shut_down_is_not_found(server):
    assert server.post("/v1/interactions", {"model": "gemini-3-pro-image-preview", "input": "x"}).status_code == 404
