"""The HTTP contract at the handler: answers are as the document says, and every mistake has one of its own."""

import json
import re
import time
from typing import Any

import jsonschema
import pytest

import wiring
from api import app
from cavendish.catalog.file import catalog
from cavendish.key import Key, digest
from cavendish.openapi.document import document
from cavendish.openapi.operations import OPERATIONS
from tests.integration.handlers import EVENTS, KEY, Functions, event

DOCUMENT = document("https://api.example.com")
#: The API's events, but for those that prefer to wait for a job's end.
AT_ONCE = [name for path in sorted(EVENTS.glob("api.*.json")) if "prefer" not in event(name := path.stem)["headers"]]
pytestmark = pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")


def check(schema: str, value: Any) -> None:
    """A value has a schema of the document."""
    jsonschema.validate(value, {"$ref": f"#/components/schemas/{schema}", "components": DOCUMENT["components"]})


def operation(name: str) -> dict[str, Any] | None:
    """What the document says of the operation that an event asks for."""
    asked = event(name)["requestContext"]["http"]
    paths = {one.path: re.sub(r"{\w+}", "[^/]+", one.path) for one in OPERATIONS}
    found = [path for path, pattern in paths.items() if re.fullmatch(pattern, asked["path"])]
    said: dict[str, Any] | None = DOCUMENT["paths"][found[0]].get(asked["method"].lower()) if found else None
    return said


def conforms(functions: Functions, name: str) -> int:
    """The function answers an event as its operation says; gives the status."""
    said, answer = operation(name), functions.call("api", name)
    assert said is not None
    promised = said["responses"][str(answer["statusCode"])]
    assert {head for head, one in promised["headers"].items() if one.get("required")} <= set(answer["headers"])
    for media, content in promised.get("content", {}).items():
        assert answer["headers"]["Content-Type"].startswith(media)
        if "$ref" in content["schema"]:
            check(content["schema"]["$ref"].rpartition("/")[2], json.loads(answer["body"]))
    return int(answer["statusCode"])


def test_every_route_is_in_the_document_and_everything_in_it_is_a_route() -> None:
    routes = [*app._static_routes, *app._dynamic_routes]

    registered = {(one.method, one.path.replace("<", "{").replace(">", "}")) for one in routes}

    assert registered == {(one.method, one.path) for one in OPERATIONS}


@pytest.mark.parametrize("name", [name for name in AT_ONCE if operation(name)])
def test_every_event_is_answered_as_its_operation_says(functions: Functions, name: str) -> None:
    functions.with_key()
    functions.with_running_job()

    assert conforms(functions, name) < 500


def test_a_job_that_is_gone_is_gone_for_every_operation(functions: Functions) -> None:
    functions.with_key()
    functions.with_running_job()

    walk = ["api.cancel", "api.delete", "api.read", "api.cancel", "api.delete"]

    assert [conforms(functions, name) for name in walk] == [202, 204, 410, 410, 410]


def test_a_job_with_an_attempt_is_as_the_document_says(functions: Functions) -> None:
    functions.with_key()
    functions.with_running_job()
    functions.call("generate", "generate.attempt")

    _, job, _ = functions.http("api.read")

    check("Job", job)
    assert set(job) == set(DOCUMENT["components"]["schemas"]["Job"]["properties"])
    assert set(job["attempts"][0]) == set(DOCUMENT["components"]["schemas"]["Attempt"]["properties"])


def test_the_models_are_told_to_everybody_with_what_they_can_do_and_cost(functions: Functions) -> None:
    status, models, headers = functions.http("api.models")

    assert (status, headers["Cache-Control"]) == (200, "public, max-age=300")
    assert [one["id"] for one in models["models"]] == [one.id for one in catalog().models.values()]
    check("Models", models)


