"""Everything at once: the use cases over the fakes, a clock that is set by hand, and workers that can die."""

import io
import itertools
from collections.abc import Callable
from typing import Any

from cavendish.attempt import Attempt, AttemptKey, AttemptMessage
from cavendish.catalog import catalog
from cavendish.errors import CallFailed
from cavendish.job import Job
from cavendish.outcome import Outcome
from cavendish.pipeline.call import Caller
from cavendish.pipeline.cancel import cancel
from cavendish.pipeline.dispatch import dispatch
from cavendish.pipeline.generate import Generate
from cavendish.pipeline.settle import settle
from cavendish.pipeline.submit import submit
from cavendish.pipeline.watchdog import Watchdog
from cavendish.plan import Position
from cavendish.ulid import ulid
from tests.builders import NOW, TENANT, a_request, an_answer
from tests.fakes import FakeAnswer, FakeImages, FakeJobs, FakeModels, FakeQueue, FakeWorkflow


class WorkerDied(BaseException):
    """A process vanished: nothing of ours may catch this."""


class Clock:
    """Seconds since the epoch; a little passes with every look, as it does."""

    def __init__(self) -> None:
        self.now = NOW

    def __call__(self) -> float:
        self.now += 0.001
        return self.now

    def advance(self, seconds: float) -> float:
        self.now += seconds
        return self.now


class Fate:
    """Lets a worker die at its nth step; each use of a port is two, for it may die before the use and after."""

    def __init__(self, steps: int | None = None) -> None:
        self.lived = 0
        self._steps = steps

    def step(self) -> None:
        if self.lived == self._steps:
            raise WorkerDied
        self.lived += 1


class Mortal:
    """A port as a worker sees it that may die around every use."""

    def __init__(self, port: object, fate: Fate) -> None:
        self._port = port
        self._fate = fate

    def __getattr__(self, name: str) -> Callable[..., Any]:
        method = getattr(self._port, name)

        def use(*arguments: Any, **named: Any) -> Any:
            self._fate.step()
            result = method(*arguments, **named)
            self._fate.step()
            return result

        return use


class World:
    """One deployment in memory."""

    def __init__(self, *answers: FakeAnswer | CallFailed) -> None:
        self.clock = Clock()
        self.jobs, self.images, self.queue, self.workflow = FakeJobs(), FakeImages(), FakeQueue(), FakeWorkflow()
        self.models = FakeModels(*(answers or (FakeAnswer(an_answer()),)))
        self._serial = itertools.count(1)

    def submit(self, **request: Any) -> Job:
        number = next(self._serial)
        return submit(
            a_request(**{"size": "1K", **request}),
            tenant=TENANT,
            job_id=ulid(self.clock(), number.to_bytes(10)),
            jobs=self.jobs,
            queue=self.queue,
            catalog=catalog(),
            now=self.clock(),
        )

    def dispatch(self, job_id: str, fate: Fate | None = None) -> None:
        jobs, workflow = Mortal(self.jobs, fate or Fate()), Mortal(self.workflow, fate or Fate())
        dispatch(job_id, jobs=jobs, workflow=workflow, catalog=catalog(), now=self.clock())

    def running(self, **request: Any) -> Job:
        """A job that was submitted and dispatched."""
        job = self.submit(**request)
        self.dispatch(job.id)
        return self.job(job.id)

    def job(self, job_id: str) -> Job:
        job = self.jobs.get(job_id)
        assert job is not None
        return job

    def attempt(self, key: AttemptKey) -> Attempt:
        return next(one for one in self.jobs.attempts(key.job_id) if one.key == key)

    def message(self, job: Job, position: Position | None = None, image: int = 0, **fields: Any) -> AttemptMessage:
        """What the workflow sends for this place on the ladder, with a token that is open."""
        position, plan = position or Position(), self.workflow.started[job.id].plan
        assert plan is not None
        token = f"token-{next(self._serial)}"
        self.workflow.open[token] = job.id
        place = {"step": position.step, "route": position.route, "try": position.try_, "call": plan.at(position).call}
        return AttemptMessage.model_validate(
            {"v": 1, "job_id": job.id, "image": image, "waited_s": 0, "token": token, **place, **fields}
        )

    def run(self, message: AttemptMessage, fate: Fate | None = None) -> Outcome | None:
        """A worker takes the message."""
        fate = fate or Fate()
        jobs, images, models = Mortal(self.jobs, fate), Mortal(self.images, fate), Mortal(self.models, fate)
        caller = Caller(models=models, images=images, catalog=catalog(), open_file=io.BytesIO, clock=self.clock)
        worker = Generate(jobs=jobs, caller=caller, workflow=Mortal(self.workflow, fate), clock=self.clock)
        return worker.run(message, worker_until=self.clock() + 720)

    def dies(self, message: AttemptMessage, steps: int) -> bool:
        """A worker takes the message and dies at this step; False if it was done before."""
        try:
            self.run(message, Fate(steps))
        except WorkerDied:
            return True
        return False

    def sweep(self, after_s: float = 0.0) -> list[Exception]:
        """The watchdog comes, so many seconds from now; gives what went wrong."""
        failures: list[Exception] = []
        watchdog = Watchdog(
            jobs=self.jobs, images=self.images, queue=self.queue, workflow=self.workflow, catalog=catalog()
        )
        watchdog.sweep(self.clock.advance(after_s), failed=lambda _, error: failures.append(error))
        return failures

    def cancel(self, job_id: str) -> Job:
        return cancel(self.job(job_id), jobs=self.jobs, workflow=self.workflow, now=self.clock())

    def settle(self, job_id: str) -> None:
        settle(job_id, jobs=self.jobs, now=self.clock())
