"""An attempt: written, called once, stored, ended, told. At each point its worker may die, and it be repeated."""

from collections.abc import Callable
from typing import Any

from cavendish.attempt import Attempt, AttemptMessage, Result, State, begin, read_message
from cavendish.errors import AttemptError, MessageUnreadable, MoneyHeld, OverBudget
from cavendish.health.doors import find
from cavendish.health.learned import Closures
from cavendish.health.outlook import Routing
from cavendish.health.permits import Permit
from cavendish.job import Job, Status
from cavendish.ladder.plan import Position
from cavendish.ladder.time_left import in_time, limit
from cavendish.outcome import Outcome, Report, report
from cavendish.pipeline.call import Caller
from cavendish.pipeline.ends import Ends
from cavendish.pipeline.gate import Gate
from cavendish.pipeline.looks import look_again
from cavendish.pipeline.telling import Telling
from cavendish.ports import Images, Jobs
from cavendish.wire import WireRequest


class Generate:
    """The use case with its ports, which live as long as the worker."""

    def __init__(
        self,
        *,
        jobs: Jobs,
        images: Images,
        caller: Caller,
        telling: Telling,
        ends: Ends,
        closures: Closures,
        gate: Gate,
        routing: Routing,
        clock: Callable[[], float],
    ) -> None:
        self._jobs = jobs
        self._images = images
        self._caller = caller
        self._telling = telling
        self._ends = ends
        self._closures = closures
        self._gate = gate
        self._routing = routing
        self._clock = clock

    def receive(self, fields: dict[str, Any], *, worker_until: float) -> Report | None:
        """Read a message and do what it asks; one of another version is refused at once, not tried again and again."""
        try:
            message = read_message(fields)
        except MessageUnreadable as unreadable:
            return self._telling.refuse(unreadable.token, AttemptError.UNDELIVERABLE) if unreadable.token else None
        return self.run(message, worker_until=worker_until)

    def run(self, message: AttemptMessage, *, worker_until: float) -> Report | None:
        """Do what the message asks, or what is left of it. Gives what was reported, None if nothing was.

        Raises CallRefused if others keep changing the job: the queue brings the message again.
        """
        return look_again(lambda: self._run(message, worker_until))

    def _run(self, message: AttemptMessage, worker_until: float) -> Report | None:
        job = self._jobs.get(message.job_id)
        if job is None:
            return self._telling.refuse(message.token, AttemptError.UNDELIVERABLE)
        attempts = self._jobs.attempts(job.id, message.image)
        if own := next((one for one in attempts if one.key == message.key), None):
            return self._repeated(own, message)
        if job.ended or job.status is Status.CANCELLING:
            return self._telling.answer(message.token, report(Outcome.CANCELLED))
        if any(one.made or self._came_late(one) for one in attempts):
            return self._telling.answer(message.token, report(Outcome.OK, detail="adopted from an earlier attempt"))
        if not in_time(message.key, deadline_at=job.deadline_at, now=self._clock()):
            return self._telling.refuse(message.token, AttemptError.EXPIRED)
        return self._attempt(job, message, worker_until)

    def _repeated(self, own: Attempt, message: AttemptMessage) -> Report | None:
        """The message came again: never call, but let whoever ends the attempt answer to this token too."""
        own = self._jobs.ask_again(own.key, message.token)
        return None if own.state is State.CALLING else self._telling.attempt(own)

    def _came_late(self, attempt: Attempt) -> bool:
        """Whether a worker that was given up as lost has stored a picture all the same; then its row is told."""
        if attempt.report is None or attempt.report.outcome is not Outcome.LOST_WORKER:
            return False
        stored = self._images.find(attempt.key)
        if stored is not None:
            self._jobs.end(attempt.key, stored, self._clock())
        return stored is not None

    def _attempt(self, job: Job, message: AttemptMessage, worker_until: float) -> Report | None:
        job = self._tell_of_the_way_down(job, message)
        now = self._clock()
        attempted = job.attempted(now)
        limit_s = limit(message.call, deadline_at=attempted.deadline_at, worker_until=worker_until, now=now)
        attempt = begin(message, limit_s, now, self._caller.hold(message.call, job))
        request = self._spared(job, message, now) or self._caller.prepare(attempt.call, job.request.prompt)
        if isinstance(request, Result):
            return self._uncalled(attempt, request)
        with self._gate.admitted(job, message, attempt) as permit:
            try:
                return self._called(job, attempt, request, permit) if permit else None
            except MoneyHeld:
                self._gate.wait_for_money(job, message, now)
                return None

    def _called(self, job: Job, attempt: Attempt, request: WireRequest, permit: Permit) -> Report | None:
        attempted = job.attempted(attempt.started_at)
        try:
            if attempted is not job:  # of several images that begin together one writes it, and the others look again
                self._jobs.save(job, attempted, attempted.event("job.attempted"))
            self._jobs.begin(attempt, attempt.started_at, job.request.max_cost)
        except OverBudget as over:
            return self._uncalled(attempt, Result(report=report(Outcome.OVER_BUDGET, detail=str(over))))
        try:
            result = self._caller.call(attempt, request)
        except Exception as error:  # ours, and after the call: it is told as what it is, then logged
            self._ends.end(attempt, self._caller.broken(attempt.call, error), permit)
            raise
        return self._ends.end(attempt, result, permit)

    def _spared(self, job: Job, message: AttemptMessage, now: float) -> Result | None:
        """What a call would come to that is not worth making; None: it is."""
        call, at = message.call, Position(message.step, message.route)
        if closure := find(self._closures.read(now), call.route, call.model):
            return Result(report=report(Outcome.QUOTA_DAY, detail=closure.reason))
        if job.plan is not None and self._routing.spares(job.plan, at, now):
            detail = f"{call.model} was not called: its last calls on the route {call.route} at {call.size} all failed"
            return Result(report=report(Outcome.CIRCUIT_OPEN, detail=detail))
        return None

    def _uncalled(self, attempt: Attempt, result: Result) -> Report | None:
        """The row of a call that is not made, ended as it is begun: nothing is set aside for it."""
        ended = attempt.uncalled(result)
        self._jobs.begin(ended, ended.started_at)
        return self._telling.attempt(ended)

    def _tell_of_the_way_down(self, job: Job, message: AttemptMessage) -> Job:
        """The first attempt on a lower rung is the moment to tell that the job fell back or was downgraded."""
        rungs = (("job.downgraded", message.step > 0), ("job.fell_back", message.call.model != job.model))
        for step, reached in rungs:
            if reached and step not in job.told and job.plan is not None:
                told = job.tell(step, self._clock())
                self._jobs.save(job, told, told.event(step))
                job = told
        return job