def test_ids_that_were_shut_down_are_told_with_their_successors_and_what_goes_with_its_day(
    functions: Functions,
) -> None:
    _, models, _ = functions.http("api.models")
    retired = {one["id"]: (one["successor"], one["since"], one["accepted"]) for one in models["retired"]}
    going = {one["id"]: (one["state"], one["successor"], one["retires"]) for one in models["models"]}

    assert retired["gemini-3-pro-image-preview"] == ("gemini-3-pro-image", "2026-06-25", True)
    assert retired["imagen-4.0-generate-001"] == ("gemini-nano-banana-2.1", "2026-08-17", False)
    assert going["gemini-3.1-flash-image"] == ("retiring", "gemini-nano-banana-2.1", "2026-10-29")


def test_a_submit_for_a_model_that_was_shut_down_is_told_its_successor(functions: Functions) -> None:
    functions.with_key()

    status, problem, _ = functions.http("api.submit-retired-model")

    (fault,) = problem["errors"]
    assert (status, fault["pointer"]) == (422, "/model")
    assert fault["detail"].endswith("was shut down on 2026-08-17; its successor is gemini-nano-banana-2.1")


def test_a_model_is_found_by_the_id_of_the_preview_that_it_replaced(functions: Functions) -> None:
    status, model, _ = functions.http("api.model")

    assert (status, model["id"], model["price_usd"]["4K"]) == (200, "gemini-3-pro-image", 0.24)
    check("Model", model)


@pytest.mark.parametrize(
    ("name", "status", "code"),
    [
        ("api.unknown-model", 404, "unknown_model"),
        ("api.unknown-path", 404, "unknown_path"),
        ("api.wrong-method", 405, "method_not_allowed"),
        ("api.submit-form", 415, "unsupported_media_type"),
        ("api.submit-garbled", 400, "malformed_body"),
        ("api.submit-twice-named", 400, "malformed_body"),
        ("api.submit-without-key", 401, "unauthorized"),
        ("api.submit-with-faults", 422, "invalid_request"),
    ],
)
def test_every_mistake_has_its_own_answer(functions: Functions, name: str, status: int, code: str) -> None:
    functions.with_key()

    answer = functions.http(name)

    assert (answer[0], answer[1]["code"], answer[2]["Content-Type"]) == (status, code, "application/problem+json")
    check("Problem", answer[1])


def test_a_method_that_a_path_does_not_have_is_told_those_that_it_has(functions: Functions) -> None:
    assert functions.http("api.wrong-method")[2]["Allow"] == "POST, GET, HEAD"


def test_a_field_that_is_there_twice_is_named(functions: Functions) -> None:
    functions.with_key()

    assert "'n' is there twice" in functions.http("api.submit-twice-named")[1]["detail"]


def test_a_body_may_come_in_base64(functions: Functions) -> None:
    functions.with_key()

    assert functions.http("api.submit-as-bytes")[0] == 202


def test_every_character_of_a_prompt_is_kept(functions: Functions) -> None:
    functions.with_key()

    _, accepted, _ = functions.http("api.submit-any-text")

    job = wiring.jobs().get(accepted["id"])
    assert job is not None
    assert job.request.prompt == "SOH \x01, a mark \u202e and an emoji \U0001f426\u200d\u2b1b"


def test_an_expired_key_opens_nothing(functions: Functions) -> None:
    wiring.keys().add(Key(digest=digest(KEY), tenant="acme", created_at=0.0, expires_at=time.time() - 1))

    assert functions.http("api.submit")[0] == 401


def test_the_document_is_served_with_the_address_of_its_api(functions: Functions) -> None:
    status, served, _ = functions.http("api.openapi")

    assert status == 200
    assert served == json.loads(json.dumps(DOCUMENT))


def test_the_page_asks_nobody_but_this_api(functions: Functions) -> None:
    answer = functions.call("api", "api.docs")

    assert answer["headers"]["Content-Type"] == "text/html; charset=utf-8"
    assert "connect-src 'self'" in answer["headers"]["Content-Security-Policy"]
    assert not [part for part in ("http:", "https:", "//cdn", "src=", "@import") if part in answer["body"]]
