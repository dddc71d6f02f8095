"""Which jobs a caller wants to see: the parameters of a list, its pages, and the cursor between them."""

import base64
import binascii
import re
from typing import Annotated, Final, Literal, NamedTuple

from pydantic import BeforeValidator, ConfigDict, Field

from cavendish.contract.query import read_query
from cavendish.job import Job, Status
from cavendish.request import Tag
from cavendish.ulid import is_ulid
from cavendish.value import Value

_DIGITS: Final = re.compile("[0-9]{1,9}")


def cursor(job_id: str) -> str:
    """Where a page ends, for callers to send back and not to read."""
    return base64.urlsafe_b64encode(job_id.encode()).decode().rstrip("=")


def read_cursor(after: str) -> str:
    """The id that a page ended with. Raises ValueError."""
    try:
        job_id = base64.b64decode(after + "=" * (-len(after) % 4), altchars=b"-_", validate=True).decode("ascii")
    except (binascii.Error, ValueError):
        job_id = ""
    if not is_ulid(job_id) or cursor(job_id) != after:
        raise ValueError("this is no cursor; send what `next` of the page before was, or leave it out")
    return job_id


def number(digits: str) -> int:
    """A number as a parameter has it. Raises ValueError."""
    if not _DIGITS.fullmatch(digits):
        raise ValueError("this is no number")
    return int(digits)


class JobQuery(Value):
    """What a list is asked for."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    status: Status | None = None
    tag: Tag | None = None
    lane: Literal["interactive", "bulk"] | None = None
    #: Only jobs older than the one with this id; a parameter has the cursor.
    after: Annotated[str | None, BeforeValidator(read_cursor)] = None
    limit: Annotated[int, BeforeValidator(number), Field(ge=1, le=100)] = 20

    def wants(self, job: Job, now: float) -> bool:
        """Whether a job is asked for, as far as the job itself says."""
        return (
            not job.outdated(now)
            and self.status in (None, job.status)
            and self.lane in (None, job.request.lane)
            and (self.tag is None or self.tag in job.request.tags)
        )


class Page(NamedTuple):
    """Jobs, newest first, and the id after which the next page begins; None: there is no next page."""

    jobs: list[Job]
    after: str | None


def parse_query(parameters: list[tuple[str, str]]) -> JobQuery:
    """Read the parameters as they were sent. Raises QueryInvalid with every fault."""
    return read_query(parameters, JobQuery)
