"""Which deliveries somebody wants to see, and the pages they come in."""

import base64
import binascii
from typing import Annotated, Final, NamedTuple

from pydantic import ConfigDict, Field

from cavendish.ulid import is_ulid, ulid
from cavendish.value import Value
from cavendish.webhook.delivery import PREFIX, Delivery, State

PAGE_MAX: Final = 100


def is_delivery_id(text: str) -> bool:
    return text.startswith(PREFIX) and is_ulid(text.removeprefix(PREFIX))


def cursor(delivery_id: str) -> str:
    """Where a page ends, for callers to send back and not to read."""
    return base64.urlsafe_b64encode(delivery_id.encode()).decode().rstrip("=")


def read_cursor(after: str) -> str:
    """The delivery that a page ended with. Raises ValueError."""
    try:
        found = base64.b64decode(after + "=" * (-len(after) % 4), altchars=b"-_", validate=True).decode("ascii")
    except (binascii.Error, ValueError):
        found = ""
    if not is_delivery_id(found) or cursor(found) != after:
        raise ValueError("this is no cursor; send what `next` of the page before was, or leave it out")
    return found


class DeliveryQuery(Value):
    """What a list is asked for: newest first, or oldest first from a moment on."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    status: State | None = None
    #: An endpoint's id.
    endpoint: str | None = None
    #: Only deliveries beyond the one with this id.
    after: Annotated[str | None, Field(pattern=f"^{PREFIX}[0-9A-Z]{{26}}$")] = None
    #: Only what happened since then, in seconds since the epoch.
    since: float | None = None
    oldest_first: bool = False
    limit: Annotated[int, Field(ge=1, le=PAGE_MAX)] = 20

    @property
    def oldest(self) -> str | None:
        """What the ids of all that is asked for are greater than, as a ULID."""
        return None if self.since is None else ulid(max(0.0, self.since), bytes(10))

    def wants(self, delivery: Delivery) -> bool:
        """Whether a delivery is asked for, as far as it says so itself."""
        return (
            self.status in (None, delivery.state)
            and self.endpoint in (None, delivery.receiver)
            and (self.since is None or delivery.at >= self.since)
        )


class DeliveryPage(NamedTuple):
    """Deliveries in the order that was asked for, and the id after which the next page begins; None: there is none."""

    deliveries: list[Delivery]
    after: str | None
