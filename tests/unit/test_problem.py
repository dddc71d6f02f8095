"""The problem codes: one table, of which the answers, the document and the page are made."""

import ast
from pathlib import Path

import pytest

from cavendish.problem import PROBLEMS, told

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
    assert told("too_large", "2 MB", job_id="x") == {
        "type": "urn:cavendish:problem:too_large",
        "title": "The request is too large",
        "status": 413,
        "detail": "2 MB",
        "code": "too_large",
        "job_id": "x",
    }
