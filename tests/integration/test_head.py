"""HEAD is GET without the body, and a path is written in one way."""

import json

import pytest

from cavendish.openapi.operations import OPERATIONS
from tests.integration.handlers import JOB_ID, Functions

NAMES = {
    "job_id": JOB_ID,
    "batch_id": JOB_ID,
    "model_id": "nano-banana-pro",
    "endpoint_id": f"ep_{JOB_ID}",
    "delivery_id": f"dlv_{JOB_ID}",
}
PATHS = [one.path.format(**NAMES) for one in OPERATIONS if one.method == "GET"]
NOT_READ = [f"/v1/jobs/{JOB_ID}/cancel", "/v1/jobs/x", "/v1/models/x", "/nowhere"]
pytestmark = pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")


@pytest.mark.parametrize("path", [*PATHS, *NOT_READ])
def test_head_is_answered_like_get_without_the_body(functions: Functions, path: str) -> None:
    functions.with_key()
    functions.with_job()

    whole, head = functions.ask("GET", path), functions.ask("HEAD", path)

    assert (head["statusCode"], head["body"]) == (whole["statusCode"], "")
    assert head["headers"] == {**whole["headers"], "Content-Length": str(len(whole["body"].encode()))}


def test_head_without_a_key_is_not_answered(functions: Functions) -> None:
    assert functions.ask("HEAD", f"/v1/jobs/{JOB_ID}")["statusCode"] == 401


@pytest.mark.parametrize("path", [more for path in PATHS for more in (f"{path}/", f"/{path}", f"{path}//")])
def test_a_path_with_another_slash_is_another_path_and_leads_nowhere(functions: Functions, path: str) -> None:
    functions.with_key()
    functions.with_job()

    answer = functions.ask("GET", path)

    assert (answer["statusCode"], json.loads(answer["body"])["code"]) == (404, "unknown_path")
