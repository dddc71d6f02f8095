"""What the workflow hears of attempts."""

from contextlib import suppress
from dataclasses import dataclass

from cavendish.attempt import Attempt, State
from cavendish.errors import AttemptError, WorkflowClosed
from cavendish.job import Status
from cavendish.outcome import Outcome, Report, report
from cavendish.ports import Jobs, Workflow


@dataclass(frozen=True, slots=True)
class Telling:
    """The workflow that waits for attempts, and the jobs whose attempts they are.

    A closed token needs no telling: nobody waits for it any more.
    """

    jobs: Jobs
    workflow: Workflow

    def attempt(self, attempt: Attempt) -> Report:
        """Tell how an attempt ended, and note that the workflow knows.

        To that of a job that is being cancelled every attempt was cancelled, so that it waits for nothing more.
        """
        assert attempt.result is not None, "only an ended attempt is told"
        job = self.jobs.get(attempt.job_id)
        cancelling = job is not None and job.status is Status.CANCELLING
        for token in attempt.tokens:
            with suppress(WorkflowClosed):
                if cancelling:
                    self.workflow.succeed(token, report(Outcome.CANCELLED))
                elif attempt.state is State.LOST and not attempt.made:
                    self.workflow.fail(token, AttemptError.LOST)
                else:
                    self.workflow.succeed(token, job.dated(attempt.result.report) if job else attempt.result.report)
        self.jobs.reported(attempt.key)
        return attempt.result.report

    def answer(self, token: str, said: Report) -> Report | None:
        """Answer for an attempt that is not begun. None: nobody heard it."""
        try:
            self.workflow.succeed(token, said)
        except WorkflowClosed:
            return None
        return said

    def refuse(self, token: str, error: AttemptError) -> Report | None:
        """Answer that there can be no attempt, and so nothing to report."""
        with suppress(WorkflowClosed):
            self.workflow.fail(token, error)
        return None
