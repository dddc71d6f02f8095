"""Routing learns: a model that goes out is left alone after a few calls, and comes back when it does."""

from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from cavendish_client import JobView
from tests.e2e import bill
from tests.e2e.cloud import CALLERS, Cloud, running_cloud
from tests.e2e.eventually import eventually

#: A picture takes one second or three: seconds, so that the time that a failure is taken for is not all that counts.
TIME_SCALE = 0.15
FIRST = "gemini-nano-banana-2.1"
#: Before it goes out, while it is out, and each time that it is looked whether it is back.
BEFORE, DURING, AFTER = 24, 100, 8
#: So many jobs find it out: those in flight when it goes, and those that are planned and made by what their workers
#: believed a second before.
FINDING_OUT = 3 * CALLERS
#: Of the others one in sixteen is a probe (breaker.py), some of which ask twice: six calls in the mean, and more than
#: this once in 10,000 runs.
PROBES = 16
RETURNS_S = 120


@pytest.fixture(scope="module")
def learning(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cloud]:
    with running_cloud(tmp_path_factory.mktemp("learning"), weather="articles", time_scale=TIME_SCALE) as cloud:
        yield cloud


def made(cloud: Cloud, n: int) -> list[JobView]:
    """So many jobs, of which each caller submits one when its last has ended."""
    with ThreadPoolExecutor(CALLERS) as pool:
        return list(pool.map(lambda _: cloud.made(size="1K"), range(n)))


def called(jobs: Sequence[JobView]) -> list[dict[str, Any]]:
    """The attempts that really called a model."""
    return [one for job in jobs for one in job["attempts"] if one["outcome"] not in bill.NOT_CALLED]


def calls(jobs: Sequence[JobView], model: str) -> int:
    return sum(one["model"] == model for one in called(jobs))


def begin_with(jobs: Sequence[JobView], model: str) -> bool:
    """Whether most of them do."""
    return sum(called([job])[0]["model"] == model for job in jobs) > len(jobs) / 2


def test_traffic_leaves_a_model_that_went_out_and_returns_to_it(learning: Cloud) -> None:
    before = made(learning, BEFORE)
    assert begin_with(before, FIRST)

    learning.models.script("", *["503"] * 10 * DURING, model=FIRST)
    during = made(learning, DURING)
    assert {job["status"] for job in during} == {"succeeded"}
    assert calls(during[FINDING_OUT:], FIRST) <= PROBES
    assert not begin_with(during[FINDING_OUT:], FIRST)

    learning.models.forget()
    eventually(lambda: begin_with(made(learning, AFTER), FIRST), RETURNS_S)
    assert all(bill.matches(learning, job) for job in during)
