"""Every answer of 4xx says where in the request its fault is, and what to do about it."""

import json
from typing import Any

import pytest

from tests.integration.handlers import JOB_ID, Functions, event
from tests.integration.test_contract import check

JSON = "application/json"
BODY, PROMPT, KEY = ("body", ""), ("body", "/prompt"), ("header", "/Idempotency-Key")
NO_KEY = {"idempotency_key": ""}
pytestmark = pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")


def read(answer: dict[str, Any]) -> tuple[int, str, list[tuple[str, str]]]:
    """Status, code, and the places of the faults."""
    problem = json.loads(answer["body"])
    check("Problem", problem)
    assert all(one["detail"] for one in problem["errors"])
    return answer["statusCode"], problem["code"], [(one["in"], one["pointer"]) for one in problem["errors"]]


SUBMITS: list[tuple[str, dict[str, str], int, str, list[tuple[str, str]]]] = [
    ("{", {}, 400, "malformed_body", [BODY]),
    ("9" * 5000, {}, 400, "malformed_body", [BODY]),
    (" " * 2**21, {}, 413, "too_large", [BODY]),
    ('{"prompt": "%s"}' % ("x" * 300_000), {}, 413, "too_large", [BODY]),
    ("{}", {"content_type": "a/b"}, 415, "unsupported_media_type", [("header", "/Content-Type")]),
    ('{"n": 0, "prompt": "\\u0000"}', {}, 422, "invalid_request", [PROMPT, ("body", "/n")]),
    ('{"prompt": "\\u200b\\u202e "}', {}, 422, "invalid_request", [PROMPT]),
    ('{"prompt": "p"}', NO_KEY, 400, "invalid_idempotency_key", [KEY]),
    ("{}", NO_KEY, 422, "invalid_request", [KEY, PROMPT]),
    ("{", NO_KEY, 400, "malformed_body", [KEY, BODY]),
    ("{}", {"authorization": "Basic x"}, 401, "unauthorized", [("header", "/Authorization")]),
]


@pytest.mark.parametrize(("body", "headers", "status", "code", "places"), SUBMITS)
def test_a_fault_of_a_submit_is_told_with_its_place(
    functions: Functions, body: str, headers: dict[str, str], *, status: int, code: str, places: list[tuple[str, str]]
) -> None:
    functions.with_key()

    assert read(functions.ask("POST", "/v1/jobs", body, **headers)) == (status, code, places)


@pytest.mark.parametrize(
    ("method", "path", "told"),
    [
        ("GET", "/v1/jobs/x", (404, "unknown_job", [("path", "/job_id")])),
        ("DELETE", f"/v1/jobs/{JOB_ID}", (409, "not_ended", [("path", "/job_id")])),
        ("GET", "/v1/models/x", (404, "unknown_model", [("path", "/model_id")])),
        ("GET", "/v1", (404, "unknown_path", [("path", "")])),
        ("PUT", "/v1/jobs", (405, "method_not_allowed", [("method", "")])),
    ],
)
def test_a_fault_of_a_path_is_told_with_its_place(functions: Functions, method: str, path: str, told: Any) -> None:
    functions.with_key()
    functions.with_job()

    assert read(functions.ask(method, path)) == told


def test_a_parameter_of_a_list_is_told_by_its_name(functions: Functions) -> None:
    functions.with_key()
    _, _, places = read(functions.call("api", "api.list-with-faults"))

    assert {part for part, _ in places} == {"query"}


def test_what_is_gone_is_told_by_what_led_to_it(functions: Functions) -> None:
    functions.with_key()
    body = json.dumps({"prompt": "p", "dedupe_window_s": 60})
    job_id = json.loads(functions.ask("POST", "/v1/jobs", body, idempotency_key="k")["body"])["id"]
    functions.ask("POST", f"/v1/jobs/{job_id}/cancel")
    functions.ask("DELETE", f"/v1/jobs/{job_id}")

    told = [
        functions.ask("GET", f"/v1/jobs/{job_id}"),
        functions.ask("POST", "/v1/jobs", body, idempotency_key="k"),
        functions.ask("POST", "/v1/jobs", body),
    ]

    places = [("path", "/job_id"), ("header", "/Idempotency-Key"), ("body", "/dedupe_window_s")]
    assert [read(one) for one in told] == [(410, "gone", [place]) for place in places]


def test_a_key_that_stands_for_another_request_is_told_as_the_keys_fault(functions: Functions) -> None:
    functions.with_key()
    functions.ask("POST", "/v1/jobs", '{"prompt": "one"}', idempotency_key="k")

    answer = functions.ask("POST", "/v1/jobs", '{"prompt": "two"}', idempotency_key="k")

    assert read(answer) == (422, "idempotency_key_reused", [("header", "/Idempotency-Key")])


@pytest.mark.parametrize("charset", ["latin-1", "utf-16", '"ISO-8859-1"', "utf8", '""'])
@pytest.mark.parametrize(
    "media", [JSON, "application/merge-patch+json", "Application/JSON;a=b", 'application/json; a="x;y"']
)
def test_another_charset_than_utf8_is_named_and_refused(functions: Functions, charset: str, media: str) -> None:
    functions.with_key()

    answer = functions.ask("POST", "/v1/jobs", '{"prompt": "p"}', content_type=f"{media} ; Charset={charset}")

    assert answer["statusCode"] == 415
    assert f"the charset is {charset.strip(chr(34))}; send UTF-8" in json.loads(answer["body"])["detail"]


@pytest.mark.parametrize(
    "media",
    [JSON, "APPLICATION/JSON", *(f"{JSON};charset={one}" for one in ("utf-8", "UTF-8", '"Utf-8"', " utf-8 ; a=b"))],
)
def test_utf8_may_be_named_in_any_spelling(functions: Functions, media: str) -> None:
    functions.with_key()

    assert functions.ask("POST", "/v1/jobs", '{"prompt": "p"}', content_type=media)["statusCode"] == 202


def test_the_same_request_within_its_window_is_answered_with_the_job_as_it_stands(functions: Functions) -> None:
    functions.with_key()
    body = json.dumps({"prompt": "p", "dedupe_window_s": 60})
    first = functions.ask("POST", "/v1/jobs", body, idempotency_key="k")
    job_id = json.loads(first["body"])["id"]
    cancelled = json.loads(functions.ask("POST", f"/v1/jobs/{job_id}/cancel")["body"])

    known, replayed = (
        functions.ask("POST", "/v1/jobs", body),
        functions.ask("POST", "/v1/jobs", body, idempotency_key="k"),
    )

    assert (known["statusCode"], replayed["statusCode"], cancelled["status"]) == (200, 202, "cancelled")
    assert json.loads(known["body"]) == json.loads(functions.ask("GET", f"/v1/jobs/{job_id}")["body"])
    assert json.loads(replayed["body"]) == json.loads(first["body"])


def test_the_same_request_within_its_window_shows_the_attempts_that_were_made(functions: Functions) -> None:
    functions.with_key()
    body = json.dumps({**json.loads(event("api.submit")["body"]), "dedupe_window_s": 60})
    functions.with_running_job(body)
    functions.call("generate", "generate.attempt")

    job = json.loads(functions.ask("POST", "/v1/jobs", body)["body"])

    assert (job["id"], job["status"], len(job["attempts"])) == (JOB_ID, "running", 1)
