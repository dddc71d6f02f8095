"""The model server as the official SDK sees it, unmodified, sync and async. Its faults: test_model_server_faults.py."""

import asyncio
import base64
import io

import httpx
import pytest
from google.genai import types
from PIL import Image

FLASH, PRO = "gemini-3.1-flash-image", "gemini-3-pro-image"
ASYNC_SDK = pytest.mark.filterwarnings("ignore:Inheritance class AiohttpClientSession:DeprecationWarning")
ACROSS = {"512": (688, 384), "1K": (1376, 768), "2K": (2752, 1536), "4K": (5504, 3072)}


def config(size=None, ratio=None):
    return types.GenerateContentConfig(image_config=types.ImageConfig(image_size=size, aspect_ratio=ratio))


def files(answer):
    return [part.inline_data for part in answer.candidates[0].content.parts if part.inline_data]


def pixels(file):
    image = Image.open(io.BytesIO(file.data))
    image.load()
    return image.size


@pytest.mark.parametrize("size", ACROSS)
def test_a_picture_has_exactly_the_pixels_of_its_size(client, size):
    answer = client.models.generate_content(model=FLASH, contents="a lighthouse", config=config(size, "16:9"))

    assert [pixels(file) for file in files(answer)] == [ACROSS[size]]


@pytest.mark.parametrize(("ratio", "expected"), [("8:1", (1536, 192)), ("1:8", (192, 1536)), ("21:9", (792, 336))])
def test_extreme_ratios_are_drawn_too(client, ratio, expected):
    answer = client.models.generate_content(model=FLASH, contents="whales", config=config("512", ratio))

    assert pixels(files(answer)[0]) == expected


@pytest.mark.parametrize(("model", "expected"), [(PRO, (848, 1264)), ("gemini-2.5-flash-image", (832, 1248))])
def test_each_model_has_its_own_table_of_pixels(client, model, expected):
    answer = client.models.generate_content(model=model, contents="a heron", config=config(ratio="2:3"))

    assert pixels(files(answer)[0]) == expected


@ASYNC_SDK
def test_the_asynchronous_client_gets_the_same_answers(client_for):
    async def ask():
        async with client_for("any").aio as client:
            return await client.models.generate_content(model=PRO, contents="a heron", config=config("4K", "1:1"))

    assert pixels(files(asyncio.run(ask()))[0]) == (4096, 4096)


def test_the_declared_type_is_the_type_of_the_bytes(client):
    answers = [client.models.generate_content(model=PRO, contents="one prompt") for _ in range(2)]

    declared = [files(answer)[0] for answer in answers]
    assert sorted(file.mime_type for file in declared) == ["image/jpeg", "image/png"]
    assert all(Image.MIME[Image.open(io.BytesIO(file.data)).format] == file.mime_type for file in declared)


def test_an_answer_says_what_it_used_and_who_answered(client):
    answer = client.models.generate_content(model=FLASH, contents="a heron " * 20, config=config("2K"))

    usage = answer.usage_metadata
    assert usage.candidates_tokens_details[0].token_count == 1680
    assert usage.prompt_token_count == 40
    assert 225 <= usage.thoughts_token_count <= 675
    assert (answer.model_version, answer.candidates[0].finish_reason) == (FLASH, "STOP")


def test_an_alias_answers_as_the_model_it_stands_for(client):
    answer = client.models.generate_content(model="nano-banana-pro-preview", contents="a heron")

    assert answer.model_version == PRO


def test_a_stream_brings_the_picture_whole_and_the_finish_last(client):
    chunks = list(client.models.generate_content_stream(model=FLASH, contents="a heron", config=config("2K")))

    assert [len(files(chunk)) for chunk in chunks] == [0, 1]
    assert pixels(files(chunks[1])[0]) == (2048, 2048)
    assert [chunk.candidates[0].finish_reason for chunk in chunks] == [None, "STOP"]


@ASYNC_SDK
def test_an_asynchronous_stream_brings_it_too(client_for):
    async def read():
        async with client_for("any").aio as client:
            stream = await client.models.generate_content_stream(model=FLASH, contents="a heron")
            return [chunk async for chunk in stream]

    assert pixels(files(asyncio.run(read())[-1])[0]) == (1024, 1024)


def test_thoughts_come_first_and_only_when_asked_for(client):
    asked = types.GenerateContentConfig(thinking_config=types.ThinkingConfig(include_thoughts=True))
    answer = client.models.generate_content(model=PRO, contents="a heron", config=asked)

    assert [bool(part.thought) for part in answer.candidates[0].content.parts] == [True, False, False]


def test_a_caller_may_ask_for_the_picture_alone(client):
    alone = types.GenerateContentConfig(response_modalities=["Image"])
    answer = client.models.generate_content(model=PRO, contents="a heron", config=alone)

    assert [part.text for part in answer.candidates[0].content.parts] == [None]


def test_without_a_ratio_the_picture_follows_the_last_reference(client):
    reference = io.BytesIO()
    Image.new("RGB", (160, 90), "teal").save(reference, "PNG")
    part = types.Part.from_bytes(data=reference.getvalue(), mime_type="image/png")

    answer = client.models.generate_content(model=FLASH, contents=["at night", part])

    assert pixels(files(answer)[0]) == (1376, 768)
    assert answer.usage_metadata.prompt_tokens_details[1].token_count == 1120


@pytest.mark.parametrize(
    "generation_config",
    [
        {"imageConfig": {"imageSize": "2K", "aspectRatio": "3:2"}},
        {"image_config": {"image_size": "2K", "aspect_ratio": "3:2"}},
        {"responseFormat": {"image": {"imageSize": "2K", "aspectRatio": "3:2"}}},
        {"response_format": {"image": {"image_size": "2K", "aspect_ratio": "3:2"}}},
    ],
)
def test_every_spelling_of_size_and_ratio_is_understood(server, generation_config):
    answer = server.generate("a heron", generationConfig=generation_config).json()

    data = base64.b64decode(answer["candidates"][0]["content"]["parts"][-1]["inlineData"]["data"])
    assert Image.open(io.BytesIO(data)).size == (2528, 1696)


@pytest.mark.parametrize("way", [{"params": {"key": "k"}}, {"headers": {"Authorization": "Bearer k"}}])
def test_the_key_may_come_in_the_address_or_as_a_bearer(server, way):
    body = {"contents": [{"parts": [{"text": "a heron"}]}]}

    assert httpx.post(f"{server.url}/v1/models/{FLASH}:generateContent", json=body, **way).status_code == 200


def test_the_list_of_models_leaves_out_those_that_were_shut_down(client):
    names = [model.name for model in client.models.list()]

    assert f"models/{FLASH}" in names
    assert not any(name.endswith("image-preview") for name in names)
    assert client.models.get(model=PRO).name == f"models/{PRO}"
