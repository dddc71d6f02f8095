"""The ports of the table under test, and what tests do with them."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from cavendish.attempt import Attempt, AttemptKey
from cavendish.job import Event, Job
from cavendish.ports import Budgets, JobList, Jobs, Tombstones
from tests.builders import NOW, a_running_job, an_attempt


@dataclass
class Case:
    """A port that is tested, and a way to see the events that it keeps."""

    jobs: Jobs
    events: Callable[[str], list[Event]]
    #: The same rows behind the other ports.
    tombstones: Tombstones
    list: JobList
    budgets: Budgets

    def add(self, job: Job | None = None) -> Job:
        job = job or a_running_job()
        self.jobs.add(job, job.event("job.queued"))
        return job

    def begun(self, **fields: Any) -> Attempt:
        """An attempt of a running job."""
        self.add()
        attempt = an_attempt(**fields)
        self.jobs.begin(attempt, NOW)
        return attempt

    def row(self, key: AttemptKey) -> Attempt:
        return next(one for one in self.jobs.attempts(key.job_id) if one.key == key)
