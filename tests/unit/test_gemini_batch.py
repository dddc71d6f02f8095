"""What goes out to Gemini's batch API, and what is read of its answers."""

import io
import json
from typing import Any

import pytest

from cavendish.catalog.file import catalog
from cavendish.outcome import Billed, Outcome, Report
from cavendish.wire import Asked, WireRequest, gemini, gemini_batch
from cavendish.wire.gemini_operation import (
    Operation,
    State,
    read_address,
    read_cancelled,
    read_file,
    read_list,
    read_operation,
)
from tests.builders import FLASH, a_call


def said(state: str | None, **fields: Any) -> dict[str, Any]:
    metadata = {"displayName": "chunk-7", **({} if state is None else {"state": state})}
    return {"name": "batches/abc", "metadata": metadata, **fields}


def operation(document: Any) -> Operation:
    found = read_operation(200, {}, document)
    assert isinstance(found, Operation), found
    return found


def refused(found: object) -> tuple[Outcome, Billed]:
    assert isinstance(found, Report), found
    return found.outcome, found.billed


def test_a_line_asks_for_what_a_call_would_ask_under_its_key() -> None:
    asked = Asked.of(a_call(model=FLASH, size="4K", thinking="high"), "日本\n🍌", catalog())
    line = gemini_batch.line("job/0", asked)

    assert line.count(b"\n") == 1
    assert json.loads(line) == {"key": "job/0", "request": gemini.request(asked).body}


def test_an_upload_is_announced_with_its_size_and_goes_where_it_was_told_to() -> None:
    begin = gemini_batch.begin_upload("chunk-7", 70)
    send = gemini_batch.upload("/upload/v1beta/files?upload_id=x", io.BytesIO(b"lines"), 70)

    assert (begin.method, begin.path) == ("POST", "/upload/v1beta/files")
    assert begin.headers["x-goog-upload-header-content-length"] == "70"
    assert (send.headers["content-length"], send.headers["x-goog-upload-offset"]) == ("70", "0")
    assert (send.path, send.body) == ("/upload/v1beta/files?upload_id=x", None)


@pytest.mark.parametrize(
    ("base", "url"),
    [
        ("https://h", "https://h/upload/v1beta/files"),
        ("https://h/v1", "https://h/upload/v1/files"),
        ("http://h/gw/v1beta", "http://h/gw/upload/v1beta/files"),
    ],
)
def test_files_go_up_by_a_door_before_the_version(base: str, url: str) -> None:
    assert gemini_batch.begin_upload("t", 1).url(base) == url


def test_a_page_of_batches_is_asked_for_by_its_token() -> None:
    assert gemini_batch.list_operations("").path == "/v1beta/batches?pageSize=100"
    assert gemini_batch.list_operations("a+b&c/=").path.endswith("&pageToken=a%2Bb%26c%2F%3D")


def test_a_batch_is_begun_once_and_looked_after_by_its_name() -> None:
    begun = gemini_batch.create(FLASH, "files/in", "chunk-7")
    paths = [gemini_batch.look("batches/abc"), gemini_batch.cancel("batches/abc"), gemini_batch.download("files/out")]

    assert begun == WireRequest(
        path=f"/v1beta/models/{FLASH}:batchGenerateContent",
        body={"batch": {"displayName": "chunk-7", "inputConfig": {"fileName": "files/in"}}},
    )
    assert [(one.method, one.path) for one in paths] == [
        ("GET", "/v1beta/batches/abc"),
        ("POST", "/v1beta/batches/abc:cancel"),
        ("GET", "/v1beta/files/out:download?alt=media"),
    ]


@pytest.mark.parametrize("prefix", ["JOB_STATE_", "BATCH_STATE_"])
@pytest.mark.parametrize(
    ("word", "state"),
    [
        ("UNSPECIFIED", State.WAITING),
        ("QUEUED", State.WAITING),
        ("PENDING", State.WAITING),
        ("PAUSED", State.WAITING),
        ("RUNNING", State.RUNNING),
        ("UPDATING", State.RUNNING),
        ("CANCELLING", State.RUNNING),
        ("SUCCEEDED", State.SUCCEEDED),
        ("PARTIALLY_SUCCEEDED", State.SUCCEEDED),
        ("FAILED", State.FAILED),
        ("CANCELLED", State.CANCELLED),
        ("EXPIRED", State.EXPIRED),
    ],
)
def test_a_state_is_known_by_either_name(prefix: str, word: str, state: State) -> None:
    found = operation(said(prefix + word, done=True, response={"responsesFile": "files/out"}))

    assert (found.state, found.title, found.unknown) == (state, "chunk-7", "")
    assert found.ended is (state not in (State.WAITING, State.RUNNING))
    assert (found.report is None) is (not found.ended or state is State.SUCCEEDED)


@pytest.mark.parametrize(
    ("state", "fields", "expected", "unknown"),
    [
        ("BATCH_STATE_DREAMING", {}, State.RUNNING, "batch_state:BATCH_STATE_DREAMING"),
        (
            "BATCH_STATE_DREAMING",
            {"done": True, "error": {"code": 13}},
            State.FAILED,
            "batch_state:BATCH_STATE_DREAMING",
        ),
        (None, {}, State.RUNNING, ""),
        (None, {"done": True, "response": {"responsesFile": "files/out"}}, State.SUCCEEDED, ""),
    ],
)
def test_a_state_that_nobody_knows_is_marked_and_told_by_whether_it_is_done(
    state: str | None, fields: dict[str, Any], expected: State, unknown: str
) -> None:
    found = operation(said(state, **fields))

    assert (found.state, found.unknown) == (expected, unknown)


