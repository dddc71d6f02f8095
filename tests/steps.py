"""Step Functions, small: walks the ladder of each image of each execution, as workflow.asl.yaml says."""

from dataclasses import dataclass

from cavendish.attempt import AttemptMessage
from cavendish.errors import AttemptError
from cavendish.job import Job
from cavendish.ladder.plan import Plan, Position, follow
from cavendish.outcome import Outcome, Report, report
from tests.world import World

_ERRORS = {
    AttemptError.LOST: Outcome.LOST_WORKER,
    AttemptError.UNDELIVERABLE: Outcome.UNDELIVERABLE,
    AttemptError.EXPIRED: Outcome.EXPIRED,
}


@dataclass(frozen=True)
class Waiting:
    """An image whose attempt was asked for under a token."""

    job: Job
    image: int
    position: Position
    plan: Plan


@dataclass(frozen=True)
class Sent:
    """A message in the queue of attempts; a standard queue may deliver it again at any time."""

    message: AttemptMessage
    at: float


class StepFunctions:
    """What the executions of a world do when their tokens are answered."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._heard = 0
        self._waiting: dict[str, Waiting] = {}
        self._left: dict[str, int] = {}
        self.sent: list[Sent] = []

    def due(self) -> list[AttemptMessage]:
        """The messages that can be delivered now, oldest first."""
        return [one.message for one in self.sent if one.at <= self._world.clock.now]

    def go_on(self) -> None:
        """Start what was started, follow what was answered, and keep what was turned away for later."""
        for job in self._world.workflow.started.values():
            if job.id not in self._left:
                self._left[job.id] = job.request.n
                assert job.plan is not None
                for image in range(job.request.n):
                    self._ask(Waiting(job, image, Position(), job.plan))
        for token, said in self._world.workflow.heard[self._heard :]:
            self._follow(self._waiting.pop(token), said)
        self._heard = len(self._world.workflow.heard)
        queue = self._world.attempt_queue
        self.sent += [Sent(message, self._world.clock.now + wait_s) for _, message, wait_s in queue.sent]
        queue.sent.clear()

    def _ask(self, waiting: Waiting, wait_s: float = 0) -> None:
        message = self._world.message(waiting.job, waiting.position, waiting.image, waited_s=int(wait_s))
        self._waiting[message.token] = waiting
        self.sent.append(Sent(message, self._world.clock.now + wait_s))

    def _follow(self, waiting: Waiting, said: Report | AttemptError) -> None:
        said = said if isinstance(said, Report) else report(_ERRORS[said])
        plan = waiting.plan if said.deadline_at is None else waiting.plan.until(said.deadline_at)
        step = follow(plan, waiting.position, said, now=self._world.clock.now, chance=0.5)
        if step.position is not None:
            self._ask(Waiting(waiting.job, waiting.image, step.position, plan), step.wait_s)
            return
        self._left[waiting.job.id] -= 1
        if self._left[waiting.job.id] == 0 and self._world.workflow.runs(waiting.job.id):
            self._world.settle(waiting.job.id)
            self._world.workflow.stop(waiting.job.id)
