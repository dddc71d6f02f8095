"""When a caller should ask again: as soon as the step that its job is at can have brought something new."""

import math
from typing import Final

from cavendish.attempt import Attempt, position
from cavendish.job import Job, Status
from cavendish.plan import follow

#: Nobody is told to wait less or longer than this, in seconds.
LEAST_S: Final = 1
MOST_S: Final = 30
#: A job that stands between two steps: its messages take about a second.
_BETWEEN_S: Final = 2
#: Whoever asks this often in the time that a job has stood in a queue is told soon enough when it leaves it.
_LOOKS_IN_QUEUE: Final = 10
#: A call's limit is about twice what the model needs at worst; asked this often in it, the end is not long unseen.
_LOOKS_IN_LIMIT: Final = 20


def ask_again_s(job: Job, attempts: list[Attempt], now: float) -> int | None:
    """Seconds until it is worth asking again: the soonest of all images. None: never, the job has ended."""
    if job.ended:
        return None
    latest = {one.key.image: one for one in attempts}
    steps = [_step_s(job, one, attempts, now) for one in latest.values()]
    if len(latest) < job.request.n:
        steps.append(_between_s(job.updated_at, now))
    soonest_s = min(steps)
    return max(LEAST_S, min(MOST_S, math.ceil(soonest_s if soonest_s < math.inf else _BETWEEN_S)))


def _step_s(job: Job, latest: Attempt, attempts: list[Attempt], now: float) -> float:
    """What the step that an image is at may still take, or a share of it; no time ends an image that has ended."""
    if latest.report is None or latest.ended_at is None:
        return latest.call.limit_s / _LOOKS_IN_LIMIT
    between_s = _between_s(latest.ended_at, now)
    if job.plan is None or job.status is Status.CANCELLING:
        return between_s
    after = follow(job.plan, position(attempts, latest), latest.report, now=latest.ended_at, chance=0.0)
    if after.position is None:
        return math.inf
    # Only the workflow knows what jitter made of the wait; this is the shortest it can be.
    return max(between_s, latest.ended_at + after.wait_s - now)


def _between_s(since: float, now: float) -> float:
    """Messages take a moment; what has stood in a queue for long will stand there a little longer."""
    return max(_BETWEEN_S, (now - since) / _LOOKS_IN_QUEUE)
