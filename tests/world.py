"""Everything at once: the use cases over the fakes, a clock that is set by hand, and workers that can die."""

import io
import itertools
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, suppress
from typing import Any

from cavendish.attempt import Attempt, AttemptKey, AttemptMessage
from cavendish.catalog.file import catalog
from cavendish.errors import CallFailed
from cavendish.health.doors import ALL_OPEN
from cavendish.health.outlook import AsPlanned, Routing
from cavendish.health.schedule import Schedule
from cavendish.job import Job
from cavendish.ladder.plan import Position
from cavendish.outcome import Outcome, Report
from cavendish.pipeline.call import Caller
from cavendish.pipeline.cancel import cancel
from cavendish.pipeline.delete import delete
from cavendish.pipeline.dispatch import dispatch
from cavendish.pipeline.ends import Ends
from cavendish.pipeline.gate import Gate
from cavendish.pipeline.generate import Generate
from cavendish.pipeline.settle import settle
from cavendish.pipeline.submit import Submitted, submit
from cavendish.pipeline.telling import Telling
from cavendish.pipeline.watchdog import Watchdog
from cavendish.ulid import ulid
from tests.batch_fakes import FakeBatches, FakeBatchQueue
from tests.builders import NOW, TENANT, a_request, an_answer
from tests.fakes import (
    FakeAnswer,
    FakeAttemptQueue,
    FakeClosures,
    FakeImages,
    FakeJobs,
    FakeMeasurements,
    FakeModels,
    FakePermits,
    FakeQueue,
    FakeStatistics,
    FakeWeb,
    FakeWorkflow,
)


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

    def pause(self, seconds: float) -> None:
        self.now += seconds


class Fate:
    """Lets a worker die at one of its steps, by name or by number; each use of a port is two: before it, and after."""

    def __init__(self, at: str | int | None = None) -> None:
        self.path: list[str] = []
        self._at = at

    def step(self, name: str) -> None:
        if self._at in (name, len(self.path)):
            raise WorkerDied(name)
        self.path.append(name)


class Mortal:
    """A port as a worker sees it that may die around every use."""

    def __init__(self, port: object, fate: Fate) -> None:
        self._port = port
        self._fate = fate

    def __getattr__(self, name: str) -> Callable[..., Any]:
        method = getattr(self._port, name)

        def use(*arguments: Any, **named: Any) -> Any:
            self._fate.step(f"before {name}")
            result = method(*arguments, **named)
            self._fate.step(f"after {name}")
            return self._watched(result) if isinstance(result, AbstractContextManager) else result

        return use

    @contextmanager
    def _watched(self, context: AbstractContextManager[Any]) -> Iterator[Any]:
        with context as answer:
            self._fate.step("sent")  # and nothing has come back
            yield answer
            self._fate.step("received")


class Meanwhile:
    """A port during whose next uses of one method something else happens first, or goes wrong."""

    def __init__(self, port: Any, method: str, act: Callable[..., object], *, times: int = 1) -> None:
        self._port = port
        self._method = method
        self._act = act
        self._times = times

    def __getattr__(self, name: str) -> Any:
        if name != self._method or self._times == 0:
            return getattr(self._port, name)

        def use(*arguments: Any, **named: Any) -> Any:
            self._times -= 1
            self._act(*arguments)
            return getattr(self._port, name)(*arguments, **named)

        return use


