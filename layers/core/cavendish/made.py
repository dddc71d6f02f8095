"""What a job's attempts came to: the pictures that it ended with, what each is, and what all of it cost."""

from collections.abc import Sequence
from typing import Self

from cavendish.attempt import Attempt
from cavendish.image.stored_image import StoredImage
from cavendish.job import Job
from cavendish.outcome import Outcome
from cavendish.size import Tier, falls_short, nearest_tier
from cavendish.value import Value


def delivered(job: Job, attempts: Sequence[Attempt]) -> list[Attempt]:
    """The attempts whose pictures the job ended with, in the order of the images."""
    return [one for path in job.delivered for one in attempts if one.path == path]


def downgraded(attempt: Attempt, asked: Tier) -> bool:
    """A picture of its step's size is as large as its step; one that was taken all the same is as large as it is."""
    image = picture(attempt)
    return attempt.call.size != asked if _as_asked(attempt) else falls_short(image.width, image.height, asked)


def size(attempt: Attempt) -> Tier:
    image = picture(attempt)
    return attempt.call.size if _as_asked(attempt) else nearest_tier(image.width, image.height)


def maker(attempt: Attempt) -> str:
    return (attempt.result.made_by if attempt.result else None) or attempt.call.model


def picture(attempt: Attempt) -> StoredImage:
    image = attempt.result.image if attempt.result else None
    assert image is not None, "only made attempts are shown"
    return image


class Cost(Value):
    """What attempts cost, in USD."""

    total_usd: float
    #: What was perhaps paid without our knowing.
    possible_duplicate_usd: float
    estimated: bool

    @classmethod
    def of(cls, attempts: Sequence[Attempt]) -> Self:
        return cls(
            total_usd=round(sum(one.result.cost_usd for one in attempts if one.result), 6),
            possible_duplicate_usd=round(sum(one.possible_duplicate_usd for one in attempts), 6),
            estimated=any(one.result is not None and one.result.estimated for one in attempts),
        )


def _as_asked(attempt: Attempt) -> bool:
    return attempt.report is not None and attempt.report.outcome is Outcome.OK
