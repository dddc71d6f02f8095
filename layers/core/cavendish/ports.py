"""What the use cases need from the outside: each a real adapter (functions/adapters) and a fake with the same tests."""

from collections.abc import Iterator, Sequence
from typing import BinaryIO, Protocol

from cavendish.attempt import Attempt, AttemptKey, Result
from cavendish.claim import Claim
from cavendish.contract.listing import JobQuery, Page
from cavendish.errors import AttemptError
from cavendish.job import Event, Job
from cavendish.ladder.plan import Plan
from cavendish.money.budget import Account, Limits
from cavendish.outcome import Report
from cavendish.tombstone import Tombstone


class Jobs(Protocol):
    """The table: jobs, their attempts, and the events of both."""

    def add(self, job: Job, event: Event, claims: Sequence[Claim] = ()) -> None:
        """Write a new job with its first event and its claims, or nothing of it.

        Raises Claimed if a claim is held by another job and has not expired, JobConflict if the job exists.
        """

    def check(self, claims: Sequence[Claim], now: float) -> None:
        """Raises Claimed if one of these is held."""

    def claim(self, claim: Claim, now: float) -> None:
        """Write a claim for a job that exists. Raises Claimed if it is held."""

    def get(self, job_id: str) -> Job | None: ...

    def several(self, job_ids: Sequence[str]) -> dict[str, Job]:
        """Those of these jobs that are there."""

    def save(self, before: Job, after: Job, event: Event | None = None, *, spent: int = 0) -> None:
        """Write a changed job, and its event, if nobody else changed it. Raises JobConflict.

        The end of a batch's item is counted with it, and what it cost, `spent` in millionths of a dollar.
        """

    def attempts(self, job_id: str, image: int | None = None) -> list[Attempt]:
        """The job's attempts, or those of one of its images, oldest first."""

    def begin(self, attempt: Attempt, now: float, max_cost: int | None = None) -> None:
        """Write an attempt before its call, with what it holds set aside, if it is absent and its job may still call.

        One that has ended already is written as such. Raises CallRefused; OverBudget if the job's `max_cost` or its
        tenant's budgets have no room for what it holds; MoneyHeld if the job's other calls may leave room for it.
        """

    def ask_again(self, key: AttemptKey, token: str) -> Attempt:
        """Let an attempt be reported to one more message's sender. Gives the row as it is now."""

    def end(self, key: AttemptKey, result: Result, now: float, *, lost: bool = False) -> Attempt | None:
        """Move an attempt out of `calling`, with what it cost taken from what it held.

        None: somebody else did, and this result is kept as late and paid for if it has a picture. Raises EndNotWritten
        if too many wrote to the accounts that pay for it.
        """

    def reported(self, key: AttemptKey) -> None:
        """Note that the workflow has heard of an attempt's end."""

    def due(self, now: float) -> Iterator[AttemptKey | str]:
        """Attempts by key, then jobs by id, that nobody has ended in time: in no order that starves some of them."""

    def outdated(self, now: float, most: int) -> Iterator[str]:
        """Jobs by id whose retention is over, and those of which not all is deleted yet: so many at most."""


class Budgets(Protocol):
    """The same table: what tenants may spend, and the accounts that attempts are paid from."""

    def limits(self, tenant: str) -> Limits: ...

    def limit(self, tenant: str, limits: Limits) -> None: ...

    def of_tenant(self, tenant: str, period: str) -> Account:
        """Of a day or a month (budget.py)."""

    def of_job(self, job_id: str) -> Account: ...


class Tombstones(Protocol):
    """The same table: what is left of deleted jobs. To the port Jobs such a job does not exist."""

    def bury(self, job: Job, tombstone: Tombstone) -> None:
        """Write a tombstone over its job, prompt and all, if nobody else changed it. Raises JobConflict."""

    def tombstone(self, job_id: str) -> Tombstone | None: ...

    def clear(self, job_id: str) -> None:
        """Delete all other rows of a buried job: attempts and events."""

    def keep(self, tombstone: Tombstone) -> None:
        """Write a changed tombstone."""


class JobList(Protocol):
    """The same table, by tenant."""

    def page(self, tenant: str, query: JobQuery, now: float) -> Page:
        """The tenant's jobs that are asked for, newest first; fewer if too many had to be passed over."""


class Images(Protocol):
    """The bucket."""

    def put(self, file: BinaryIO, result: Result, *, crc32: str) -> None:
        """Store the picture of a result, and the result with it. `crc32` is base64."""

    def find(self, key: AttemptKey) -> Result | None:
        """The result that was stored for an attempt, if one was."""

    def read(self, object_key: str) -> Iterator[bytes] | None:
        """A picture, piece by piece; None: it is not there any more."""

    def clear(self, job_id: str) -> None:
        """Delete every picture of a job, also those that nobody delivered."""

    def link(self, object_key: str, *, mime: str, expires_s: int) -> str:
        """A URL under which anybody may read a picture until it expires."""


class Queue(Protocol):
    """The two lanes' queues of jobs."""

    def send(self, job: Job) -> None:
        """Raises SendFailed."""

    def send_all(self, jobs: Sequence[Job]) -> None:
        """Raises SendFailed; some of them may have been sent all the same."""


class Workflow(Protocol):
    """The state machine, and the tokens it gave out."""

    def start(self, job: Job) -> Plan:
        """Start the execution of a planned job. A second start is none: the first one's plan is given."""

    def runs(self, job_id: str) -> bool:
        """Whether the job's execution is still running."""

    def stop(self, job_id: str) -> None:
        """Stop an execution, best effort: its job is ended already."""

    def succeed(self, token: str, report: Report) -> None:
        """Tell how an attempt ended. Raises WorkflowClosed."""

    def fail(self, token: str, error: AttemptError) -> None:
        """Tell that an attempt has no outcome of its own. Raises WorkflowClosed."""
