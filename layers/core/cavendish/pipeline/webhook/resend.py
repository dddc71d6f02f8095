"""Every minute: deliveries whose message was lost, or whose wait is longer than a queue holds a message back."""

from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from itertools import islice
from typing import Any, Final

from cavendish.errors import Overtaken
from cavendish.webhook.ports import Deliveries, DeliveryQueue

#: So many in one sweep at most, some 20 ms each for one of sixteen threads; the rest comes a minute later.
MOST: Final = 5_000

Each = Callable[[Callable[[str], None], Iterator[str]], Iterable[Any]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Resend:
    """The use case with its ports."""

    deliveries: Deliveries
    queue: DeliveryQueue

    def sweep(self, now: float, *, failed: Callable[[str, Exception], None], each: Each = map) -> int:
        """Send the messages of all that is due; gives how many. What fails is told of, and due again in a minute."""

        def send(delivery_id: str) -> None:
            try:
                self._send(delivery_id, now)
            except Exception as error:
                failed(delivery_id, error)

        return len(list(each(send, islice(self.deliveries.due(now), MOST))))

    def _send(self, delivery_id: str, now: float) -> None:
        row = self.deliveries.get(delivery_id)
        if row is None or row.due_at is None or row.due_at > now:
            return
        again = row.sent_again(now)
        with suppress(Overtaken):  # who has it sends it
            self.deliveries.save(row, again)
            self.queue.send(again)
