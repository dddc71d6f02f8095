"""Where a batch's results lie: of two versions of one file, the newer one has the folder."""

from cavendish.batch.batch import Batch
from cavendish.batch.ports import Batches


def home(batch: Batch, batches: Batches) -> str:
    """Its folder, or one of its own inside of it."""
    if batch.deliver != "folder":
        return batch.folder
    leader = batches.leader(batch.tenant, batch.folder)
    return batch.folder if leader in (None, batch.root or batch.id) else f"{batch.folder}/older/{batch.id}"
