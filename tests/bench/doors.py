"""What a submit costs at the door, cold and warm, beside a handler as its libraries' examples have it."""

import json
import os
import re
import shutil
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping

from tests.bench.door import DOORS
from tests.bench.serving import serving

RUNS = 7
#: Requests after the first one, in each run.
REQUESTS = 1000
_HEAD = f"""
## A submit at the door

The API's handler against one made of powertools' resolver with validation, and of four boto3 clients with a session
each (tests/bench/naive_api.py); it has no Tracer, which would cost it more. Both ask an AWS that answers at once. Cold
is all from the start of Python to the first answer, {RUNS} runs; valgrind counts the instructions. Warm is requests for
each second of CPU, {REQUESTS} in a row. The goals were 0.38 x cold and 4 x warm. Both are missed, because botocore
makes and signs the calls of either; it is four fifths of our warm request, and its work is no code we want to own.

| door | cold, CPU ms | cold, 10⁹ instructions | warm, requests per CPU second |
| --- | --- | --- | --- |
"""
_SETTINGS = {
    "AWS_ACCESS_KEY_ID": "test",
    "AWS_SECRET_ACCESS_KEY": "test",
    "AWS_DEFAULT_REGION": "us-east-1",
    "JOBS_TABLE": "jobs",
    "IMAGES_BUCKET": "images",
    "WORKFLOW_ARN": "arn:aws:states:us-east-1:123456789012:stateMachine:workflow",
    "API_ORIGIN": "",
}
_COUNTER = ["valgrind", "--tool=cachegrind", "--cache-sim=no", "--cachegrind-out-file=/dev/null"]
_COUNTED = re.compile(r"I\s+refs:\s+([0-9,]+)")


def table() -> str:
    """The section of docs/numbers.md."""
    with serving("tests.bench.aws") as url, tempfile.TemporaryDirectory() as compiled:
        # Compiled beforehand, as it is deployed: what the machine keeps or forbids to keep is not the handlers'.
        kept = {"PYTHONPYCACHEPREFIX": compiled, "PYTHONDONTWRITEBYTECODE": ""}
        queues = dict.fromkeys(("JOBS_QUEUE_URL", "BULK_JOBS_QUEUE_URL"), f"{url}/queue")
        figures = _figures({**os.environ, **_SETTINGS, **kept, **queues, "AWS_ENDPOINT_URL": url})
    return _HEAD + "\n".join(_rows(figures)) + "\n"


def _figures(environment: Mapping[str, str]) -> dict[str, list[float]]:
    """Each door's figures, in the order of the columns; the doors take turns, so that the machine's moods hit both."""
    for door in DOORS:
        _run(door, 0, environment)
    rounds = [{door: json.loads(_run(door, REQUESTS, environment)) for door in DOORS} for _ in range(RUNS)]
    return {
        door: [
            statistics.median(one[door]["cold_ms"] for one in rounds),
            _instructions(door, environment),
            REQUESTS / statistics.median(one[door]["warm_s"] for one in rounds),
        ]
        for door in DOORS
    }


def _run(door: str, requests: int, environment: Mapping[str, str], *under: str) -> str:
    command = [*under, sys.executable, "-m", "tests.bench.door", door, str(requests)]
    done = subprocess.run(
        command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, check=True, text=True
    )
    return done.stderr


def _instructions(door: str, environment: Mapping[str, str]) -> float:
    """In thousands of millions; none where nothing can count them."""
    if not shutil.which(_COUNTER[0]):
        return float("nan")
    counted = _COUNTED.search(_run(door, 0, environment, *_COUNTER))
    assert counted, "valgrind says how many"
    return int(counted[1].replace(",", "")) / 1e9


def _rows(figures: Mapping[str, list[float]]) -> Iterator[str]:
    for door, (cold_ms, instructions, warm) in figures.items():
        yield f"| {door} | {cold_ms:.0f} | {instructions:.2f} | {warm:.0f} |"
    ours, theirs = figures["cavendish"], figures["naive"]
    ratios = [f"{one / other:.2f} x" for one, other in zip(ours, theirs, strict=True)]
    yield f"| against naive | {' | '.join(ratios)} |"
