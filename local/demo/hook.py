"""The demo's own receiver: the end of a job comes to it as a webhook, and it verifies that it is the service's."""

import queue
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any, Final

from cavendish_client import Client, JobView
from cavendish_client.webhooks.received import Received
from cavendish_client.webhooks.receiver import Receiver
from cavendish_client.webhooks.signature import key_of
from local.demo.acts import Act
from local.errors import CloudError

#: Many times what it takes, on a machine that has much else to do.
DEADLINE_SECONDS: Final = 30.0


class Hook:
    """Listens while the demo is played."""

    def __init__(self, url: str, came: "queue.SimpleQueue[Received]") -> None:
        self._url, self._came = url, came

    def wanted(self, act: Act) -> dict[str, Any]:
        """What a submit says of it."""
        return {"webhook": {"url": self._url}} if act.webhook else {}

    def told(self, job: JobView) -> Received:
        """The message that the job has ended. Raises CloudError if none comes, or one that is not to be believed."""
        try:
            message = self._came.get(timeout=DEADLINE_SECONDS)
        except queue.Empty:
            raise CloudError(f"No webhook came within {DEADLINE_SECONDS:.0f} seconds.") from None
        if message.refusal or (message.type, message.subject) != (f"job.{job['status']}", job["id"]):
            raise CloudError(f"This webhook should not have come: {message.line()}")
        return message


@contextmanager
def listening(client: Client) -> Iterator[Hook]:
    """A receiver that knows the secret of the key's tenant, which signs the webhooks of jobs."""
    came: queue.SimpleQueue[Received] = queue.SimpleQueue()
    with Receiver(0, came.put) as receiver, receiver.serving(key_of(client.webhooks.secret())):
        yield Hook(receiver.url, came)


def said(message: Received) -> str:
    """The line that tells of it."""
    late = message.at - datetime.fromisoformat(message.timestamp).timestamp()
    return f"told by a webhook: {message.type}, verified, {late:.1f} s after it happened"
