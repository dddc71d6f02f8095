"""The model server's batch API, as the official SDK speaks to it: a file up, a batch, a file down."""

import json
import uuid
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.local.conftest import ModelServer, genai, types

MODEL = "gemini-3.1-flash-image"
Rows = list[dict[str, Any]]


class Batched:
    """Batches of one server, each begun with the SDK and waited for."""

    def __init__(self, client: genai.Client, server: ModelServer, folder: Path) -> None:
        self.client = client
        self.server = server
        self._folder = folder

    def begin(self, prompts: Sequence[str], *ends: str) -> types.BatchJob:
        title = f"chunk {uuid.uuid4().hex}"
        if ends:
            script = {"match": title, "answers": ends}
            httpx.post(f"{self.server.url}/_control/batches", json=script).raise_for_status()
        path = self._folder / "chunk.jsonl"
        path.write_text("".join(json.dumps(line(f"k{nth}", prompt)) + "\n" for nth, prompt in enumerate(prompts)))
        told = types.UploadFileConfig(display_name=title, mime_type="application/jsonl")
        file = self.client.files.upload(file=path, config=told)
        config = types.CreateBatchJobConfig(display_name=title)
        return self.client.batches.create(model=MODEL, src=str(file.name), config=config)

    def ended(self, job: types.BatchJob) -> types.BatchJob:
        self.server.get(f"batches/{str(job.name).removeprefix('batches/')}")
        return self.client.batches.get(name=str(job.name))

    def rows(self, job: types.BatchJob) -> Rows:
        assert job.dest
        assert job.dest.file_name
        said = self.client.files.download(file=job.dest.file_name).decode()
        return [json.loads(row) for row in said.splitlines()]


def line(key: str, prompt: str) -> dict[str, Any]:
    config = {"responseModalities": ["TEXT", "IMAGE"], "imageConfig": {"aspectRatio": "1:1", "imageSize": "512"}}
    return {"key": key, "request": {"contents": [{"parts": [{"text": prompt}]}], "generationConfig": config}}


def keys(rows: Rows) -> list[str]:
    return [row["key"] for row in rows]


def unheard(count: int = 1) -> list[str]:
    return [f"a heron, number {uuid.uuid4().hex}" for _ in range(count)]


@pytest.fixture(scope="module")
def batched(client: genai.Client, server: ModelServer, tmp_path_factory: pytest.TempPathFactory) -> Batched:
    return Batched(client, server, tmp_path_factory.mktemp("batches"))


def test_the_official_sdk_sends_a_file_and_gets_pictures_at_half_the_price(
    batched: Batched, measured: Callable[[bytes | str], tuple[int, int]]
) -> None:
    (prompt,) = unheard()
    job = batched.begin([prompt])
    done = batched.ended(job)
    (row,) = batched.rows(done)
    answer = types.GenerateContentResponse.model_validate(row["response"])
    (call,) = batched.server.calls(prompt)

    assert job.state in (types.JobState.JOB_STATE_PENDING, types.JobState.JOB_STATE_RUNNING)
    assert (done.state, done.model, row["key"]) == (types.JobState.JOB_STATE_SUCCEEDED, f"models/{MODEL}", "k0")
    assert answer.parts
    (picture,) = [part.inline_data.data for part in answer.parts if part.inline_data]
    assert picture
    assert measured(picture) == (512, 512)
    assert (call["dialect"], call["billed_usd"]) == ("gemini-batch", 0.0225)
    assert call["counted_usd"] == pytest.approx(0.0225, rel=0.1)


def test_inline_requests_are_answered_inline(batched: Batched) -> None:
    (prompt,) = unheard()
    request = types.InlinedRequest(contents=[{"parts": [{"text": prompt}]}], metadata={"key": "one"})
    done = batched.ended(batched.client.batches.create(model=MODEL, src=[request]))

    assert done.dest
    assert done.dest.inlined_responses
    (said,) = done.dest.inlined_responses
    assert said.response
    assert said.response.parts
    assert (said.metadata, any(part.inline_data for part in said.response.parts)) == ({"key": "one"}, True)


def test_each_line_ends_as_the_script_of_its_prompt_says(batched: Batched) -> None:
    ends = ["ok", "refused", "503", "404", "garbled", "drop", "drop-body", "size=1K"]
    prompts = unheard(len(ends))
    for prompt, end in zip(prompts, ends, strict=True):
        batched.server.script(prompt, end)
    done = batched.ended(batched.begin(prompts))
    assert done.dest
    texts = batched.client.files.download(file=str(done.dest.file_name)).decode().splitlines()
    billed = [call["billed_usd"] for prompt in prompts for call in batched.server.calls(prompt)]

    assert [text[:7] == '{"key":' and text.endswith("}") for text in texts] == [True] * 4 + [False] * 2 + [True]
    assert json.loads(texts[1])["response"]["candidates"][0]["finishReason"] == "IMAGE_SAFETY"
    assert [json.loads(text)["error"]["code"] for text in texts[2:4]] == [14, 5]
    assert [usd > 0 for usd in billed] == [True, False, False, False, True, True, True, True]


