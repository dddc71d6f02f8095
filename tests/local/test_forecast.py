"""`cavendish plan` and `cavendish simulate`, as somebody types them: without a deployment, without a call."""

import pytest
from typer.testing import CliRunner, Result

from cavendish_client.cli import app

RUNNER = CliRunner()


def typed(*words: str, **environment: str | None) -> Result:
    return RUNNER.invoke(app, words, env=environment)


def cells(result: Result, *start: str) -> list[str]:
    """The cells of the first line that begins so."""
    assert result.exit_code == 0, result.stderr
    lines = (line.split() for line in result.stdout.splitlines())
    return next(line for line in lines if line[: len(start)] == list(start))


def test_plan_prints_the_articles_calls_for_a_hundred_pictures() -> None:
    told = typed("plan", "--n", "100", "--size", "4K")

    assert cells(told, "gemini-3-pro-image", "4K")[2:5] == ["200", "$0.24", "$24.00-$48.00"]
    assert cells(told, "gemini-3-pro-image", "2K")[2:5] == ["118", "$0.14", "$14.00-$16.52"]
    assert "S2.21, S2.08" in told.stdout


def test_plan_prints_the_real_prices_of_s1_13_and_the_share_of_s2_17() -> None:
    told = typed("plan", "--n", "1", "--size", "4K")

    assert cells(told, "gemini-3-pro-image", "1K")[3] == "$0.139"
    assert cells(told, "gemini-3.1-flash-image", "1K")[3] == "$0.08"
    assert "0.14 / 0.24 = 58%" in told.stdout


@pytest.mark.parametrize(("size", "total"), [("4K", "$120.00-$150.00"), ("1K", "$40.00-$60.00")])
def test_plan_prints_what_a_thousand_pictures_a_day_cost(size: str, total: str) -> None:
    told = typed("plan", "--n", "1000", "--size", size, "--model", "nano-banana-2")

    assert total in told.stdout
    assert "gemini-3-pro-image  4K    200" not in told.stdout


def test_plan_prints_the_ladder_of_a_policy_with_where_its_chances_are_from() -> None:
    told = typed("plan", "--size", "4K", "--preset", "s2-reliability")

    assert cells(told, "gemini-3-pro-image", "gemini", "2K")[3:8] == ["2", "180", "s", "$0.134", "85%"]
    assert "S2.13: Pro succeeds" in told.stdout
    assert "100 pictures: " in told.stdout


def test_plan_says_all_that_is_wrong_with_what_is_asked() -> None:
    told = typed("plan", "--size", "8K", "--preset", "best")

    assert told.exit_code == 2
    assert "/size: '8K' is no size" in told.stderr
    assert "/policy: 'best' is no policy" in told.stderr


def test_plan_by_measurements_needs_a_deployment() -> None:
    told = typed("plan", "--measured", API=None, KEY=None)

    assert (told.exit_code, told.stdout) == (2, "")
    assert "Set API to the address of a deployment" in told.stderr


@pytest.mark.parametrize("api", ["http://127.0.0.1:1", "nowhere", "http://[", "http://"])
def test_plan_by_measurements_says_that_the_api_was_not_reached_as_stats_does(api: str) -> None:
    planned, counted = (typed(*words, API=api, KEY="x") for words in (("plan", "--measured"), ("stats",)))

    assert planned.stderr.startswith("The API was not reached: ")
    assert (planned.exit_code, planned.stdout, planned.stderr) == (counted.exit_code, "", counted.stderr)


def test_simulate_prints_the_walk_with_waits_and_costs() -> None:
    told = typed("simulate", "--preset", "s2-reliability", "--size", "4K", "--outcomes", "timed_out,overloaded,ok")

    lines = told.stdout.splitlines()
    assert [" ".join(line.split()[5:]) for line in lines[1:4]] == [
        "660 s timed_out unknown $0.24 again after 60 s",
        "10 s overloaded no $0.00 again after 120 s",
        "60 s ok yes $0.24 done",
    ]
    assert lines[4] == "3 calls in 910 s, $0.48, of which $0.24 may be paid without a picture"


@pytest.mark.parametrize("outcomes", ["timed_out,late", "", ",", "ok,,ok", "ok,"])
def test_simulate_names_an_outcome_that_there_is_not(outcomes: str) -> None:
    told = typed("simulate", "--outcomes", outcomes)

    assert told.exit_code == 2
    assert "is no outcome; there are ok, throttled" in told.stderr
