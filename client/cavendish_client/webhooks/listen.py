"""`cavendish webhooks listen`: a receiver of your own for as long as you look at it."""

import signal
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Any, Final

from cavendish_client.client import Client, Problem
from cavendish_client.say import complain, say
from cavendish_client.told import Unable
from cavendish_client.webhooks.received import Received
from cavendish_client.webhooks.receiver import HOST, Receiver
from cavendish_client.webhooks.signature import key_of

_NEEDS_A_URL: Final = (
    f"This deployment does not reach {HOST}: it needs a public https URL. Lead one to a port of this machine,"
    " run `cavendish webhooks create URL` with it, then `listen --port N --secret` with the secret that it shows."
)


def with_secret(port: int, secret: str) -> None:
    """Listen to what somebody leads here, until Ctrl-C. Raises Unable."""
    key = key_of(secret)
    with _receiver(port) as receiver, _interruptible() as ended:
        _listen(receiver, key, "what comes here is verified with that secret", ended)


def with_endpoint(port: int, client: Client) -> None:
    """Listen at an endpoint that is there for so long, until Ctrl-C. Raises Unable, Problem."""
    with _receiver(port) as receiver, _interruptible() as ended, _endpoint(client, receiver) as made:
        _listen(receiver, key_of(made["secret"]), f"the endpoint {made['id']} hears of all your jobs", ended)


def _receiver(port: int) -> Receiver:
    seen: set[str] = set()

    def tell(message: Received) -> None:
        verified = message.refusal is None
        say(message.line(again=verified and message.message_id in seen))
        if verified:
            seen.add(message.message_id)

    try:
        return Receiver(port, tell)
    except OSError as error:
        raise Unable(f"Nothing can listen on port {port}: {error}") from None


@contextmanager
def _endpoint(client: Client, receiver: Receiver) -> Iterator[dict[str, Any]]:
    """An endpoint for the receiver, deleted afterwards."""
    try:
        made = client.webhooks.create(receiver.url)
    except Problem as problem:
        if "/url" in [fault["pointer"] for fault in problem.errors]:
            raise Unable(_NEEDS_A_URL) from None
        raise
    try:
        yield made
    finally:
        client.webhooks.delete(made["id"])
        complain(f"The endpoint {made['id']} was deleted.")


@contextmanager
def _interruptible() -> Iterator[threading.Event]:
    """Ctrl-C and SIGTERM say that it is to end, and break nothing off: an endpoint would be left behind."""
    ended = threading.Event()

    def end(number: int, frame: FrameType | None) -> None:
        ended.set()

    before = {number: signal.signal(number, end) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield ended
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _listen(receiver: Receiver, key: bytes, how: str, ended: threading.Event) -> None:
    with receiver.serving(key):
        complain(f"Listening on {receiver.url}: {how}. Ctrl-C ends it.")
        sys.stderr.flush()
        ended.wait()
