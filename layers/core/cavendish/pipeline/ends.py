"""The end of a call: written down whatever stands in the way, reported, and counted."""

from collections.abc import Callable
from typing import Final

from cavendish.attempt import Attempt, Result
from cavendish.health.doors import Closure
from cavendish.health.health import Sample
from cavendish.health.learned import Closures, Measurements
from cavendish.health.permits import Permit
from cavendish.outcome import Report
from cavendish.pipeline.gate import Gate
from cavendish.pipeline.telling import Telling
from cavendish.ports import Jobs

#: How long it is waited before an end is written once more, in seconds: together half of what a worker keeps for
#: storing and reporting (WORKER_MARGIN_S), for each try of the table's own takes its time too.
PAUSES_S: Final = (0.25, 0.5, 1.0, 2.0, 4.0, 8.0)


class Ends:
    """What ends calls, with its ports. `pause` waits so many seconds."""

    def __init__(
        self,
        *,
        jobs: Jobs,
        telling: Telling,
        measurements: Measurements,
        closures: Closures,
        gate: Gate,
        clock: Callable[[], float],
        pause: Callable[[float], None],
    ) -> None:
        self._jobs = jobs
        self._telling = telling
        self._measurements = measurements
        self._closures = closures
        self._gate = gate
        self._clock = clock
        self._pause = pause

    def end(self, attempt: Attempt, result: Result, permit: Permit) -> Report | None:
        """What was reported; None: somebody else has ended the attempt."""
        ended = self._written(attempt, result)
        if ended is None:
            return None
        said = self._telling.attempt(ended)
        self._count(ended, permit)
        return said

    def _written(self, attempt: Attempt, result: Result) -> Attempt | None:
        """What only this worker knows is written before it goes on: else a free call would count as a lost one, and a
        paid picture would come an hour late."""
        for seconds in PAUSES_S:
            try:
                return self._jobs.end(attempt.key, result, self._clock())
            except Exception:  # whatever it is: the last try tells
                self._pause(seconds)
        return self._jobs.end(attempt.key, result, self._clock())

    def _count(self, ended: Attempt, permit: Permit) -> None:
        """After its report: nobody waits for it. What others ended is not counted: it tells no time."""
        sample = Sample.of(ended)
        if sample is None:
            return
        self._measurements.record(sample)
        self._gate.learn(permit, sample.outcome, sample.at)
        if ended.report and (closure := Closure.of(ended.call, ended.report, ended.started_at, sample.at)):
            self._closures.close(closure)