class World:
    """One deployment in memory."""

    catalog = catalog()

    def __init__(self, *answers: FakeAnswer | CallFailed) -> None:
        self.clock = Clock()
        self.jobs, self.images, self.queue, self.workflow = FakeJobs(), FakeImages(), FakeQueue(), FakeWorkflow()
        self.batches, self.batch_queue = FakeBatches(self.jobs), FakeBatchQueue()
        self.measurements, self.closures = FakeMeasurements(), FakeClosures()
        self.permits, self.attempt_queue = FakePermits(), FakeAttemptQueue()
        self.statistics = FakeStatistics()
        self.doors = ALL_OPEN
        self.routing: Routing = AsPlanned()
        self.schedule = Schedule(self.catalog)
        self.models = FakeModels(*(answers or (FakeAnswer(an_answer()),)))
        self._serial = itertools.count(1)

    def submit(self, **request: Any) -> Job:
        return self.submitted(**request).job

    def submitted(self, key: str | None = None, tenant: str = TENANT, **request: Any) -> Submitted:
        """A submit, with the word on whether an earlier one made the job."""
        number = next(self._serial)
        return submit(
            a_request(**{"size": "1K", **request}),
            tenant=tenant,
            key=key,
            job_id=ulid(self.clock(), number.to_bytes(10)),
            jobs=self.jobs,
            budgets=self.jobs.accounts,
            queue=self.queue,
            catalog=self.catalog,
            now=self.clock(),
        )

    def dispatch(self, job_id: str, fate: Fate | None = None) -> None:
        fate = fate or Fate()
        jobs, workflow = Mortal(self.jobs, fate), Mortal(self.workflow, fate)
        dispatch(
            job_id,
            jobs=jobs,
            workflow=workflow,
            catalog=self.catalog,
            doors=self.doors,
            routing=self.routing,
            schedule=self.schedule,
            now=self.clock(),
        )

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

    def heard(self) -> list[str]:
        """What the workflow was told, in order: outcomes, and the names of errors."""
        return [said.outcome if isinstance(said, Report) else said for _, said in self.workflow.heard]

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

    def worker(self, fate: Fate | None = None) -> Generate:
        fate = fate or Fate()
        jobs, images, models = Mortal(self.jobs, fate), Mortal(self.images, fate), Mortal(self.models, fate)
        caller = Caller(
            models=models,
            web=FakeWeb({}),
            images=images,
            catalog=self.catalog,
            open_file=io.BytesIO,
            clock=self.clock,
            pause=self.clock.pause,
        )
        workflow, measurements = Mortal(self.workflow, fate), Mortal(self.measurements, fate)
        closures, permits = Mortal(self.closures, fate), Mortal(self.permits, fate)
        gate = Gate(permits=permits, queue=Mortal(self.attempt_queue, fate), chance=lambda: 0.5)
        telling = Telling(jobs, workflow)
        ends = Ends(
            jobs=jobs,
            telling=telling,
            measurements=measurements,
            closures=closures,
            gate=gate,
            clock=self.clock,
            pause=self.clock.pause,
        )
        return Generate(
            jobs=jobs,
            images=images,
            caller=caller,
            telling=telling,
            ends=ends,
            closures=closures,
            gate=gate,
            routing=self.routing,
            clock=self.clock,
        )

    def run(self, message: AttemptMessage, fate: Fate | None = None) -> Outcome | None:
        """A worker takes the message."""
        fields = message.model_dump(mode="json", by_alias=True)
        said = self.worker(fate).receive(fields, worker_until=self.clock() + 720)
        return said.outcome if said else None

    def dies(self, message: AttemptMessage, at: str | int) -> None:
        """A worker takes the message and dies at this step, if it comes to it."""
        with suppress(WorkerDied):
            self.run(message, Fate(at))

    def sweep(self, after_s: float = 0.0) -> list[Exception]:
        """The watchdog comes, so many seconds from now; gives what went wrong."""
        failures: list[Exception] = []
        self.watchdog().sweep(self.clock.advance(after_s), failed=lambda _, error: failures.append(error))
        return failures

    def watchdog(self) -> Watchdog:
        return Watchdog(
            jobs=self.jobs,
            batches=self.batches,
            batch_queue=self.batch_queue,
            tombstones=self.jobs,
            images=self.images,
            queue=self.queue,
            workflow=self.workflow,
            catalog=self.catalog,
            statistics=self.statistics,
        )

    def cancel(self, job_id: str) -> Job:
        return cancel(
            self.job(job_id),
            jobs=self.jobs,
            workflow=self.workflow,
            now=self.clock(),
            statistics=self.statistics,
        )

    def delete(self, job_id: str, fate: Fate | None = None) -> None:
        fate = fate or Fate()
        jobs, images = Mortal(self.jobs, fate), Mortal(self.images, fate)
        delete(self.job(job_id), jobs=jobs, tombstones=jobs, images=images, now=self.clock())

    def settle(self, job_id: str) -> None:
        settle(job_id, jobs=self.jobs, now=self.clock(), statistics=self.statistics)
