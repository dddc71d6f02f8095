"""The official openai SDK, unmodified, pointed at the model server."""

import io

import httpx
import openai
import pytest
from PIL import Image

PRO = "nano-banana-pro"


@pytest.fixture
def sdk(server):
    with openai.OpenAI(api_key="k", base_url=f"{server.url}/v1", max_retries=0) as client:
        yield client


def test_an_article_runs_unmodified(sdk, measured):
    answer = sdk.images.generate(
        model=PRO,
        prompt="一只戴着红围巾的狐狸",
        size="2048x2048",
        response_format="b64_json",
        extra_body={"thinking_level": "low", "grid": "2x2"},
    )

    assert measured(answer.data[0].b64_json) == (2048, 2048)


@pytest.mark.parametrize("size", ["1024x1024", "1536x1024", "1024x1536"])
def test_gpt_image_answers_it(sdk, measured, size):
    answer = sdk.images.generate(model="gpt-image-2", prompt="a heron", size=size, quality="low", output_format="webp")

    assert "x".join(map(str, measured(answer.data[0].b64_json))) == size
    assert (answer.size, answer.output_format, answer.usage.output_tokens_details.image_tokens > 0) == (
        size,
        "webp",
        True,
    )


def test_it_streams(sdk, measured):
    stream = sdk.images.generate(model="gpt-image-2", prompt="a heron", stream=True, partial_images=2)

    events = list(stream)
    assert [event.type.rpartition(".")[2] for event in events] == ["partial_image", "partial_image", "completed"]
    assert measured(events[-1].b64_json) == (1024, 1024)


def test_it_edits(sdk, measured):
    file = io.BytesIO()
    Image.new("RGB", (160, 90), "teal").save(file, "PNG")
    one = ("a.png", file.getvalue(), "image/png")

    assert measured(sdk.images.edit(model="gpt-image-2", prompt="x", image=one).data[0].b64_json) == (1024, 1024)
    assert measured(sdk.images.edit(model=PRO, prompt="x", image=[one, one]).data[0].b64_json) == (1376, 768)


def test_links_are_followed_by_the_caller(sdk, measured):
    answer = sdk.images.generate(model=PRO, prompt="a heron", response_format="url")

    assert measured(httpx.get(answer.data[0].url).content) == (1024, 1024)


def test_it_lists_models(sdk):
    assert {"gpt-image-2", PRO} <= {model.id for model in sdk.models.list()}


@pytest.mark.parametrize(
    ("kind", "error", "code"),
    [
        ("429", "RateLimitError", "rate_limit_exceeded"),
        ("refused", "BadRequestError", "moderation_blocked"),
        ("bad-key", "AuthenticationError", "invalid_api_key"),
        ("404", "NotFoundError", "model_not_found"),
        ("503", "InternalServerError", "server_is_overloaded"),
    ],
)
def test_errors_are_its_own(sdk, server, kind, error, code):
    server.script(f"sdk {kind}", kind)

    with pytest.raises(getattr(openai, error)) as caught:
        sdk.images.generate(model="gpt-image-2", prompt=f"sdk {kind}")
    assert caught.value.code == code


def test_a_chat_has_its_picture_beside_the_words(sdk, measured):
    answer = sdk.chat.completions.create(
        model="google/gemini-3.1-flash-image",
        messages=[{"role": "user", "content": "a heron"}],
        extra_body={"modalities": ["image", "text"], "image_config": {"aspect_ratio": "16:9", "image_size": "2K"}},
    )

    assert measured(answer.choices[0].message.images[0]["image_url"]["url"]) == (2752, 1536)


def test_a_chat_has_its_picture_in_the_words(sdk, measured):
    answer = sdk.chat.completions.create(
        model=PRO, messages=[{"role": "user", "content": "a heron"}], extra_body={"image_resolution": "4K"}
    )

    content = answer.choices[0].message.content
    assert measured(content[content.index("(") + 1 : content.rindex(")")]) == (4096, 4096)
