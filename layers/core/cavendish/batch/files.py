"""The pictures that a batch's item ended with, and what each is called where its owner finds it."""

from collections.abc import Sequence

from cavendish.attempt import Attempt
from cavendish.batch.item import stems
from cavendish.image.image import extension
from cavendish.image.stored_image import StoredImage
from cavendish.job import Job
from cavendish.made import delivered, maker, picture, size
from cavendish.size import Tier
from cavendish.value import Value


class ItemFile(Value):
    """A picture of an item."""

    #: In the batch's folder, or in its part.
    name: str
    image: StoredImage
    model: str
    route: str
    size: Tier
    #: When its job ended, in seconds since the epoch.
    at: float


def files_of(job: Job, attempts: Sequence[Attempt]) -> list[ItemFile]:
    """In the order of the images. A job that comes from no batch has none."""
    return [_file(job, one) for one in delivered(job, attempts)] if job.item else []


def _file(job: Job, attempt: Attempt) -> ItemFile:
    assert job.item is not None, "only a batch's items have files"
    image = picture(attempt)
    stem = stems(job.item.name, job.request.n)[attempt.key.image]
    return ItemFile(
        name=f"{stem}.{extension(image.mime)}",
        image=image,
        model=maker(attempt),
        route=attempt.call.route,
        size=size(attempt),
        at=job.updated_at,
    )
