"""What becomes of one call: the common word of weather and script."""

from dataclasses import dataclass

THROTTLES = frozenset({"429", "429-per-day", "429-limit-0"})
#: Answered by an error, in the words of the dialect.
ERRORS = THROTTLES | {"400", "403", "404", "500", "502", "503", "504", "hang", "bad-key", "billing"}
#: The same error in a shape that nobody expects.
MISSHAPEN = frozenset({"list-error", "soft-error"})
WITHOUT_PICTURE = frozenset({"no-image", "refused", "blocked", "text-only", "finish", "block", "list-null"})
HOSTILE = frozenset({"huge", "deep", "gzip-bomb", "big-header"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Fate:
    kind: str = "ok"
    after_s: float = 0.0  # how long the caller waits for the first byte
    over_s: float = 5.0  # how long a dripping body takes
    retry_s: float | None = None  # the delay that a throttle names
    header_s: float | None = None  # the same as an HTTP header
    size: str | None = None  # delivered instead of the asked one
    version: str | None = None  # the model that says it answered
    reason: str | None = None  # why there is no picture, or how it finished
    status: int | None = None  # of an answer whose body nobody knows
    shape: str | None = None  # where the dialect has several places for a picture
    link: str | None = None  # what a link leads to, instead of the picture
    on_link: bool = False  # the way of delivery is that of the linked picture, not of the answer
    usage: str | None = None  # how the numbers of usage are bent
    sketch: bool = False  # the picture is drawn in no time, and looks like it
    bytes: int | None = None  # how long a hostile body is
