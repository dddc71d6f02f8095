"""What is left of a deleted job: that there was one, and whose. No prompt, no metadata, nothing of its pictures."""

from typing import Final, Self

from cavendish.job import Job
from cavendish.value import Value

#: A deleted job is told from one that never was for this long, in seconds.
GONE_S: Final = 30 * 86_400
#: Whoever deletes a job gets this long before the watchdog does it instead, in seconds.
FINISH_WITHIN_S: Final = 60


class Tombstone(Value):
    """A deleted job. Times are seconds since the epoch."""

    id: str
    tenant: str
    deleted_at: float
    #: When the watchdog has to delete what is left of the job, None: nothing is left.
    due_at: float | None

    @property
    def expires_at(self) -> float:
        """When the table forgets that there was a job."""
        return self.deleted_at + GONE_S

    @classmethod
    def of(cls, job: Job, now: float) -> Self:
        return cls(id=job.id, tenant=job.tenant, deleted_at=now, due_at=now + FINISH_WITHIN_S)

    def due(self, at: float | None) -> Self:
        return self.model_copy(update={"due_at": at})
