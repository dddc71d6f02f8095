"""A hundred jobs at once in calm weather: each is made, once, and the machine says how fast."""

import sys
import time

import pytest

from tests.e2e.cloud import Cloud

JOBS = 100
#: On two cores that have nothing else to do it takes a third of this.
WITHIN_S = 180


def test_a_hundred_jobs_at_once_all_succeed(cloud: Cloud, capsys: pytest.CaptureFixture[str]) -> None:
    prompt, began = cloud.prompt(), time.monotonic()
    jobs = cloud.submit_all([{"prompt": f"{prompt}, {number}", "size": "1K"} for number in range(JOBS)])
    accepted = time.monotonic() - began
    ended = cloud.all_ended([job["id"] for job in jobs], WITHIN_S)
    took = time.monotonic() - began
    with capsys.disabled():
        sys.stdout.write(
            f"\n{JOBS} jobs: accepted in {accepted:.1f} s, ended in {took:.1f} s, {JOBS / took:.1f} a second\n"
        )
    assert {job["status"] for job in ended} == {"succeeded"}
    assert len({call["prompt"] for call in cloud.models.calls(prompt)}) == len(cloud.models.calls(prompt)) == JOBS
