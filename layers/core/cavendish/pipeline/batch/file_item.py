"""The pictures of a batch's item lie in the batch's folder as soon as the item has ended."""

from cavendish.batch.files import ItemFile, files_of
from cavendish.batch.home import home
from cavendish.batch.ports import Batches, Outbox
from cavendish.ports import Jobs


def file_item(job_id: str, *, jobs: Jobs, batches: Batches, outbox: Outbox) -> int:
    """File an item that has just ended; gives how many pictures it has there. Closing its batch does so again."""
    job = jobs.get(job_id)
    batch = batches.get(job.item.batch_id) if job and job.item else None
    if job is None or batch is None or batch.ended or batch.deliver != "folder":
        return 0
    folder = home(batch, batches)
    return sum(file_picture(folder, one, outbox) for one in files_of(job, jobs.attempts(job_id)))


def file_picture(folder: str, file: ItemFile, outbox: Outbox) -> bool:
    """File one picture. False: it is not there any more."""
    return outbox.copy(file.image.object_key, f"{folder}/{file.name}", file.image.mime)
