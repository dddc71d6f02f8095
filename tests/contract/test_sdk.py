"""What the official SDKs send for the same wish, recorded: the other hand to which every golden is compared.

No SDK adds a field of its own to these bodies. There is none for OpenRouter's images, nanobananaapi and OpenOctopus.
"""

import json
import re
import warnings
from collections.abc import Iterator
from typing import Any

import pytest

from tests.contract.goldens import PROMPT, Golden, goldens
from tests.integration.sockets import Server, Talk
from tests.sdk import sent_by_openai

with warnings.catch_warnings():  # the SDK's source warns while it is compiled; our tests take warnings for errors
    warnings.simplefilter("ignore", DeprecationWarning)
    from google import genai
    from google.genai import types

GOOGLE = ("gemini", "apiyi-gemini", "vertex")
IMAGES = ("openai", "apiyi", "openai-compatible")
CHATS = ("apiyi-chat", "openrouter-chat", "openai-compatible-chat")


def of(*routes: str) -> pytest.MarkDecorator:
    return pytest.mark.parametrize("golden", [one for one in goldens() if one.route in routes], ids=str)


@pytest.fixture
def recording() -> Iterator[Server]:
    with Server([_said]) as server:
        yield server


def _said(talk: Talk) -> None:
    answer = {"candidates": [], "steps": [], "id": "i", "status": "completed"}
    talk.answer(json.dumps(answer).encode(), headers="content-type: application/json\r\n")


def recorded(server: Server) -> tuple[str, Any]:
    """Path and body of the only request, in the one spelling of proto-JSON: the SDK mixes both."""
    (request,) = server.requests
    head, _, body = request.partition(b"\r\n\r\n")
    return head.split()[1].decode(), json.loads(body)


def camel(value: Any) -> Any:
    if isinstance(value, dict):
        return {re.sub("_(.)", lambda found: found[1].upper(), name): camel(inner) for name, inner in value.items()}
    return [camel(one) for one in value] if isinstance(value, list) else value


def path(golden: Golden) -> str:
    return "/" + golden.url.partition("://")[2].partition("/")[2]


def name(golden: Golden) -> str:
    """What the route calls the model, whether in its address or in the body."""
    found = re.search(r"/models/([^:]+):", golden.url)
    return found[1] if found else str(golden.body["model"])


@of(*GOOGLE)
def test_google_is_asked_as_its_sdk_asks(recording: Server, golden: Golden) -> None:
    call, sized = golden.call, golden.call.model != "gemini-2.5-flash-image"
    config = types.GenerateContentConfig(
        response_modalities=["TEXT", "IMAGE"],
        image_config=types.ImageConfig(aspect_ratio=call.aspect_ratio, image_size=call.size if sized else None),
        thinking_config=types.ThinkingConfig(thinking_level=types.ThinkingLevel(call.thinking.upper()))
        if call.thinking
        else None,
    )
    version = None if golden.route == "vertex" else "v1beta"  # its default is v1, which gateways do not have
    options = types.HttpOptions(base_url=recording.url, api_version=version)
    with genai.Client(vertexai=golden.route == "vertex", api_key="k", http_options=options) as client:
        client.models.generate_content(model=name(golden), contents=PROMPT, config=config)

    assert recorded(recording)[0] == path(golden)
    assert camel(recorded(recording)[1]) == golden.body


@pytest.mark.filterwarnings("ignore::UserWarning:google.genai")
@of("gemini-interactions")
def test_an_interaction_is_asked_for_as_the_sdk_asks(recording: Server, golden: Golden) -> None:
    call = golden.call
    form: Any = {"type": "image", "aspect_ratio": call.aspect_ratio, "image_size": call.size}
    level: Any = {"generation_config": {"thinking_level": call.thinking}} if call.thinking else {}
    with genai.Client(api_key="k", http_options=types.HttpOptions(base_url=recording.url)) as client:
        client.interactions.create(model=name(golden), input=PROMPT, response_format=form, store=False, **level)

    assert recorded(recording) == (path(golden), golden.body)


@of(*IMAGES)
def test_images_are_asked_for_as_the_sdk_asks(golden: Golden) -> None:
    """`thinking_level` is no field of the SDK's: who wants it says so by `extra_body`, as the article does."""
    extra = {"thinking_level": golden.body["thinking_level"]} if "thinking_level" in golden.body else {}
    fields = {field: value for field, value in golden.body.items() if field not in extra}

    url, body = sent_by_openai(lambda client: client.images.generate(**fields, extra_body=extra))
    assert (url.removeprefix("https://h/v1"), body) == (golden.url.partition("/v1")[2], golden.body)


@of(*CHATS)
def test_chats_are_asked_as_the_sdk_asks(golden: Golden) -> None:
    """Nothing but the model and its messages is a field of the SDK's that may say what these gateways want."""
    messages: Any = [{"role": "user", "content": PROMPT}]
    extra = {field: value for field, value in golden.body.items() if field not in ("model", "messages")}

    url, body = sent_by_openai(
        lambda client: client.chat.completions.create(model=name(golden), messages=messages, extra_body=extra),
        {"id": "i", "choices": [], "created": 1, "model": "m", "object": "chat.completion"},
    )
    assert (url.removeprefix("https://h/v1"), body) == (golden.url.partition("/v1")[2], golden.body)
