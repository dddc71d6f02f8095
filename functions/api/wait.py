"""Prefer: wait=N (RFC 7240): the door waits with the caller. It looks at the job's row, for nobody could wake it."""

import re
import time
from collections.abc import Callable, Iterator
from itertools import chain, repeat
from typing import Final

from aws_lambda_powertools.event_handler.router import APIGatewayHttpRouter

import wiring
from api.headers import split
from cavendish.errors import JobGone
from cavendish.job import Job

#: API Gateway gives up after 29 seconds.
_LONGEST_S: Final = 25
#: What is kept of the function's own time for the answer, in seconds.
_MARGIN_S: Final = 2.0
#: The pauses between looks, in seconds: most jobs end late, some at once.
_FIRST_PAUSES_S: Final = (0.2, 0.3, 0.4, 0.6, 0.8)
_PAUSE_S: Final = 1.0
_WAIT: Final = re.compile(r'wait\s*=\s*("?)([0-9]+)\1', re.IGNORECASE)


def for_end(router: APIGatewayHttpRouter, job: Job) -> tuple[Job, dict[str, str]]:
    """The job as it stands after as much waiting as the caller prefers, and the header that tells of it."""
    seconds = preferred(router.current_event.headers.get("prefer"))
    if seconds is None:
        return job, {}
    left_s = router.lambda_context.get_remaining_time_in_millis() / 1000 - _MARGIN_S
    job = until_ended(job, min(seconds, left_s), read=wiring.jobs().get, clock=time.monotonic, sleep=time.sleep)
    return job, {"Preference-Applied": f"wait={seconds}"}


def preferred(prefer: str | None) -> int | None:
    """How long the caller would wait, in seconds; None: it says nothing, or nothing that can be read."""
    preferences = (split(one, ";")[:1] for one in split(prefer or "", ","))
    matches = (match for one in preferences for said in one if (match := _WAIT.fullmatch(said)))
    first = next(matches, None)
    return _clipped(first[2].lstrip("0")) if first else None


def _clipped(digits: str) -> int:
    """Python reads no number of thousands of digits."""
    return _LONGEST_S if len(digits) > 2 else min(int(digits or "0"), _LONGEST_S)


def until_ended(
    job: Job,
    seconds: float,
    *,
    read: Callable[[str], Job | None],
    clock: Callable[[], float],
    sleep: Callable[[float], None],
) -> Job:
    """Look again and again until the job has ended or the time is over. Raises JobGone if it is deleted meanwhile."""
    until = clock() + seconds
    for pause in _pauses():
        left = until - clock()
        if job.ended or left <= 0:
            break
        sleep(min(pause, left))
        seen = read(job.id)
        if seen is None:
            raise JobGone
        job = seen
    return job


def _pauses() -> Iterator[float]:
    return chain(_FIRST_PAUSES_S, repeat(_PAUSE_S))
