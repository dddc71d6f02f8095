"""When a caller should ask again: as soon as the step that its job is at can have brought something new."""

import math
from collections.abc import Callable
from typing import Final

from cavendish.attempt import Attempt, position
from cavendish.health.sketch import Sketch
from cavendish.job import Job, Status
from cavendish.ladder.plan import Call, follow

#: How long a call can be expected to take.
Expect = Callable[[Call], Sketch]

#: Nobody is told to wait less or longer than this, in seconds.
LEAST_S: Final = 1
MOST_S: Final = 30
#: A job that stands between two steps: its messages take about a second.
_BETWEEN_S: Final = 2
#: Whoever asks this often in the time that a job has stood in a queue is told soon enough when it leaves it.
_LOOKS_IN_QUEUE: Final = 10
#: A call that takes longer than any before it may take all of its limit; asked this often in it, the end is not long
#: unseen.
_LOOKS_IN_LIMIT: Final = 20


def ask_again_s(job: Job, attempts: list[Attempt], now: float, expect: Expect) -> int | None:
    """Seconds until it is worth asking again: the soonest of all images. None: never, the job has ended.

    `expect` is asked only where a call is running.
    """
    if job.ended:
        return None
    latest = {one.key.image: one for one in attempts}
    steps = [_step_s(job, one, attempts, now, expect) for one in latest.values()]
    if len(latest) < job.request.n:
        steps.append(max(_between_s(job.updated_at, now), (job.starts_at or now) - now))
    soonest_s = min(steps)
    return max(LEAST_S, min(MOST_S, math.ceil(soonest_s if soonest_s < math.inf else _BETWEEN_S)))


def _step_s(job: Job, latest: Attempt, attempts: list[Attempt], now: float, expect: Expect) -> float:
    """What the step that an image is at may still take, or a share of it; no time ends an image that has ended."""
    if latest.report is None or latest.ended_at is None:
        return _call_s(latest.call, now - latest.started_at, expect(latest.call))
    between_s = _between_s(latest.ended_at, now)
    if job.plan is None or job.status is Status.CANCELLING:
        return between_s
    plan = job.plan.until(job.deadline_at)
    after = follow(plan, position(attempts, latest), latest.report, now=latest.ended_at, chance=0.0)
    if after.position is None:
        return math.inf
    # Only the workflow knows what jitter made of the wait; this is the shortest it can be.
    return max(between_s, latest.ended_at + after.wait_s - now)


def _call_s(call: Call, elapsed_s: float, times: Sketch) -> float:
    """The median of what is left to a call that has run for so long; its limit ends it in any case."""
    ends_s = times.quantile_beyond(0.5, elapsed_s)
    if ends_s is None or elapsed_s > call.limit_s:
        return call.limit_s / _LOOKS_IN_LIMIT
    return min(ends_s, call.limit_s) - elapsed_s


def _between_s(since: float, now: float) -> float:
    """Messages take a moment; what has stood in a queue for long will stand there a little longer."""
    return max(_BETWEEN_S, (now - since) / _LOOKS_IN_QUEUE)
