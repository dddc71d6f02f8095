"""The README is true: its links lead somewhere, its commands exist, its example is the event that the tests use."""

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

from cavendish.ladder.policy import POLICIES
from cavendish.openapi.operations import OPERATIONS
from cavendish.request import JobRequest

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text()
LINKS = sorted(set(re.findall(r"\]\((?!https?:)([^)#]+)\)", README)))
#: Where a table's last column says "shown by", it names tests.
SHOWN = re.findall(r"^\|.*\| shown by \|\n((?:\|.*\n)+)", README, re.MULTILINE)
CLAIMS = sorted({name for table in SHOWN for name in re.findall(r"\| `([a-z_]+)` \|$", table, re.MULTILINE)})
#: What a webhook's way by HTTP is on the command line.
WEBHOOKS = sorted(set(re.findall(r"`([a-z]+)`", "".join(re.findall(r"/webhooks/\S+` \|([^|]*)\|", README)))))
#: What a batch's way by HTTP is on the command line.
BATCHES = sorted(set(re.findall(r"`((?:batch|drop) [^`]+)`", "".join(SHOWN))))
CAVENDISH = str(Path(sys.executable).with_name("cavendish"))
#: The commands of the README with all that follows them, and by their first words.
SPELLED = sorted(set(re.findall(r"\.venv/bin/cavendish ([a-z][^`\n]*)", README)))
COMMANDS = sorted({one.split()[0] for one in SPELLED})
PATHS = sorted(set(re.findall(r"`(GET|POST|DELETE|PATCH|PUT) (/v1/[^`?]+)", README)))
TARGETS = sorted(set(re.findall(r"^make (\w+)", README, re.MULTILINE)))


@pytest.mark.parametrize("link", LINKS)
def test_a_link_leads_to_a_file(link: str) -> None:
    assert (ROOT / link).exists()


@pytest.mark.parametrize("target", TARGETS)
def test_a_target_that_is_named_is_in_the_makefile(target: str) -> None:
    known = subprocess.run(["make", "-n", target], cwd=ROOT, capture_output=True, check=False)

    assert known.returncode == 0, known.stderr.decode()


def test_the_example_is_the_event_that_the_tests_submit() -> None:
    example = re.search(r"-d '(\{.*\})'", README)
    event = json.loads((ROOT / "events" / "api.submit.json").read_text())

    assert example
    assert json.loads(example[1]) == json.loads(event["body"])


def test_every_field_and_every_policy_is_in_the_table() -> None:
    table = set(re.findall(r"`([a-z0-9_-]+)`", README))

    assert set(JobRequest.model_fields) | set(POLICIES) <= table


@pytest.mark.parametrize("command", COMMANDS)
def test_a_command_that_is_named_is_one(command: str) -> None:
    done = subprocess.run([CAVENDISH, command, "--help"], capture_output=True, check=False)

    assert done.returncode == 0, done.stderr.decode()


@pytest.mark.parametrize("command", WEBHOOKS)
def test_a_command_for_webhooks_that_is_named_is_one(command: str) -> None:
    done = subprocess.run([CAVENDISH, "webhooks", command, "--help"], capture_output=True, check=False)

    assert done.returncode == 0, done.stderr.decode()


@pytest.mark.parametrize("command", BATCHES)
def test_a_command_for_batches_that_is_named_is_one_with_these_options(command: str) -> None:
    done = subprocess.run([CAVENDISH, *command.split(), "--help"], capture_output=True, check=False)

    assert done.returncode == 0, done.stderr.decode()


def test_every_table_of_claims_names_tests() -> None:
    assert [len(table.splitlines()) - 1 for table in SHOWN] == [table.count("` |\n") for table in SHOWN]
    assert len(SHOWN) == 3


@pytest.mark.parametrize("command", [one for one in SPELLED if one.split()[0] in ("plan", "simulate")])
def test_what_reckons_can_be_pasted_as_it_stands(command: str) -> None:
    done = subprocess.run([CAVENDISH, *command.split()], capture_output=True, check=False)

    assert done.returncode == 0, done.stderr.decode()


@pytest.mark.parametrize(("method", "path"), PATHS)
def test_a_path_that_is_named_is_an_operation(method: str, path: str) -> None:
    assert (method, path) in {(one.method, re.sub(r"{\w+}", "{id}", one.path)) for one in OPERATIONS}


@pytest.mark.parametrize("name", CLAIMS)
def test_what_is_claimed_is_shown_by_a_test_of_that_name(name: str) -> None:
    tests = "".join(path.read_text() for path in (ROOT / "tests").rglob("test_*.py") if path != Path(__file__))

    assert re.search(rf"^def test_\w*{name}", tests, re.MULTILINE)
