"""How it goes, at the handler and at the command: providers for everybody with a key, statistics for each tenant."""

import json
import re
from collections.abc import Iterator
from typing import Any

import pytest
from typer.testing import CliRunner, Result

import wiring
from api import handler
from cavendish.health.doors import Closure
from cavendish.health.health import Sample
from cavendish.health.permits import Permit
from cavendish.health.sketch import Sketch
from cavendish.outcome import Outcome
from cavendish.stats.tally import KEPT_S, Sum, Tally
from cavendish_client import Client
from cavendish_client.cli import app
from cavendish_client.stats.span import KEPT_DAYS
from tests.integration.gateway import gateway
from tests.integration.handlers import CONTEXT, JOB_ID, KEY, Functions, event
from wired import permits

pytestmark = pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")

PRO = "gemini-3-pro-image"


@pytest.fixture
def client(functions: Functions) -> Iterator[Client]:
    functions.with_key()
    with gateway() as api, Client(api, KEY) as client:
        yield client


def measured(n: int, **fields: Any) -> None:
    sample = {"route": "gemini", "model": PRO, "size": "1K", "at": wiring.clock(), "outcome": Outcome.OK, "took_s": 20}
    for _ in range(n):
        wiring.measurements().record(Sample.model_validate({**sample, **fields}))


def asked(query: str) -> dict[str, Any]:
    fields = event("api.stats")
    answer: dict[str, Any] = json.loads(handler({**fields, "rawQueryString": query}, CONTEXT)["body"])
    return answer


def a_finished_job(functions: Functions, **fields: Any) -> None:
    """The events' job, with the one attempt that its worker could make, settled."""
    functions.with_key()
    functions.with_running_job(json.dumps({"prompt": "p", "size": "1K", **fields}))
    functions.call("generate", "generate.attempt")
    functions.call("settle", "settle.workflow")


def test_the_providers_need_a_key(functions: Functions) -> None:
    assert functions.http("api.providers")[0] == 401


def test_the_providers_are_told_with_what_was_measured_and_what_is_closed(functions: Functions) -> None:
    functions.with_key()
    measured(8)
    wiring.closures().close(
        Closure(route="vertex", model=PRO, until=wiring.clock() + 60, reason="its quota is used up")
    )

    status, told, headers = functions.http("api.providers")

    found = {one["route"]: {model["id"]: model["sizes"] for model in one["models"]} for one in told["providers"]}
    assert (status, headers["Cache-Control"]) == (200, "no-store")
    assert (found["gemini"][PRO][0]["calls"], found["gemini"][PRO][0]["catalogue"]) == (8, None)
    assert {one["state"] for one in found["vertex"][PRO]} == {"closed"}


