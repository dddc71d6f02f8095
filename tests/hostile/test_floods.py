"""Whatever a provider sends, an attempt ends by its limit, in a named outcome, in little memory, and is paid once."""

import json
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.hostile.floods import FLOODS
from tests.integration.sockets import Server

ROOT = Path(__file__).parents[2]
#: What an attempt may add to the process's memory, in MB: eight are the text of an answer.
GROWS_MB = 24
#: What may lie in temporary files at once, in MB: 512 of base64.
FILES_MB = 384
#: How much later than its limit an attempt may end on a busy machine, in seconds.
LATE_S = 0.75

Suffer = Callable[[str, int], dict[str, Any]]


@pytest.fixture(scope="module")
def suffer() -> Iterator[Suffer]:
    """Makes an attempt in a process of its own, and gives what it says of it."""
    command = [sys.executable, "-m", "tests.hostile.victim"]
    with subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        stdin, stdout = process.stdin, process.stdout
        assert stdin
        assert stdout

        def attempt(url: str, limit_s: int) -> dict[str, Any]:
            stdin.write(json.dumps({"url": url, "limit_s": limit_s}) + "\n")
            stdin.flush()
            said: dict[str, Any] = json.loads(stdout.readline())
            return said

        with Server() as warm:
            attempt(warm.url, 5)
        yield attempt
        stdin.close()


@pytest.mark.parametrize("name", FLOODS)
def test_a_flood_ends_in_its_outcome_within_its_limits(suffer: Suffer, name: str) -> None:
    flood = FLOODS[name]
    with Server(list(flood.acts)) as server:
        said = suffer(server.url.replace("http", "https") if flood.tls else server.url, flood.limit_s)

    assert (said["outcome"], said["billed"]) == flood.end, said
    assert said["took_s"] < flood.limit_s + LATE_S, said
    assert said["grew_mb"] < GROWS_MB, said
    assert said["most_in_files_mb"] <= FILES_MB, said
    assert (said["files_left"], said["threads"]) == (0, 1), said
    assert len(server.requests) == flood.requests, said
    assert sum(request.startswith(b"POST") for request in server.requests) <= 1
