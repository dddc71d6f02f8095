"""How the items of a batch ended, read page by page: a batch may have more of them than fit into memory."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any, Final

from cavendish.attempt import Attempt
from cavendish.batch.batch import Batch
from cavendish.batch.files import ItemFile, files_of
from cavendish.batch.item import ItemFault, job_id
from cavendish.batch.ports import Batches
from cavendish.job import Job
from cavendish.ports import Jobs

#: So many items are read at once.
PAGE: Final = 100

Each = Callable[[Callable[[Any], Any], Iterable[Any]], Iterable[Any]]


@dataclass(frozen=True, slots=True)
class End:
    """An item: it could not be read, or its job is gone, or here is its job with all of its attempts."""

    index: int
    fault: ItemFault | None
    job: Job | None
    attempts: list[Attempt]

    @property
    def files(self) -> list[ItemFile]:
        return files_of(self.job, self.attempts) if self.job else []


@dataclass(frozen=True, slots=True, kw_only=True)
class Ends:
    """Reads them. `each` is map, or a pool's; to `now` a job is gone as soon as its retention is over."""

    jobs: Jobs
    batches: Batches
    each: Each
    clock: Callable[[], float]

    def page(self, batch: Batch, first: int, until: int) -> list[End]:
        """The items whose index is in the range, in its order."""
        ids = {index: job_id(batch.id, index) for index in range(first, until)}
        now, found = self.clock(), self.jobs.several(list(ids.values()))
        jobs = {key: job for key, job in found.items() if not job.outdated(now)}
        attempts = dict(self.each(lambda key: (key, self.jobs.attempts(key)), jobs))
        # Who noted a fault may have died before it counted, and the next reader have found the item well.
        noted = self.batches.faults(batch.id, first, until)
        faults = {one.index: one for one in noted if ids[one.index] not in found}
        return [End(index, faults.get(index), jobs.get(key), attempts.get(key, [])) for index, key in ids.items()]

    def pages(self, batch: Batch, first: int, until: int) -> Iterator[list[End]]:
        for at in range(first, until, PAGE):
            yield self.page(batch, at, min(at + PAGE, until))
