"""What becomes of one call: the common word of weather and script."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Fate:
    kind: str = "ok"
    after_s: float = 0.0  # how long the caller waits for the first byte
    over_s: float = 5.0  # how long a dripping body takes
    retry_s: float | None = None  # the delay that a throttle names
    header_s: float | None = None  # the same as an HTTP header
    size: str | None = None  # delivered instead of the asked one
    version: str | None = None  # the model that says it answered
