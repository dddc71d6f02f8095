"""When a delivery is tried again: the example table of Standard Webhooks 1.0, "Deliverability and reliability"."""

from typing import Final

#: Before each try, in seconds: ten tries in 75:35:05, if the tries themselves took no time.
DELAYS_S: Final = (0, 5, 300, 1_800, 7_200, 18_000, 36_000, 50_400, 72_000, 86_400)
#: A wait is longer by a tenth at most, so that what failed together is not sent together; never shorter, so that who
#: was down for three days is told even where chance is against it.
JITTER: Final = 0.1
#: Who answers 429, 502 or 504 is under load (the standard's table of statuses): the five seconds become a minute.
SLOW_S: Final = 60.0
#: A receiver can ask us to wait as long as the longest wait is; who asks for more would be forgotten.
RETRY_AFTER_MAX_S: Final = 86_400.0
#: The standard recommends 15 to 30 seconds for an answer.
LIMIT_S: Final = 15.0
#: SQS holds a message back so long at most; what waits longer is sent by the minute's sweep.
QUEUE_WAIT_MAX_S: Final = 900
#: Without a slot a delivery waits so long, in seconds, at first and at most: a receiver that is well soon has one free,
#: and of one that hangs each try takes 15 s.
NO_SLOT_S: Final = (2.0, 30.0)


def wait_s(tries: int, *, chance: float, slow: bool = False, retry_after_s: float | None = None) -> float | None:
    """How long to wait after so many tries; None: there is no other one. `chance` is from 0 to 1."""
    if tries >= len(DELAYS_S):
        return None
    planned = DELAYS_S[tries] * (1 + JITTER * chance)
    asked = min(retry_after_s or 0.0, RETRY_AFTER_MAX_S)
    return max(planned, asked, SLOW_S if slow else 0.0)


def no_slot_wait_s(turned_away: int, chance: float) -> float:
    """How long a delivery waits that was turned away so often before: up to twice as long each time."""
    first, longest = NO_SLOT_S
    return min(longest, first * 2.0 ** min(turned_away, 10)) * (1 + chance) / 2
