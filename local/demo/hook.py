"""The demo's own receivers: what ends is told to them by webhooks, and they verify that it is the service's."""

import queue
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from datetime import datetime
from typing import Any, Final

from cavendish_client import Client, JobView
from cavendish_client.webhooks.received import Received
from cavendish_client.webhooks.receiver import Receiver
from cavendish_client.webhooks.signature import key_of
from local.demo.acts import Act
from local.errors import CloudError

BATCH_ENDED: Final = "batch.completed"
#: Many times what it takes, on a machine that has much else to do.
DEADLINE_SECONDS: Final = 30.0


class Hook:
    """Listens while the demo is played."""

    def __init__(self, url: str, came: "queue.SimpleQueue[Received]") -> None:
        self._url, self._came = url, came

    def wanted(self, act: Act) -> dict[str, Any]:
        """What a submit says of it."""
        return {"webhook": {"url": self._url}} if act.webhook else {}

    def job_ended(self, job: JobView) -> Received:
        """The message that the job has ended. Raises CloudError if none comes, or one that is not to be believed."""
        return self._told(lambda one: (one.type, one.subject) == (f"job.{job['status']}", job["id"]))

    def batch_completed(self) -> Received:
        """The message that the batch has ended as it should. Raises CloudError, as above."""
        return self._told(lambda one: (one.type, one.status) == (BATCH_ENDED, "completed"))

    def _told(self, awaited: Callable[[Received], bool]) -> Received:
        try:
            message = self._came.get(timeout=DEADLINE_SECONDS)
        except queue.Empty:
            raise CloudError(f"No webhook came within {DEADLINE_SECONDS:.0f} seconds.") from None
        if message.refusal or not awaited(message):
            raise CloudError(f"This webhook should not have come: {message.line()}")
        return message


def of_jobs(client: Client) -> AbstractContextManager[Hook]:
    """A receiver that knows the secret of the key's tenant, which signs the webhooks of jobs."""
    return _listening(lambda _: client.webhooks.secret())


def of_batches(client: Client) -> AbstractContextManager[Hook]:
    """A receiver that is an endpoint, with its own secret: it hears of batches, also of those of dropped files."""
    return _listening(lambda url: str(client.webhooks.create(url, [BATCH_ENDED])["secret"]))


@contextmanager
def _listening(secret: Callable[[str], str]) -> Iterator[Hook]:
    """A receiver that verifies by the secret that is got for its address."""
    came: queue.SimpleQueue[Received] = queue.SimpleQueue()
    with Receiver(0, came.put) as receiver, receiver.serving(key_of(secret(receiver.url))):
        yield Hook(receiver.url, came)


def said(message: Received) -> str:
    """The line that tells of it."""
    late = message.at - datetime.fromisoformat(message.timestamp).timestamp()
    return f"told by a webhook: {message.type}, verified, {late:.1f} s after it happened"
