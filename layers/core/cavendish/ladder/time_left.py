"""How long a call may take, and whether one may still be made."""

from typing import Final

from cavendish.attempt import AttemptKey
from cavendish.ladder.plan import Call

#: No call may take longer than this, whatever a plan says, in seconds (architecture rule 5).
MAX_LIMIT_S: Final = 660
#: A later attempt that has less than this left until the deadline is not made, in seconds: hardly any model is as fast.
LEAST_S: Final = 5
#: What a worker keeps of its own time for storing and reporting, in seconds (architecture rule 5).
WORKER_MARGIN_S: Final = 30


def limit(call: Call, *, deadline_at: float, worker_until: float, now: float) -> int:
    """How long the call may take, in seconds: never longer than the job or the worker has, at least one second."""
    left = min(deadline_at - now, worker_until - now - WORKER_MARGIN_S, MAX_LIMIT_S, call.limit_s)
    return max(1, int(left))


def in_time(key: AttemptKey, *, deadline_at: float, now: float) -> bool:
    """Whether an attempt may still be made. The first of an image always may before the deadline; a later one is not
    worth paying for where next to no time is left for it."""
    first = (key.step, key.route, key.try_) == (0, 0, 0)
    return now < deadline_at if first else now + LEAST_S <= deadline_at