@pytest.mark.parametrize("ways", [{"S": "gemini#m#1K"}, {"L": [{"S": "gemini#m#1K"}]}, {"N": "1"}, None])
def test_a_row_of_ways_that_cannot_be_read_is_as_if_it_were_not_there_and_logged_once(
    functions: Functions, caplog: pytest.LogCaptureFixture, ways: dict[str, Any] | None
) -> None:
    functions.with_key()
    hour = int(wiring.clock() // 3600) * 3600
    row = {"pk": {"S": "WAYS"}, "sk": {"S": f"1#3600#{hour:012}"}, **({"ways": ways} if ways else {})}
    wiring.client("dynamodb").put_item(TableName=wiring.setting("JOBS_TABLE"), Item=row)

    assert functions.http("api.providers")[0] == 200
    assert caplog.messages.count("health.unreadable") == 1


def test_a_model_that_throttled_is_told_with_how_many_calls_may_run_at_once(functions: Functions) -> None:
    functions.with_key()
    permits.table().throttled(Permit(route="vertex", model=PRO), wiring.clock())

    _, told, _ = functions.http("api.providers")

    found = {(one["route"], model["id"]): model["concurrency"] for one in told["providers"] for model in one["models"]}
    assert {way: calls for way, calls in found.items() if calls is not None} == {("vertex", PRO): 8}


def test_which_keys_are_set_is_told_after_a_job_was_planned_and_no_key_ever(functions: Functions, aws: Any) -> None:
    secret = aws("secretsmanager")
    secret.put_secret_value(
        SecretId=wiring.setting("PROVIDER_KEYS_SECRET"),
        SecretString='{"gemini": "cav-secret", "openai-compatible": "s2"}',
    )
    functions.with_key()
    functions.with_job()
    functions.call("dispatch", "dispatch.job")

    _, told, _ = functions.http("api.providers")

    keyed = {one["route"]: one["usable"] for one in told["providers"] if one["key"]}
    assert keyed == {"gemini": True, "openai-compatible": False}
    assert "cav-secret" not in json.dumps(told)


def test_what_was_told_is_told_again_for_some_seconds(functions: Functions, monkeypatch: pytest.MonkeyPatch) -> None:
    functions.with_key()
    now = 10 * (wiring.clock() // 10)
    monkeypatch.setattr(wiring, "clock", lambda: now)
    first = functions.http("api.providers")[1]
    measured(1)

    assert functions.http("api.providers")[1] == first
    now += 10
    assert functions.http("api.providers")[1] != first


def test_a_job_that_ended_is_in_the_statistics_of_its_tenant(functions: Functions) -> None:
    a_finished_job(functions, tags=["snow", "b"])

    by_way, by_tag, by_all = asked("by=model,size,route,hour"), asked("by=tag"), asked("by=model,size,route,tag,hour")

    (one,) = by_way["groups"]
    assert (one["count"], one["successes"], one["route"], one["tag"]) == (1, 0, "gemini", None)
    assert re.fullmatch(r"20..-..-..T..:00:00Z", one["hour"])
    assert [(one["tag"], one["count"]) for one in by_tag["groups"]] == [("b", 1), ("snow", 1)]
    assert by_all["groups"] == [{**one, "tag": tag} for tag in ("b", "snow")]


def test_a_job_without_tags_is_in_a_group_whose_tag_is_null(functions: Functions) -> None:
    a_finished_job(functions)

    (by_tag,), (by_all,) = asked("by=tag")["groups"], asked("by=model,size,route,tag,hour")["groups"]

    assert (by_tag["tag"], by_tag["count"], by_tag["model"]) == (None, 1, None)
    assert (by_all["tag"], by_all["count"], by_all["route"]) == (None, 1, "gemini")


def test_statistics_need_a_key(functions: Functions) -> None:
    assert functions.http("api.stats")[0] == 401


def test_statistics_are_those_of_the_keys_tenant(functions: Functions) -> None:
    functions.with_key()
    hour = int(wiring.clock() // 3600) * 3600
    wiring.statistics().add("other", [Sum(hour, "way", ("gemini", PRO, "1K"), Tally(calls=1))])

    assert functions.http("api.stats")[1]["groups"] == []


def test_every_fault_of_a_query_is_told(functions: Functions) -> None:
    functions.with_key()

    status, problem, headers = functions.http("api.stats-with-faults")

    assert (status, problem["code"], headers["Content-Type"]) == (422, "invalid_query", "application/problem+json")
    assert {one["pointer"] for one in problem["errors"]} == {"/by", "/since", "/until", "/limit"}


def test_a_cancelled_job_is_in_the_statistics_too(functions: Functions) -> None:
    functions.with_key()
    functions.with_running_job()
    functions.call("generate", "generate.attempt")
    functions.http("api.cancel")

    assert [one["count"] for one in asked("")["groups"]] == [1]


def test_where_statistics_cannot_be_kept_a_job_ends_all_the_same(
    functions: Functions, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(wiring.statistics(), "_table", "no-such-table")
    a_finished_job(functions)

    job = wiring.jobs().get(JOB_ID)
    assert job is not None
    assert job.ended


def command(*options: str, api: str, **environment: str) -> Result:
    return CliRunner().invoke(app, ["stats", *options], env={"API": api, "KEY": KEY, **environment})


def test_the_command_shows_a_row_for_each_group(client: Client) -> None:
    hour = int(wiring.clock() // 3600) * 3600
    tally = Tally(calls=12, made=8, spent=1_072_000)
    wiring.statistics().add("acme", [Sum(hour, "way", ("gemini", PRO, size), tally) for size in ("1K", "4K")])

    shown = command("--by", "model,size", "--since", "2h", api=client._api)
    whole = command("--by", "size", "--json", api=client._api)

    rows = [re.findall(r"[\w.$%-]+", line) for line in shown.stdout.splitlines() if PRO in line]
    assert shown.exit_code == 0, shown.stderr
    assert rows == [[PRO, size, "12", "8", "66.7%", "-", "-", "-", "$1.0720", "1.50"] for size in ("1K", "4K")]
    assert [one["size"] for one in json.loads(whole.stdout)["groups"]] == ["1K", "4K"]


def test_the_command_shows_tags_by_model(client: Client) -> None:
    hour = int(wiring.clock() // 3600) * 3600
    sums = [Sum(hour, "tag", ("snow", "gemini", PRO, size), Tally(calls=3, made=2)) for size in ("1K", "4K")]
    wiring.statistics().add("acme", sums)

    shown = command("--by", "tag,model", api=client._api)

    rows = [re.findall(r"[\w.$%-]+", line) for line in shown.stdout.splitlines() if PRO in line]
    assert shown.exit_code == 0, shown.stderr
    assert rows == [["snow", PRO, "6", "4", "66.7%", "-", "-", "-", "$0.0000", "1.50"]]


def test_the_command_shows_a_dash_for_jobs_without_tags_and_times_from_the_first_picture_on(client: Client) -> None:
    hour = int(wiring.clock() // 3600) * 3600
    tally = Tally(calls=1, made=1, times=Sketch.of([20]))
    wiring.statistics().add("acme", [Sum(hour, "tag", ("", "gemini", PRO, "1K"), tally)])

    shown = command("--by", "tag,model", api=client._api)

    (row,) = [re.findall(r"[\w.$%-]+", line) for line in shown.stdout.splitlines() if PRO in line]
    assert shown.exit_code == 0, shown.stderr
    assert row[:5] == ["-", PRO, "1", "1", "100.0%"]
    assert float(row[5]) == pytest.approx(20, rel=0.05)


@pytest.mark.parametrize(("since", "more"), [("90d", True), ("2001-01-01T00:00Z", True), ("36d", True), ("35d", False)])
def test_the_command_says_how_long_sums_are_kept_and_shows_what_there_is(
    client: Client, since: str, more: bool
) -> None:
    hour = int(wiring.clock() // 3600) * 3600
    wiring.statistics().add("acme", [Sum(hour, "way", ("gemini", PRO, "1K"), Tally(calls=3))])

    shown = command("--since", since, "--json", api=client._api)

    assert shown.exit_code == 0, shown.stderr
    assert [one["count"] for one in json.loads(shown.stdout)["groups"]] == [3]
    assert ("kept for 35 days" in shown.stderr) is more


def test_the_command_knows_how_long_sums_are_kept() -> None:
    assert KEPT_DAYS * 86_400 == KEPT_S


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        (["--since", "soon"], "soon is no time"),
        (["--by", "colour"], "/by: "),
    ],
)
def test_the_command_says_what_is_wrong(client: Client, options: list[str], sentence: str) -> None:
    done = command(*options, api=client._api)

    assert (done.exit_code, done.stdout) == (1, "")
    assert sentence in done.stderr


def test_the_command_says_which_key_is_missing(client: Client) -> None:
    done = command(api=client._api, KEY="")

    assert (done.exit_code, done.stdout) == (1, "")
    assert "Set KEY" in done.stderr


def test_the_client_asks_how_the_providers_do(client: Client) -> None:
    assert next(one["route"] for one in client.providers()["providers"]) == "gemini"
