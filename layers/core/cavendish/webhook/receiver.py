"""A job's own webhook, and what is true of every receiver: how many deliveries it gets at once."""

import hashlib
from collections.abc import Callable
from typing import Final

from pydantic import ConfigDict, Field, field_validator

from cavendish.errors import AddressRefused
from cavendish.value import Value
from cavendish.web.web_address import MAX_CHARS, parse
from cavendish.webhook.events import TERMINAL_EVENTS, JobEventType

#: So many deliveries to one receiver are under way at once: one that hangs for 15 s a try holds so many workers.
SLOTS: Final = 4
#: A slot that nobody gave back is free after so many seconds: twice the 15 s that a try takes.
SLOT_S: Final = 30.0

#: Says whether a URL is opened. Raises AddressRefused.
Check = Callable[[str], None]


def check_text(url: str) -> None:
    """Only what the URL itself says. Raises AddressRefused."""
    address = parse(url)
    if address.host.replace(".", "").isdigit() or ":" in address.host:
        address.checked([address.host])


class BatchWebhook(Value):
    """Where a caller wants to be told that a batch has ended."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    url: str = Field(min_length=1, max_length=MAX_CHARS)

    @field_validator("url")
    @classmethod
    def _url_may_be_opened(cls, url: str) -> str:
        return opened(url)

    def key(self, tenant: str) -> str:
        """What its receiver is called: all such webhooks on one host share their slots."""
        origin = parse(self.url, local_http=True).authority
        return f"job-{hashlib.sha256(f'{tenant}|{origin}'.encode()).hexdigest()[:32]}"


class JobWebhook(BatchWebhook):
    """Where a caller wants to be told of one job, and of what."""

    events: list[JobEventType] = Field(default=list(TERMINAL_EVENTS), min_length=1, max_length=20)


def opened(url: str) -> str:
    """A URL whose text may be opened somewhere: on a developer's machine http to localhost may, which `Check` knows."""
    try:
        parse(url, local_http=True)
    except AddressRefused as refused:
        raise ValueError(str(refused)) from None
    return url


def usable(slow: bool) -> int:  # noqa: FBT001 - its only word
    """How many slots a receiver has; one that is under load has one."""
    return 1 if slow else SLOTS
