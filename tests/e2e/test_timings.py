"""How long an attempt took, phase by phase: what is shown adds up to what passed between its start and its end."""

from datetime import datetime
from typing import Any

import pytest

from tests.e2e.cloud import Cloud

#: Seconds of the real models; the cloud's time is a hundred times faster.
SLOW, SLOWER = 200, 400
PHASES = {"connect", "upstream", "download", "decode", "store"}


def elapsed(attempt: dict[str, Any]) -> float:
    started, ended = (datetime.fromisoformat(attempt[name]) for name in ("started_at", "ended_at"))
    return (ended - started).total_seconds()


@pytest.mark.parametrize(
    ("answer", "slowest"), [(f"ok after={SLOWER}s", "upstream"), (f"drip after={SLOW}s over={SLOWER}s", "download")]
)
def test_the_phases_of_a_call_add_up_to_the_time_that_it_took(cloud: Cloud, answer: str, slowest: str) -> None:
    cloud.made(size="1K")
    (attempt,) = cloud.made(answer, size="1K")["attempts"]
    timings = attempt["timings"]

    assert set(timings) == PHASES
    assert max(timings, key=timings.__getitem__) == slowest
    assert elapsed(attempt) > 3
    assert sum(timings.values()) == pytest.approx(elapsed(attempt), rel=0.05)