@pytest.mark.parametrize(
    ("end", "state", "found"),
    [
        ("shuffled", "JOB_STATE_SUCCEEDED", ["k2", "k1", "k0"]),
        ("missing", "JOB_STATE_SUCCEEDED", ["k1", "k2"]),
        ("duplicate", "JOB_STATE_SUCCEEDED", ["k0", "k1", "k2", "k2"]),
        ("partial", "JOB_STATE_PARTIALLY_SUCCEEDED", ["k0", "k1"]),
        ("unreadable most=3", "JOB_STATE_SUCCEEDED", ["k0", "k1", "k2"]),
    ],
)
def test_the_lines_of_a_whole_batch_come_as_its_script_says(
    batched: Batched, end: str, state: str, found: list[str]
) -> None:
    done = batched.ended(batched.begin(unheard(3), f"{end} after=0.1s"))

    assert (done.state, keys(batched.rows(done))) == (state, found)


@pytest.mark.parametrize(("end", "state"), [("fail", "JOB_STATE_FAILED"), ("expire", "JOB_STATE_EXPIRED")])
def test_a_batch_that_ends_badly_costs_nothing_and_has_no_results(batched: Batched, end: str, state: str) -> None:
    prompts = unheard(2)
    done = batched.ended(batched.begin(prompts, f"{end} after=0.1s"))

    assert (done.state, done.dest) == (state, None)
    assert not [call for prompt in prompts for call in batched.server.calls(prompt)]


def test_results_with_too_many_pictures_are_never_readable_and_billed_all_the_same(batched: Batched) -> None:
    prompts = unheard(3)
    done = batched.ended(batched.begin(prompts, "unreadable most=2 after=0.1s"))
    assert done.dest
    for _ in range(2):
        with pytest.raises(genai.errors.ServerError) as failed:
            batched.client.files.download(file=str(done.dest.file_name))
        assert failed.value.code == 503

    assert all(call["billed_usd"] > 0 for prompt in prompts for call in batched.server.calls(prompt))


def test_a_cancelled_batch_is_over_and_a_deleted_one_unknown(batched: Batched) -> None:
    job = batched.begin(unheard(), "after=3600s")
    batched.client.batches.cancel(name=str(job.name))
    over = batched.client.batches.get(name=str(job.name))
    listed = [one.name for one in batched.client.batches.list(config={"page_size": 2})]
    batched.client.batches.delete(name=str(job.name))

    assert (over.state, job.name in listed) == (types.JobState.JOB_STATE_CANCELLED, True)
    with pytest.raises(genai.errors.ClientError) as failed:
        batched.client.batches.get(name=str(job.name))
    assert failed.value.code == 404


def test_a_file_in_pieces_is_whole_and_cannot_be_downloaded(batched: Batched, tmp_path: Path) -> None:
    path = tmp_path / "large.jsonl"
    path.write_bytes(b"x" * 9_000_000)
    file = batched.client.files.upload(file=path, config={"mime_type": "application/jsonl"})

    assert (file.size_bytes, file.state, file.source) == (9_000_000, "ACTIVE", "UPLOADED")
    assert batched.client.files.get(name=str(file.name)).sha256_hash == file.sha256_hash
    with pytest.raises(genai.errors.ClientError):
        batched.client.files.download(file=str(file.name))


def test_a_file_that_is_no_jsonl_fails_the_batch_and_an_unknown_one_is_refused(
    batched: Batched, tmp_path: Path
) -> None:
    path = tmp_path / "words.jsonl"
    path.write_text("no json")
    file = batched.client.files.upload(file=path, config={"mime_type": "application/jsonl"})
    job = batched.client.batches.create(model=MODEL, src=str(file.name))

    assert batched.ended(job).state == types.JobState.JOB_STATE_FAILED
    with pytest.raises(genai.errors.ClientError):
        batched.client.batches.create(model=MODEL, src="files/nowhere")


def test_a_word_that_no_batch_script_has_is_refused_with_those_it_has(server: ModelServer) -> None:
    said = httpx.post(f"{server.url}/_control/batches", json={"match": "", "answers": ["explode"]})

    assert (said.status_code, "shuffled" in said.json()["error"]) == (400, True)


def test_an_upload_that_is_not_as_long_as_was_announced_is_refused(server: ModelServer) -> None:
    headers = {"x-goog-api-key": "k", "X-Goog-Upload-Protocol": "resumable", "X-Goog-Upload-Command": "start"}
    size = {"X-Goog-Upload-Header-Content-Length": "9"}
    begun = httpx.post(f"{server.url}/upload/v1beta/files", json={}, headers=headers | size)
    told = {"X-Goog-Upload-Command": "upload, finalize", "X-Goog-Upload-Offset": "0"}
    said = httpx.post(begun.headers["x-goog-upload-url"], content=b"x" * 8, headers=told)

    assert (said.status_code, "9 were announced" in said.text) == (400, True)
