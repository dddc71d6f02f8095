"""The problem codes: one table, of which the answers, the document and the page are made."""

import ast
from pathlib import Path

import pytest

from cavendish.contract.problem import PROBLEMS, told
from cavendish.errors import RequestFault

ROOT = Path(__file__).parents[2]


def codes_told() -> set[str]:
    """The codes that `api` answers with: the first argument of each `problem(...)`."""
    nodes = ast.walk(ast.parse((ROOT / "functions" / "api" / "problems.py").read_text()))
    calls = [one for one in nodes if isinstance(one, ast.Call) and ast.unparse(one.func) == "problem"]
    return {str(ast.literal_eval(one.args[0])) for one in calls}


def test_every_code_that_is_told_is_in_the_table_and_none_is_there_for_nothing() -> None:
    assert codes_told() == set(PROBLEMS)


@pytest.mark.parametrize("code", PROBLEMS)
def test_a_problem_says_what_it_is_and_what_to_do(code: str) -> None:
    kind = PROBLEMS[code]

    assert 400 <= kind.status < 600
    assert kind.title[0].isupper()
    assert not kind.title.endswith(".")
    assert kind.when.endswith(".")


def test_a_problem_has_the_members_of_rfc_9457_and_its_code() -> None:
    assert told("too_large", "2 MB") == {
        "type": "urn:cavendish:problem:too_large",
        "title": "The request is too large",
        "status": 413,
        "detail": "2 MB",
        "code": "too_large",
        "errors": [{"in": "body", "pointer": "", "detail": "2 MB"}],
    }


@pytest.mark.parametrize("code", PROBLEMS)
def test_every_problem_of_the_callers_says_where_its_fault_is_and_no_other_does(code: str) -> None:
    errors = told(code, "why").get("errors", [])

    assert bool(errors) == (PROBLEMS[code].status < 500)
    assert all(one["pointer"] == "" or one["pointer"].startswith("/") for one in errors)


def test_faults_that_are_known_one_by_one_are_told_one_by_one() -> None:
    faults = [RequestFault("/n", "no"), RequestFault("/Idempotency-Key", "none", "header")]

    assert told("invalid_request", "2 faults", faults)["errors"] == [
        {"in": "body", "pointer": "/n", "detail": "no"},
        {"in": "header", "pointer": "/Idempotency-Key", "detail": "none"},
    ]
