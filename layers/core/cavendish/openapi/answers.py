"""The shapes of answers that are made by hand (view.py, problem.py): a test holds each to what is really answered."""

from typing import Annotated, Any

from pydantic import Field

from cavendish.contract.charge import Charge
from cavendish.errors import Part
from cavendish.job import JobError, Status
from cavendish.ladder.plan import Skipped
from cavendish.money.price import Priced, Usage
from cavendish.outcome import Billed, Outcome
from cavendish.size import Tier
from cavendish.value import Value

Moment = Annotated[str, Field(json_schema_extra={"format": "date-time"})]
Link = Annotated[str, Field(json_schema_extra={"format": "uri"})]


class Links(Value):
    """Where to go from here."""

    self: Link
    cancel: Link


class Delivered(Value):
    """A picture that was made, measured from its own bytes, and what made it."""

    width: int
    height: int
    mime: str
    bytes: int
    sha256: str
    one_colour: bool = Field(
        description="All its pixels are alike: the model may have failed without saying so. Told of PNG, baseline and "
        "progressive JPEG and lossless WebP; of anything else it is false."
    )
    model: str
    route: str
    size: Tier


class Image(Delivered):
    """A picture with a link to it."""

    index: int = Field(description="Which of the job's `n` pictures it is, from 0.")
    url: Link = Field(description="A link to the bytes, fresh at each reading.")
    expires_at: Moment = Field(description="Until when the link works.")


class Attempt(Value):
    """One call to a model. What is null is not known yet."""

    n: int
    image: int
    model: str
    route: str
    size: Tier
    outcome: Outcome | None
    detail: str | None
    billed: Billed | None
    started_at: Moment
    ended_at: Moment | None
    waited_s: int
    timings: dict[str, float] = Field(description="How long each phase took, in seconds.")
    cost_usd: float
    usage: Usage | None = Field(description="The tokens as the provider counted them, by kind.")
    priced: Priced | None = Field(description="By which price the cost was found, and how; null: it cost nothing.")
    #: What the model said beside its picture, or instead of one.
    note: str | None
    next: str | None = Field(description="What followed, and why.")


class Cost(Value):
    """What the attempts cost together, in USD."""

    total_usd: float
    possible_duplicate_usd: float = Field(description="Of that, what may have been billed without a picture.")
    estimated: bool


class Brief(Value):
    """A job as a list shows it."""

    id: str
    status: Status
    created_at: Moment
    updated_at: Moment
    deadline_at: Moment = Field(
        description="In `bulk`, until the first attempt: when that has to begin; from then on the job's own deadline."
    )
    starts_at: Moment | None = Field(
        description="The hour that was chosen for a job that is scheduled `off_peak`; null: none was."
    )
    links: Links
    requested: dict[str, Any]
    error: JobError | None


class Job(Brief):
    """A job as a caller sees it."""

    downgraded: bool = Field(description="A picture is smaller than what was asked for.")
    fell_back: bool = Field(description="A picture is by another model than the first one.")
    delivered: Delivered | None = Field(description="The first picture.")
    images: list[Image]
    attempts: list[Attempt] = Field(description="Every call, the oldest first.")
    skipped: list[Skipped] = Field(description="Models that would have been tried, and why they are not.")
    cost: Cost


class Cancelled(Job):
    """A job that is cancelled, or had ended before."""

    charge: Charge = Field(description="Whether a model bills something.")


class Jobs(Value):
    """A page of jobs, newest first."""

    jobs: list[Brief]
    next: str | None = Field(description="Send it as `after` for the next page; null: this is the last one.")


class Fault(Value):
    """One thing that is wrong with a request."""

    part: Part = Field(alias="in", description="In which part of the request.")
    pointer: str = Field(description="Where in it, as a JSON pointer: a field of the body, or the name of a parameter.")
    detail: str = Field(description="What is wrong there, and what to do about it.")


class Problem(Value):
    """Why not (RFC 9457)."""

    type: str
    title: str
    status: int
    detail: str
    code: str
    errors: list[Fault] = Field(default=[], description="All faults of a request at once; each 4xx has one at least.")


class Health(Value):
    """That it works."""

    status: str


class Openapi(Value):
    """This document."""

    openapi: str
    info: dict[str, Any]
    paths: dict[str, Any]
