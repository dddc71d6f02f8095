"""What google-genai sends to the batch API for the same: the other hand to which our requests are compared."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from cavendish.wire import WireRequest, gemini_batch
from tests.integration.sockets import Server
from tests.integration.test_google_sdk import Serve, camel, said
from tests.local.conftest import genai, types

ANSWER: dict[str, Any] = {"name": "batches/abc", "metadata": {"state": "BATCH_STATE_PENDING"}}
Sent = tuple[str, str, Any, dict[str, str]]


def theirs(server: Server) -> Sent:
    """The last request: method, path, body, and what it says of an upload."""
    head, _, body = server.requests[-1].partition(b"\r\n\r\n")
    first, *lines = head.decode().split("\r\n")
    method, path, _ = first.split()
    fields = {name.lower(): value for name, _, value in (line.partition(": ") for line in lines)}
    return method, path, json.loads(body) if body else None, uploading(fields)


def ours(request: WireRequest, server: Server) -> Sent:
    return request.method, request.url(server.url)[len(server.url) :], request.body, uploading(request.headers)


def uploading(fields: dict[str, str]) -> dict[str, str]:
    return {name: value for name, value in fields.items() if name.startswith("x-goog-upload")}


def sent(serve: Serve, act: Callable[[genai.Client], object]) -> tuple[Sent, Server]:
    server = serve(lambda talk: said(talk, ANSWER))
    options = types.HttpOptions(base_url=server.url, api_version="v1beta")
    with genai.Client(api_key="k", http_options=options) as client:
        act(client)
    return theirs(server), server


def test_a_batch_is_begun_as_the_sdk_begins_it(serve: Serve) -> None:
    config = types.CreateBatchJobConfig(display_name="chunk-7")
    their, server = sent(serve, lambda sdk: sdk.batches.create(model="m", src="files/in", config=config))

    assert their == ours(gemini_batch.create("m", "files/in", "chunk-7"), server)


def test_a_batch_is_looked_after_and_its_results_are_read_as_the_sdk_does_it(serve: Serve) -> None:
    looked, server = sent(serve, lambda sdk: sdk.batches.get(name="batches/abc"))
    assert looked == ours(gemini_batch.look("batches/abc"), server)

    read, server = sent(serve, lambda sdk: sdk.files.download(file="files/out"))
    assert read == ours(gemini_batch.download("files/out"), server)

    cancelled, server = sent(serve, lambda sdk: sdk.batches.cancel(name="batches/abc"))
    assert cancelled[:2] == ours(gemini_batch.cancel("batches/abc"), server)[:2]


def test_an_upload_is_announced_as_the_sdk_announces_it(serve: Serve, tmp_path: Path) -> None:
    path = tmp_path / "chunk"
    path.write_bytes(b"lines\n")
    config = types.UploadFileConfig(display_name="chunk-7", mime_type="application/jsonl")

    def upload(sdk: genai.Client) -> None:
        try:
            sdk.files.upload(file=path, config=config)
        except KeyError:
            """No address was told: the announcement is all that is looked at."""

    (method, where, body, fields), server = sent(serve, upload)
    mine = ours(gemini_batch.begin_upload("chunk-7", 6), server)

    assert (method, where) == mine[:2]
    assert fields | {"x-goog-upload-file-name": ""} == mine[3] | {"x-goog-upload-file-name": ""}
    announced = camel(body)["file"]
    assert {name: announced[name] for name in mine[2]["file"]} == mine[2]["file"]
