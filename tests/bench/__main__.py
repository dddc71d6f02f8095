"""Runs the benchmarks and writes docs/numbers.md."""

import json
import os
import platform
import statistics
import subprocess
import sys
from collections.abc import Iterator

from tests.bench import doors, lanes
from tests.bench.numbers import write_machine
from tests.bench.serving import serving
from tests.bench.ways import WAYS

PICTURE_BYTES = 20_100_000
RUNS = 3
_ENVIRONMENT = {
    **os.environ,
    "MALLOC_ARENA_MAX": "1",
    "AWS_ACCESS_KEY_ID": "test",
    "AWS_SECRET_ACCESS_KEY": "test",
    "AWS_DEFAULT_REGION": "us-east-1",
}
_HEAD = """# Numbers

Written by `make bench`. Only the ratios inside one run count: every way is measured beside the others, on the same
machine, in a process of its own, {runs} runs each, medians. A picture is a PNG of {size:.1f} MB that cannot be
compressed, in an answer of {body:.1f} MB; plain HTTP on loopback. Memory is the peak above the warmed baseline.

Measured with Python {python} on {machine}.

## One picture from the model's answer to the bucket

| way | pictures at once | peak MB | of one picture | CPU ms each | against ours |
| --- | --- | --- | --- | --- | --- |
"""


def _measure(way: str, url: str, together: int) -> dict[str, float]:
    command = [sys.executable, "-m", "tests.bench.ways", way, url, str(together)]
    runs = [json.loads(subprocess.check_output(command, env=_ENVIRONMENT)) for _ in range(RUNS)]
    return {name: statistics.median(run[name] for run in runs) for name in runs[0]}


def _rows() -> Iterator[str]:
    with serving("tests.bench.server", str(PICTURE_BYTES)) as url:
        for together in (1, 10):
            figures = {way: _measure(way, url, together) for way in WAYS}
            for way, one in figures.items():
                share = one["peak_mb"] * 1024 * 1024 / PICTURE_BYTES
                memory, ratio = f"{one['peak_mb']:.1f} | {share:.2f}", one["cpu_ms"] / figures["cavendish"]["cpu_ms"]
                yield f"| {way} | {together} | {memory} | {one['cpu_ms']:.0f} | {ratio:.1f} x |"


def main() -> None:
    """Measure, print and keep."""
    head = _HEAD.format(
        runs=RUNS,
        size=PICTURE_BYTES / 1e6,
        body=PICTURE_BYTES * 4 / 3 / 1e6,
        python=platform.python_version(),
        machine=f"{platform.machine()}, {os.cpu_count()} cores",
    )
    text = head + "\n".join(_rows()) + "\n" + doors.table() + lanes.table()
    write_machine(text)
    sys.stdout.write(text)


if __name__ == "__main__":
    main()
