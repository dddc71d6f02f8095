"""How far an economy batch is: what its items have been cut into, and when it is looked after next."""

from collections.abc import Iterable
from typing import Self

from cavendish.batch.batch import KEPT_S
from cavendish.batch.chunk import Chunk, Member
from cavendish.value import Value
from cavendish.wire.gemini_batch import CHUNK_MOST


class Course(Value):
    """One row of a batch. Whoever works on its chunks takes a turn here first, so that no two do."""

    batch_id: str
    #: Counts the writes; each is conditional on it. 0: it was never written.
    revision: int = 0
    #: So many of its items have been looked at, and so many chunks been made of them.
    items: int = 0
    chunks: int = 0
    #: Whose turn it is has it until then; nobody needs to look before the second. Seconds since the epoch.
    free_at: float = 0.0
    next_at: float = 0.0
    #: Whether a worker has heard that the batch is cancelled.
    cancel: bool = False
    done: bool = False

    @property
    def expires_at(self) -> float:
        return self.free_at + KEPT_S

    def due(self, now: float, *, cancel: bool) -> bool:
        """Whether there is something to do for whoever comes now; who cancels is not kept waiting."""
        if self.done or now < self.free_at:
            return False
        return now >= self.next_at or (cancel and not self.cancel)

    def taken(self, until: float, *, cancel: bool) -> Self:
        return self._moved(free_at=until, cancel=cancel)

    def cut(self, items: int, chunks: int) -> Self:
        """Looked at so many items, which made so many chunks more."""
        return self._moved(items=items, chunks=self.chunks + chunks)

    def left(self, now: float, next_at: float) -> Self:
        return self._moved(free_at=now, next_at=next_at)

    def ended(self, now: float) -> Self:
        return self._moved(free_at=now, done=True)

    def _moved(self, **changes: object) -> Self:
        return self.model_copy(update={**changes, "revision": self.revision + 1})


def packed(asked: Iterable[tuple[Member, str, int]], course: Course, now: float) -> list[Chunk]:
    """Members, each with what its model is called and how many pictures it wants, in as few chunks as they need.

    The pictures of a job stay together: it goes on when all of them are there.
    """
    groups: dict[tuple[str, str], list[list[Member]]] = {}
    room: dict[tuple[str, str], int] = {}
    for member, model, pictures in asked:
        way = (member.call.route, model)
        if room.get(way, 0) < pictures:
            groups.setdefault(way, []).append([])
            room[way] = CHUNK_MOST
        groups[way][-1].append(member)
        room[way] -= pictures
    full = [(*way, tuple(members)) for way, lists in groups.items() for members in lists]
    return [
        Chunk(batch_id=course.batch_id, number=number, route=route, model=model, members=members, cut_at=now)
        for number, (route, model, members) in enumerate(full, course.chunks)
    ]