@pytest.mark.parametrize(
    "fields",
    [
        {"metadata": {"state": "BATCH_STATE_SUCCEEDED", "output": {"responsesFile": "files/out"}}},
        {"metadata": {"state": "BATCH_STATE_SUCCEEDED", "output": {"responses_file": "files/out"}}},
        {"metadata": {"state": "BATCH_STATE_SUCCEEDED"}, "response": {"responsesFile": "files/out"}},
        {"metadata": {"state": "JOB_STATE_SUCCEEDED", "dest": {"fileName": "files/out"}}},
        {"state": "JOB_STATE_SUCCEEDED", "dest": {"fileName": "files/out"}},
    ],
)
def test_the_file_of_results_is_found_wherever_it_is_named(fields: dict[str, Any]) -> None:
    found = operation({"name": "batches/abc", **fields})

    assert (found.state, found.results, found.report) == (State.SUCCEEDED, "files/out", None)


@pytest.mark.parametrize("name", [None, 7, "", "files/", "files/../batches", "files/a?b", "https://elsewhere/files/a"])
def test_a_success_without_a_file_that_can_be_asked_for_has_no_results(name: object) -> None:
    found = operation(said("BATCH_STATE_SUCCEEDED", done=True, response={"responsesFile": name}))

    assert found.results is None
    assert refused(found.report) == (Outcome.GARBLED, Billed.UNKNOWN)


@pytest.mark.parametrize(
    ("state", "error", "expected"),
    [
        ("BATCH_STATE_FAILED", {"code": 3, "message": "no JSONL"}, (Outcome.BAD_REQUEST, Billed.NO)),
        ("BATCH_STATE_FAILED", {"code": 13}, (Outcome.OVERLOADED, Billed.NO)),
        ("BATCH_STATE_CANCELLED", {"code": 1}, (Outcome.OVERLOADED, Billed.UNKNOWN)),
        ("BATCH_STATE_EXPIRED", None, (Outcome.TIMED_OUT, Billed.UNKNOWN)),
    ],
)
def test_a_batch_that_ended_badly_says_why(state: str, error: object, expected: tuple[Outcome, Billed]) -> None:
    assert refused(operation(said(state, done=True, error=error)).report) == expected


@pytest.mark.parametrize("document", [None, [], {}, {"name": "batches/../x"}, {"name": 7, "metadata": {}}])
def test_an_answer_that_names_no_batch_is_garbled_and_may_be_billed(document: object) -> None:
    assert refused(read_operation(200, {}, document)) == (Outcome.GARBLED, Billed.UNKNOWN)


ERROR = {"error": {"code": 429, "message": "slow down", "status": "RESOURCE_EXHAUSTED"}}


@pytest.mark.parametrize("read", [read_operation, read_file, read_list, read_cancelled])
@pytest.mark.parametrize("status", [200, 429])
def test_an_error_is_read_as_any_of_googles(read: Any, status: int) -> None:
    assert refused(read(status, {}, ERROR)) == (Outcome.THROTTLED, Billed.NO)


@pytest.mark.parametrize(
    ("address", "path"),
    [
        ("https://h/upload/v1beta/files?upload_id=a", "/upload/v1beta/files?upload_id=a"),
        ("https://169.254.169.254/latest", "/latest"),
        ("ftp://h/x", None),
        ("/x", None),
        ("https://h/a b", None),
        ("", None),
    ],
)
def test_of_an_uploads_address_the_path_alone_is_followed(address: str, path: str | None) -> None:
    found = read_address(200, {"x-goog-upload-url": address}, {})

    assert found == path if path else refused(found) == (Outcome.GARBLED, Billed.UNKNOWN)


def test_an_upload_that_is_not_allowed_says_why() -> None:
    assert refused(read_address(403, {}, {"error": {"code": 403}})) == (Outcome.BAD_KEY, Billed.NO)


@pytest.mark.parametrize("document", [None, {}, {"file": "x"}, {"file": {"name": "files/a/b"}}])
def test_an_uploaded_file_without_a_name_is_garbled(document: object) -> None:
    assert read_file(200, {}, {"file": {"name": "files/a-1"}}) == "files/a-1"
    assert refused(read_file(200, {}, document))[0] is Outcome.GARBLED


def test_a_page_lists_the_batches_that_can_be_read_and_the_next_page() -> None:
    page = {"operations": [said("BATCH_STATE_RUNNING"), {"name": "else"}, 7], "nextPageToken": "t"}
    found = read_list(200, {}, page)

    assert not isinstance(found, Report)
    assert ([one.name for one in found[0]], found[1]) == (["batches/abc"], "t")
    assert read_list(200, {}, {}) == ([], "")


def test_an_operation_survives_being_written_down() -> None:
    found = operation(said("BATCH_STATE_FAILED", done=True, error={"code": 13, "message": "no"}))

    assert Operation.model_validate_json(found.model_dump_json()) == found
