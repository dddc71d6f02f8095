"""The OpenAPI 3.1 document, made of the table of operations, the problem codes and the schemas."""

import json
import re
from importlib.resources import files
from typing import Any, Final

from cavendish.catalog.file import catalog
from cavendish.contract.problem import PROBLEMS, told
from cavendish.openapi.headers import HEADERS
from cavendish.openapi.operation import Answer, Operation
from cavendish.openapi.operations import OPERATIONS
from cavendish.openapi.parameters import parameters
from cavendish.openapi.schemas import schemas
from cavendish.openapi.webhooks import webhooks

_ABOUT: Final = (
    "Submit a job, get an id at once, ask again until it has ended. Every error is a problem (RFC 9457) with a `code`. "
    "Only API Gateway, which stands before it, may say 429 and 503, and 413 to more than 10 MB, in words of its own."
)
_LICENSE: Final = {"name": "Apache License 2.0", "identifier": "Apache-2.0"}
_KEY: Final = {"type": "http", "scheme": "bearer", "description": "A key that `cavendish keys create` showed."}
_NAMED: Final = re.compile(r"{(\w+)}")
#: Statuses whose answers have no body.
_EMPTY: Final = (204, 304)
#: What can happen to every operation, and to every one that needs a key.
_ALWAYS: Final = ("unknown_path", "method_not_allowed", "internal")
_WITH_KEY: Final = ("unauthorized",)


def document(base_url: str) -> dict[str, Any]:
    """The document of an API at this address."""
    return {
        "openapi": "3.1.0",
        "jsonSchemaDialect": "https://spec.openapis.org/oas/3.1/dialect/base",
        "info": {"title": "Cavendish", "version": "1", "description": _ABOUT, "license": _LICENSE},
        "servers": [{"url": base_url}],
        "security": [{"key": []}],
        "tags": [{"name": name} for name in dict.fromkeys(one.tag for one in OPERATIONS)],
        "paths": _paths(),
        "webhooks": webhooks(),
        "components": {
            "schemas": schemas(catalog()),
            "headers": HEADERS,
            "parameters": parameters(),
            "securitySchemes": {
                "key": {"type": "http", "scheme": "bearer", "description": "A key of `cavendish keys`."}
            },
        },
    }


def examples() -> dict[str, Any]:
    """Bodies to submit: those of events/, which a test compares."""
    read: dict[str, Any] = json.loads(files("cavendish.openapi").joinpath("examples.json").read_text("utf-8"))
    return read


def _paths() -> dict[str, Any]:
    paths: dict[str, Any] = {}
    for one in OPERATIONS:
        paths.setdefault(one.path, {})[one.method.lower()] = _operation(one)
    return paths


def _operation(one: Operation) -> dict[str, Any]:
    made: dict[str, Any] = {
        "operationId": one.id,
        "tags": [one.tag],
        "summary": one.title,
        "responses": {**{str(answer.status): _answer(answer) for answer in one.answers}, **_problems(one)},
    }
    more = {
        "description": one.more,
        "parameters": [_ref("parameters", name) for name in one.parameters],
        "requestBody": _body(one.takes) if one.takes else None,
    }
    return {
        **made,
        **{name: value for name, value in more.items() if value},
        **({"security": []} if one.public else {}),
    }


def _body(schema: str) -> dict[str, Any]:
    shown = {name: {"value": body} for name, body in examples().items()} if schema == "JobRequest" else {}
    content = {"schema": _ref("schemas", schema), **({"examples": shown} if shown else {})}
    return {"required": True, "content": {"application/json": content}}


def _answer(answer: Answer) -> dict[str, Any]:
    content = {"schema": _ref("schemas", answer.schema) if answer.schema else {"type": "string"}}
    made = {
        "description": answer.what,
        "headers": _headers(("Cache-Control", *answer.headers), answer.may_have),
        "content": {answer.media: content} if answer.status not in _EMPTY else {},
        "links": {name: _link(name) for name in answer.leads_to},
    }
    return {name: value for name, value in made.items() if value}


def _headers(always: tuple[str, ...], sometimes: tuple[str, ...] = ()) -> dict[str, Any]:
    """A reference cannot say that a header is always there, so those are written out."""
    return {name: {**HEADERS[name], "required": True} for name in always} | {
        name: _ref("headers", name) for name in sometimes
    }


def _link(operation: str) -> dict[str, Any]:
    """What is answered is what the other operation's path names."""
    (path,) = (one.path for one in OPERATIONS if one.id == operation)
    return {"operationId": operation, "parameters": dict.fromkeys(_NAMED.findall(path), "$response.body#/id")}


def _problems(one: Operation) -> dict[str, Any]:
    codes = (*one.problems, *(() if one.public else _WITH_KEY), *_ALWAYS)
    by_status: dict[int, list[str]] = {}
    for code in codes:
        by_status.setdefault(PROBLEMS[code].status, []).append(code)
    return {str(status): _problem(by_status[status]) for status in sorted(by_status)}


def _problem(codes: list[str]) -> dict[str, Any]:
    headers = ("Cache-Control", *dict.fromkeys(name for code in codes for name in PROBLEMS[code].headers))
    shown = {code: {"value": told(code, PROBLEMS[code].when)} for code in codes}
    content = {"schema": _ref("schemas", "Problem"), "examples": shown}
    return {
        "description": "\n".join(f"- `{code}`: {PROBLEMS[code].title}. {PROBLEMS[code].when}" for code in codes),
        "headers": _headers(headers),
        "content": {"application/problem+json": content},
    }


def _ref(kind: str, name: str) -> dict[str, Any]:
    return {"$ref": f"#/components/{kind}/{name}"}
