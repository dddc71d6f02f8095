"""Before anything is spent: estimates and recommendations at the handler, which write nothing and call nobody."""

import json
import time
from collections.abc import Iterator
from typing import Any

import pytest

import wiring
from cavendish.health.health import Sample
from cavendish.money.budget import Limits
from cavendish.outcome import Outcome
from cavendish_client import Client, Problem
from tests.integration.conftest import Client as Aws
from tests.integration.gateway import gateway
from tests.integration.handlers import KEY, Functions, event

pytestmark = pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")

NANO, PRO = "gemini-nano-banana-2.1", "gemini-3-pro-image"


@pytest.fixture
def rows(dynamodb: Any, table: str) -> Any:
    """Counts what is in the table."""
    return lambda: dynamodb.scan(TableName=table)["Items"]


@pytest.fixture
def client(functions: Functions) -> Iterator[Client]:
    functions.with_key()
    with gateway() as api, Client(api, KEY) as client:
        yield client


def measured(outcome: Outcome, n: int, took_s: float = 5.0, model: str = NANO) -> None:
    for _ in range(n):
        wiring.measurements().record(
            Sample(route="gemini", model=model, size="4K", at=time.time(), outcome=outcome, took_s=took_s)
        )


def test_an_estimate_is_told_and_nothing_is_written_or_sent(aws: Aws, functions: Functions, rows: Any) -> None:
    functions.with_key()
    before = rows()

    status, told, headers = functions.http("api.estimate")

    assert (status, headers["Cache-Control"]) == (200, "no-store")
    assert (told["n"], told["policy"], told["cost"]["best_usd"]) == (3, "cavendish", 0.339)
    assert [one["model"] for one in told["ladder"]][:2] == [NANO, PRO]
    assert rows() == before
    assert "Messages" not in aws("sqs").receive_message(QueueUrl=functions.queue_url)


def test_an_estimate_needs_a_key(functions: Functions) -> None:
    assert functions.http("api.estimate")[0] == 401


def test_what_a_submit_refuses_an_estimate_refuses_with_the_same_words(functions: Functions) -> None:
    functions.with_key()
    for name in ("api.estimate-with-faults", "api.estimate-over-budget"):
        body = event(name)["body"]

        estimate, submit = (functions.ask("POST", path, body) for path in ("/v1/estimate", "/v1/jobs"))

        assert estimate["statusCode"] == submit["statusCode"] == {"api.estimate-with-faults": 422}.get(name, 402)
        assert estimate["body"] == submit["body"]


def test_an_estimate_above_the_budget_of_the_day_is_refused_like_its_submit(functions: Functions) -> None:
    functions.with_key()
    wiring.budgets().limit("acme", Limits(per_day=10))
    body = event("api.estimate")["body"]

    estimate, submit = (functions.ask("POST", path, body) for path in ("/v1/estimate", "/v1/jobs"))

    assert (estimate["statusCode"], submit["statusCode"]) == (402, 402)
    assert json.loads(estimate["body"])["detail"] == json.loads(submit["body"])["detail"]


def test_an_estimate_knows_what_is_left_of_a_budget(functions: Functions) -> None:
    functions.with_key()
    wiring.budgets().limit("acme", Limits(per_day=200_000))
    told = functions.http("api.estimate")[1]

    assert told["n"] == 3
    assert (told["method"], told["cost"]["worst_usd"]) == ("walks", 0.2)
    assert told["delivered"] < 1


def test_what_was_measured_is_what_an_estimate_goes_by(functions: Functions) -> None:
    functions.with_key()
    measured(Outcome.OK, 20)

    first = functions.http("api.estimate")[1]["ladder"][0]

    assert (first["basis"], first["source"]) == ("measured", "20 calls of this deployment")
    assert first["typical_s"] == pytest.approx(5, rel=0.06)


@pytest.mark.parametrize(("learning", "first"), [("on", PRO), ("off", NANO)])
def test_the_ladder_is_routed_as_dispatch_would(
    functions: Functions, monkeypatch: pytest.MonkeyPatch, learning: str, first: str
) -> None:
    monkeypatch.setenv("LEARNING", learning)
    functions.with_key()
    measured(Outcome.OK, 20, took_s=300.0)
    measured(Outcome.OK, 20, model=PRO)

    assert functions.http("api.estimate")[1]["ladder"][0]["model"] == first


def test_where_nothing_can_be_measured_the_articles_have_to_do(
    functions: Functions, monkeypatch: pytest.MonkeyPatch
) -> None:
    functions.with_key()
    monkeypatch.setattr(wiring.measurements(), "_table", "no-such-table")

    status, told, _ = functions.http("api.estimate")

    assert (status, told["ladder"][0]["basis"]) == (200, "articles")


def test_the_same_question_is_answered_alike(functions: Functions) -> None:
    functions.with_key()
    hurried = json.dumps({"prompt": "a lighthouse", "size": "4K", "policy": "s2-reliability", "deadline_s": 60})

    first, again = (json.loads(functions.ask("POST", "/v1/estimate", hurried)["body"]) for _ in range(2))

    assert first["method"] == "walks"
    assert first == again


def test_a_recommendation_needs_no_key_and_names_the_articles_rows(functions: Functions) -> None:
    status, told, headers = functions.http("api.recommend")

    assert (status, headers["Cache-Control"]) == (200, "public, max-age=300")
    assert told["submit"] == {"size": "2K", "model": PRO, "policy": "cavendish"}
    assert [(one["decides"], one["row"]) for one in told["why"]][:2] == [("size", "S0.05"), ("model", "S1.10")]


def test_parameters_that_there_are_not_are_all_told(functions: Functions) -> None:
    status, problem, headers = functions.http("api.recommend-with-faults")

    assert (status, problem["code"], headers["Content-Type"]) == (422, "invalid_query", "application/problem+json")
    assert {one["pointer"] for one in problem["errors"]} == {"/use_case", "/needs", "/critical", "/colour", "/size"}
    assert {one["in"] for one in problem["errors"]} == {"query"}


def test_the_client_estimates_and_asks_what_to_ask_for(client: Client) -> None:
    asked = client.recommend(use_case="large_print", needs="text")["submit"]

    assert client.estimate("a lighthouse", **asked)["ladder"][0]["model"] == asked["model"] == PRO
    with pytest.raises(Problem, match="max_cost_usd"):
        client.estimate("a lighthouse", max_cost_usd=0.001)
