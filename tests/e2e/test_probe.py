"""A route is probed: what it would cost is said first, one call is made for each size, and what came back is judged."""

import json
import os
import pty
import re
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from cavendish.catalog.file import catalog
from cavendish_client.probe.command import PROMPT
from tests.e2e.cloud import Cloud

CAVENDISH = str(Path(sys.executable).with_name("cavendish"))
README = (Path(__file__).parents[2] / "README.md").read_text()
PRO = "gemini-3-pro-image"
#: So many commands at once, each a process of its own.
AT_ONCE = 4
#: Where a price is by the token, the prompt and the thoughts are paid beside the picture.
TOKENS = 0.25
#: One of each kind: its own picture, sizes of its own, a task, a link, one price. test_routes.py calls them all.
ROUTES = ("gemini", "openai", "openoctopus", "nanobananaapi", "apiyi")


def probed(cloud: Cloud, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """`cavendish probe`, where nobody sits at the terminal."""
    known = {"PATH": os.environ["PATH"], "API": cloud.running.api, "KEY": cloud.running.key, **environment}
    command = [CAVENDISH, "probe", *arguments]
    return subprocess.run(command, env=known, stdin=subprocess.DEVNULL, capture_output=True, check=False, text=True)


def sizes_called(cloud: Cloud, before: int) -> list[str]:
    return [call["size"] for call in cloud.models.calls(PROMPT)[before:]]


@pytest.fixture
def before(cloud: Cloud) -> int:
    """How many calls probes have made so far."""
    return len(cloud.models.calls(PROMPT))


def offered(route: str) -> set[str]:
    return {size for offer in catalog().routes[route].models.values() for size in offer.sizes}


@pytest.fixture(scope="module")
def truthful(cloud: Cloud) -> dict[str, subprocess.CompletedProcess[str]]:
    """A probe of each route, some at once: every model of the local cloud does what it is asked."""
    before = len(cloud.models.calls(PROMPT))
    routes = list(ROUTES)
    with ThreadPoolExecutor(AT_ONCE) as pool:
        done = list(pool.map(lambda route: probed(cloud, "--route", route, "--yes", "--json"), routes))
    assert len(cloud.models.calls(PROMPT)) - before == sum(len(offered(route)) for route in routes)
    return dict(zip(routes, done, strict=True))


@pytest.mark.parametrize("route", ROUTES)
def test_a_truthful_route_honours_all_that_it_offers_in_one_call_for_each_size(
    truthful: dict[str, subprocess.CompletedProcess[str]], route: str
) -> None:
    done = truthful[route]

    found = json.loads(done.stdout)
    assert (done.returncode, found["honours"]) == (0, True), done.stderr + done.stdout
    assert {one["size"] for one in found["calls"]} == offered(route)
    assert all(one["got"] and one["mime"] and one["answered_by"] == one["model"] for one in found["calls"])


def test_where_pictures_have_a_price_the_cost_is_the_one_that_was_said(
    truthful: dict[str, subprocess.CompletedProcess[str]],
) -> None:
    done = truthful["apiyi"]

    found = json.loads(done.stdout)
    assert found["expected_usd"] == found["cost_usd"] > 0
    assert [one["cost_usd"] for one in found["calls"]] == [one["price_usd"] for one in found["calls"]]
    assert f"about ${found['expected_usd']:.4f} by the list" in done.stderr


def test_where_tokens_have_a_price_the_cost_is_near_what_was_said(cloud: Cloud) -> None:
    done = probed(cloud, "--route", "gemini", "--model", PRO, "--size", "1K", "--size", "4K", "--yes", "--json")

    for one in json.loads(done.stdout)["calls"]:
        assert one["cost_usd"] == pytest.approx(one["price_usd"], rel=TOKENS)
        assert not one["estimated"]


def test_a_route_that_ignores_the_size_is_found_out_by_its_pixels(cloud: Cloud, before: int) -> None:
    cloud.models.script(PROMPT, "ok", "size=1K")

    done = probed(cloud, "--route", "gemini", "--model", PRO, "--size", "1K", "--size", "4K", "--yes", "--json")

    verdicts = {one["size"]: one["verdict"] for one in json.loads(done.stdout)["calls"]}
    assert verdicts == {"1K": "honours size and ratio", "4K": "gave 1376x768: ignores size"}
    assert (done.returncode, sizes_called(cloud, before)) == (1, ["1K", "4K"])


@pytest.mark.parametrize("fault", ["503", "429", "truncated", "not-image", "garbled", "drop", "no-image", "bad-key"])
def test_whatever_comes_of_a_call_there_is_no_second_one(cloud: Cloud, before: int, fault: str) -> None:
    cloud.models.script(PROMPT, fault)

    done = probed(cloud, "--route", "gemini", "--size", "2K", "--yes", "--json")

    (one,) = json.loads(done.stdout)["calls"]
    assert (done.returncode, one["got"], sizes_called(cloud, before)) == (1, None, ["2K"])
    assert one["verdict"].startswith(f"{one['outcome']}: ")


def test_another_model_behind_a_route_is_named(cloud: Cloud) -> None:
    cloud.models.script(PROMPT, "version=gemini-2.5-flash-image")

    done = probed(cloud, "--route", "gemini", "--model", PRO, "--size", "1K", "--yes", "--json")

    (one,) = json.loads(done.stdout)["calls"]
    assert (done.returncode, one["outcome"], one["answered_by"]) == (1, "wrong_model", "gemini-2.5-flash-image")


def test_a_cost_that_nobody_counted_is_marked(cloud: Cloud) -> None:
    cloud.models.script(PROMPT, "usage=none")

    done = probed(cloud, "--route", "gemini", "--model", PRO, "--size", "1K", "--yes")

    assert done.returncode == 0
    assert f"about ${catalog().model(PRO).price.image['1K']:.4f}" in done.stdout


def test_without_a_yes_nothing_is_sent_and_the_cost_is_told(cloud: Cloud, before: int) -> None:
    done = probed(cloud, "--route", "gemini")

    assert (done.returncode, done.stdout, sizes_called(cloud, before)) == (2, "", [])
    assert re.search(r"4 calls on the route gemini, about \$0\.\d{4} by the list", done.stderr)
    assert "Nothing was sent: there is nobody to ask; say --yes" in done.stderr


@pytest.mark.parametrize(("said", "code", "called"), [("n", 2, []), ("", 2, []), ("y", 0, ["1K"])])
def test_whoever_sits_at_the_terminal_is_asked(
    cloud: Cloud, before: int, said: str, code: int, called: list[str]
) -> None:
    ours, theirs = pty.openpty()
    os.write(ours, f"{said}\n".encode())
    try:
        known = {"PATH": os.environ["PATH"], "API": cloud.running.api, "KEY": cloud.running.key}
        command = [CAVENDISH, "probe", "--route", "gemini", "--size", "1K"]
        done = subprocess.run(command, env=known, stdin=theirs, capture_output=True, check=False, text=True)
    finally:
        os.close(ours)
        os.close(theirs)

    assert "Spend it? [y/N]" in done.stderr
    assert (done.returncode, sizes_called(cloud, before)) == (code, called)


@pytest.mark.parametrize(
    ("asked", "sentence"),
    [
        (["--route", "gemeni"], "There is no route gemeni; there are gemini, "),
        (["--route", "gemini", "--model", "dall-e"], "There is no model dall-e; the route gemini leads to gemini-"),
        (
            ["--route", "gemini", "--model", "gpt-image-2"],
            "The route gemini does not lead to gpt-image-2; it leads to ",
        ),
        (["--route", "openai", "--size", "4K"], "The route openai does not offer any model at 4K; it does at 1K, 2K."),
    ],
)
def test_what_there_is_not_is_named_in_a_sentence(cloud: Cloud, before: int, asked: list[str], sentence: str) -> None:
    done = probed(cloud, *asked, "--yes")

    assert (done.returncode, done.stdout, sizes_called(cloud, before)) == (2, "", [])
    assert done.stderr.startswith(sentence)
    assert done.stderr.count("\n") == 1


@pytest.mark.parametrize(
    ("environment", "sentence"),
    [
        ({"KEY": ""}, "Set KEY"),
        ({"API": ""}, "Which deployment?"),
        ({"API": "http://127.0.0.1:9"}, "The API was not reached"),
        ({"KEY": "cav_wrong"}, "(401)"),
    ],
)
def test_a_deployment_that_does_not_answer_is_told_in_a_sentence(
    cloud: Cloud, environment: dict[str, str], sentence: str
) -> None:
    done = probed(cloud, "--route", "gemini", "--size", "1K", "--yes", **environment)

    assert (done.returncode, done.stdout) == (2, "")
    assert sentence in done.stderr.splitlines()[0]


def test_the_command_of_the_readme_shows_a_row_for_each_size(cloud: Cloud) -> None:
    command = re.search(r"`\.venv/bin/cavendish probe (.+?)`", README)
    assert command

    done = probed(cloud, *command[1].split(), "--yes")

    assert done.returncode == 0
    rows = [row for row in done.stdout.splitlines() if "honours size and ratio" in row]
    assert [re.search(r"(512|[124]K) 16:9", row)[1] for row in rows] == ["512", "1K", "2K", "4K"]  # type: ignore[index]
    assert all(re.search(r"image/(png|jpeg).*\$0\.\d{4}", row) for row in rows)
