"""What google-genai sends for the same picture: the other hand to which our requests to Google are compared."""

import json
import re
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from google.oauth2.credentials import Credentials

from cavendish.catalog.file import catalog
from cavendish.credential import Credential
from cavendish.wire import Asked, WireRequest
from cavendish.wire.auth import headers
from cavendish.wire.codecs import CODECS
from tests.builders import FLASH, a_call
from tests.integration.sockets import Server, Talk

with warnings.catch_warnings():  # the SDK's source warns while it is compiled; our tests take warnings for errors
    warnings.simplefilter("ignore", DeprecationWarning)
    from google import genai
    from google.genai import types

PROMPT = "一只灯塔, «dusk» {x} \U0001f34c"
ACCOUNT = "projects/zoo/locations/global"
KEY, TOKEN = Credential("k"), Credential("t", kind="token", account=ACCOUNT)
#: What says who calls.
SHOWN = ("x-goog-api-key", "authorization", "x-goog-user-project")
CALLS = [("512", "1:8", "minimal"), ("1K", "1:1", None), ("2K", "16:9", "high"), ("4K", "21:9", None)]
Serve = Callable[..., Server]


def ours(route: str, credential: Credential, size: str, ratio: str, thinking: str | None) -> WireRequest:
    call = a_call(route=route, model=FLASH, size=size, aspect_ratio=ratio, thinking=thinking)
    entry = catalog().routes[route]
    made = CODECS[entry.dialect].request(Asked.of(call, PROMPT, catalog(), credential.account))
    return WireRequest(path=made.path, body=made.body, headers=headers(entry.auth, credential))


@contextmanager
def recorded(serve: Serve, answer: dict[str, Any], **how: Any) -> Iterator[tuple[genai.Client, dict[str, Any]]]:
    """A client of the SDK, and its one request when it is made: path, body, and what says who calls."""
    server, seen = serve(lambda talk: said(talk, answer)), dict[str, Any]()
    with genai.Client(http_options=types.HttpOptions(base_url=server.url), **how) as client:
        yield client, seen
    (request,) = server.requests
    head, _, body = request.partition(b"\r\n\r\n")
    first, *lines = head.decode().split("\r\n")
    fields = {name.lower(): value for name, _, value in (line.partition(": ") for line in lines)}
    seen |= {"path": first.split()[1], "body": camel(json.loads(body))}
    seen |= {"headers": {name: fields[name] for name in SHOWN if name in fields}}


def said(talk: Talk, answer: dict[str, Any]) -> None:
    talk.answer(json.dumps(answer).encode(), headers="content-type: application/json\r\n")


def camel(value: Any) -> Any:
    """The one spelling of proto-JSON: the SDK mixes both in one request."""
    if isinstance(value, dict):
        return {re.sub("_(.)", lambda found: found[1].upper(), name): camel(inner) for name, inner in value.items()}
    return [camel(one) for one in value] if isinstance(value, list) else value


def told(request: WireRequest) -> dict[str, Any]:
    return {"path": request.path, "body": camel(request.body), "headers": request.headers}


def generate(client: genai.Client, size: str, ratio: str, thinking: str | None) -> None:
    config = types.GenerateContentConfig(
        response_modalities=["TEXT", "IMAGE"],
        image_config=types.ImageConfig(aspect_ratio=ratio, image_size=size),
        thinking_config=types.ThinkingConfig(thinking_level=types.ThinkingLevel(thinking.upper()))
        if thinking
        else None,
    )
    client.models.generate_content(model=FLASH, contents=PROMPT, config=config)


@pytest.mark.parametrize("call", CALLS)
def test_gemini_is_asked_as_the_sdk_asks_but_in_the_older_version_that_gateways_have(serve: Serve, call: Any) -> None:
    with recorded(serve, {"candidates": []}, api_key="k") as (client, seen):
        generate(client, *call)

    assert told(ours("gemini", KEY, *call)) == {**seen, "path": seen["path"].replace("/v1/", "/v1beta/")}


@pytest.mark.parametrize("call", CALLS)
def test_vertex_is_asked_with_a_key_as_the_sdk_asks(serve: Serve, call: Any) -> None:
    with recorded(serve, {"candidates": []}, vertexai=True, api_key="k") as (client, seen):
        generate(client, *call)

    assert told(ours("vertex", KEY, *call)) == seen


@pytest.mark.parametrize("call", CALLS)
def test_vertex_is_asked_with_a_token_as_the_sdk_asks(serve: Serve, call: Any) -> None:
    how = {"vertexai": True, "project": "zoo", "location": "global", "credentials": Credentials(token="t")}
    with recorded(serve, {"candidates": []}, **how) as (client, seen):
        generate(client, *call)

    request = told(ours("vertex", TOKEN, *call))
    assert (request["path"], request["body"]) == (seen["path"], seen["body"])
    assert seen["headers"] == request["headers"]


@pytest.mark.filterwarnings("ignore::UserWarning:google.genai")
@pytest.mark.parametrize("call", CALLS)
def test_an_interaction_is_asked_for_as_the_sdk_asks(serve: Serve, call: Any) -> None:
    size, ratio, thinking = call
    level: Any = {"generation_config": {"thinking_level": thinking}} if thinking else {}
    form: Any = {"type": "image", "aspect_ratio": ratio, "image_size": size}
    with recorded(serve, {"id": "i", "status": "completed", "steps": []}, api_key="k") as (client, seen):
        client.interactions.create(model=FLASH, input=PROMPT, response_format=form, store=False, **level)

    assert told(ours("gemini-interactions", KEY, *call)) == seen
