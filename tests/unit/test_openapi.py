"""The OpenAPI document: made of the tables, whole, and with every default, limit and choice of a request."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any, get_args
from urllib.parse import parse_qsl

import jsonschema
import pytest

from cavendish.catalog.file import catalog
from cavendish.contract.fit import parse
from cavendish.contract.problem import PROBLEMS
from cavendish.ladder.policy import POLICIES
from cavendish.openapi.document import document, examples
from cavendish.openapi.fields import WORDS
from cavendish.openapi.operations import OPERATIONS, methods
from cavendish.request import DEADLINE_DEFAULT_S, PROMPT_MAX, JobRequest
from cavendish.size import RATIOS, parse_size

EVENTS = Path(__file__).parents[2] / "events"
DOCUMENT = document("https://api.example.com")
SCHEMAS = DOCUMENT["components"]["schemas"]
FIELDS = SCHEMAS["JobRequest"]["properties"]


def references(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        yield from ([value["$ref"]] if isinstance(value.get("$ref"), str) else [])
        yield from (one for inner in value.values() for one in references(inner))
    elif isinstance(value, list):
        yield from (one for inner in value for one in references(inner))


def operations() -> list[dict[str, Any]]:
    return [one for path in DOCUMENT["paths"].values() for one in path.values()]


def test_every_reference_leads_somewhere() -> None:
    for reference in references(DOCUMENT):
        place = DOCUMENT
        for name in reference.removeprefix("#/").split("/"):
            place = place[name]


@pytest.mark.parametrize("name", SCHEMAS)
def test_every_schema_is_one(name: str) -> None:
    jsonschema.Draft202012Validator.check_schema(SCHEMAS[name])


def test_every_field_of_a_request_is_there_with_its_words() -> None:
    assert set(FIELDS) == set(JobRequest.model_fields) == set(WORDS)
    assert all(field["description"] for field in FIELDS.values())


@pytest.mark.parametrize("name", [name for name, one in JobRequest.model_fields.items() if not one.is_required()])
def test_every_default_is_there(name: str) -> None:
    assert FIELDS[name]["default"] == JobRequest.model_fields[name].get_default(call_default_factory=True)


def test_the_limits_and_choices_are_those_of_the_check() -> None:
    assert (FIELDS["prompt"]["minLength"], FIELDS["prompt"]["maxLength"]) == (1, PROMPT_MAX)
    assert (FIELDS["n"]["minimum"], FIELDS["n"]["maximum"]) == (1, 9)
    assert (FIELDS["deadline_s"]["minimum"], FIELDS["deadline_s"]["default"]) == (10, DEADLINE_DEFAULT_S)
    assert FIELDS["policy"]["enum"] == list(POLICIES)
    assert FIELDS["aspect_ratio"]["anyOf"][0]["enum"] == list(RATIOS)
    assert FIELDS["lane"]["enum"] == list(get_args(JobRequest.model_fields["lane"].annotation))


@pytest.mark.parametrize("size", ["4K", "4k", "512", "2048x2048", "16:9", "8K", "4K ", "0x1", "2048x", ""])
def test_a_size_that_the_document_refuses_is_refused_at_the_door(size: str) -> None:
    allowed = jsonschema.Draft202012Validator(FIELDS["size"]).is_valid(size)
    try:
        parse_size(size)
    except ValueError:
        assert not allowed
    else:
        assert allowed


@pytest.mark.parametrize("name", examples())
def test_every_example_is_accepted(name: str) -> None:
    body = examples()[name]

    jsonschema.validate(body, {"$ref": "#/components/schemas/JobRequest", "components": DOCUMENT["components"]})
    assert parse(json.dumps(body).encode(), catalog()).prompt == body["prompt"]


def test_the_examples_of_a_recommendation_are_the_query_of_its_event() -> None:
    event = json.loads((EVENTS / "api.recommend.json").read_text())
    shown = {
        name: one["example"]
        for name, one in DOCUMENT["components"]["parameters"].items()
        if one["in"] == "query" and "example" in one
    }

    assert dict(parse_qsl(event["rawQueryString"])) == {**shown, "needs": ",".join(shown["needs"])}


def test_every_problem_is_in_an_operation_with_its_headers() -> None:
    answers = [answer for one in operations() for answer in one["responses"].values()]
    shown = {code: answer for answer in answers for code in _shown(answer)}

    assert set(shown) == set(PROBLEMS)
    assert all(set(PROBLEMS[code].headers) <= set(answer["headers"]) for code, answer in shown.items())


def _shown(answer: dict[str, Any]) -> list[str]:
    return list(answer.get("content", {}).get("application/problem+json", {}).get("examples", {}))


def test_every_operation_says_that_its_path_has_no_other_method() -> None:
    assert [one for one in operations() if "Allow" not in one["responses"]["405"]["headers"]] == []


def test_a_fault_says_in_which_part_of_the_request_it_is() -> None:
    fault = SCHEMAS["Fault"]

    assert fault["required"] == ["in", "pointer", "detail"]
    assert set(fault["properties"]["in"]["enum"]) == {"method", "path", "query", "header", "body"}


@pytest.mark.parametrize(("number", "taken"), [(1, True), (1.0, True), (1.5, False), ("1", False)])
def test_the_document_means_the_same_whole_numbers_as_the_door(number: object, taken: bool) -> None:
    assert jsonschema.Draft202012Validator(FIELDS["n"]).is_valid(number) is taken


def test_a_submit_leads_to_reading_and_cancelling_and_deleting() -> None:
    links = DOCUMENT["paths"]["/v1/jobs"]["post"]["responses"]["202"]["links"]
    known = {one["operationId"] for one in operations()}

    assert set(links) == {"readJob", "cancelJob", "deleteJob"} <= known


def test_only_public_operations_need_no_key() -> None:
    public = {one["operationId"] for one in operations() if one.get("security") == []}

    described = {"readHealth", "readOpenapi", "readDocs", "listWebhookKeys"}
    assert public == {"listModels", "readModel", "readRecommendation", *described}
    assert all("401" in one["responses"] for one in operations() if one["operationId"] not in public)


def test_the_methods_of_a_path_are_known_and_none_of_a_path_that_is_not_there() -> None:
    assert set(methods("/v1/jobs")) == {"HEAD", *(one.method for one in OPERATIONS if one.path == "/v1/jobs")}
    assert methods("/v1/jobs/x/cancel") == ("POST",)
    assert methods("/v1/jobs/x/y") == methods("/v1xjobs") == methods("/openapi_json") == ()
