"""A job's own webhook, and what is true of every receiver: how many deliveries it gets at once."""

import hashlib
from collections.abc import Callable
from typing import Final

from pydantic import ConfigDict, Field, ValidationInfo, field_validator

from cavendish.errors import AddressRefused
from cavendish.value import Value
from cavendish.web.web_address import MAX_CHARS, parse
from cavendish.webhook.events import TERMINAL_EVENTS, JobEventType

#: So many deliveries to one receiver are under way at once: one that hangs for 15 s a try holds so many workers.
SLOTS: Final = 4
#: So many to all of a tenant's jobs' own webhooks on one host: each job may bring another URL of a host that hangs.
HOST_SLOTS: Final = 16
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
    def _url_may_be_opened(cls, url: str, info: ValidationInfo) -> str:
        return opened(url, info)

    def key(self, tenant: str) -> str:
        """What its receiver is called: those with the same URL share their slots."""
        return f"job-{_digest(tenant, self.url)}"


class JobWebhook(BatchWebhook):
    """Where a caller wants to be told of one job, and of what."""

    events: list[JobEventType] = Field(default=list(TERMINAL_EVENTS), min_length=1, max_length=20)


def checked(check: Check) -> dict[str, Check]:
    """The context in which a caller's URLs are validated: by who says whether they are opened here and now."""
    return {"check": check}


def opened(url: str, info: ValidationInfo) -> str:
    """A URL that may be opened: somewhere, for on a developer's machine http to localhost may, or here if it is asked.

    What is kept was asked when it came.
    """
    try:
        parse(url, local_http=True)
        if info.context:
            info.context["check"](url)
    except AddressRefused as refused:
        raise ValueError(str(refused)) from None
    return url


def host_key(tenant: str, url: str) -> str:
    """What a host is called with whose jobs' webhooks a URL shares slots."""
    return f"host-{_digest(tenant, parse(url, local_http=True).authority)}"


def usable(slots: int, *, slow: bool) -> int:
    """How many slots there are of so many; who is under load has one."""
    return 1 if slow else slots


def _digest(tenant: str, where: str) -> str:
    return hashlib.sha256(f"{tenant}|{where}".encode()).hexdigest()[:32]
