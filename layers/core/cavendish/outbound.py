"""The ports that lead out of the account, to models and to others' URLs: each a real adapter, and a fake."""

from collections.abc import Collection, Iterable, Iterator, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Protocol

from cavendish.credential import Credential
from cavendish.outcome import Report
from cavendish.wire import WireRequest
from cavendish.wire.gemini_operation import Operation
from cavendish.wire.gemini_results import Answered


class ModelAnswer(Protocol):
    """An answer that is still arriving."""

    status: int
    headers: Mapping[str, str]
    #: Seconds until the connection stood.
    connect_s: float

    def chunks(self) -> Iterator[bytes]:
        """The body as it arrives. Raises CallFailed."""

    def hurry(self, most_s: float) -> None:
        """Let the rest of the answer take so long at most."""

    def finish(self) -> None:
        """The answer is complete: wait a moment for its end, so that the connection can be kept."""


class Models(Protocol):
    """The doors of all providers."""

    def credential(self, route: str) -> Credential | None:
        """What opens the provider's door; None if nothing is set. Raises KeyRefused, CallFailed."""

    def base_url(self, route: str) -> str: ...

    def send(self, url: str, request: WireRequest, *, limit_s: float) -> AbstractContextManager[ModelAnswer]:
        """Send a request, once, and never again. Everything until the body's end takes `limit_s` at most.

        Raises CallFailed.
        """


class BatchModels(Protocol):
    """The batch APIs of providers, on routes that have an economy: many calls in one, made within a day.

    `title` is our name for a batch, `operation` and `file` are the provider's. A report says why there is no answer,
    and whether that may be billed. Each method takes `limit_s` at most.
    """

    def upload(self, route: str, title: str, lines: Iterable[bytes], *, limit_s: float) -> str | Report:
        """Send the lines of a batch; gives the file's name. Free, and kept for two days."""

    def create(self, route: str, model: str, file: str, title: str, *, limit_s: float) -> Operation | Report:
        """Begin the batch whose lines are in this file. `model` is what it is called on the route.

        Once, and never again: after a report with `billed` unknown, look with `find` whether it was begun.
        """

    def find(self, route: str, title: str, *, limit_s: float) -> Operation | Report | None:
        """The newest batch with this title; None if there is none."""

    def look(self, route: str, operation: str, *, limit_s: float) -> Operation | Report:
        """Where a batch stands."""

    def cancel(self, route: str, operation: str, *, limit_s: float) -> Report | None:
        """Ask for its end; None: that was heard. What was made until then may be billed."""

    def results(
        self, route: str, file: str, keys: Collection[str], *, limit_s: float
    ) -> AbstractContextManager[Iterator[Answered]]:
        """What came of each of these lines, once. A picture's file is open until the next one is asked for.

        Reading is free and can be repeated. Raises CallFailed, also between two of them: "garbled" where no other try
        will help, because the file is gone.
        """


class WebAnswer(Protocol):
    """What a URL of others answered, and still answers."""

    status: int
    #: By names in lower case.
    headers: Mapping[str, str]

    def chunks(self) -> Iterator[bytes]:
        """The body as it arrives. Raises CallFailed: "garbled" if it is larger than it may be, or compressed."""


@dataclass(frozen=True, slots=True)
class WebReply:
    """What a URL of others answered to what was sent there."""

    status: int
    #: By names in lower case.
    headers: Mapping[str, str]
    #: The first bytes of the body.
    head: bytes = b""


class Web(Protocol):
    """The URLs that users and models give."""

    def get(self, url: str, *, limit_s: float, max_bytes: int) -> AbstractContextManager[WebAnswer]:
        """Open a URL, and where it redirects to. Everything until the body's end takes `limit_s` at most.

        Raises AddressRefused, always the same, before anything is connected to; CallFailed.
        """

    def post(self, url: str, *, headers: Mapping[str, str], body: bytes, limit_s: float, max_bytes: int) -> WebReply:
        """Send a body, once; a redirect is an answer as any other. Only `max_bytes` of what is answered are read.

        An answer that breaks off after its headers is an answer. Raises AddressRefused, CallFailed.
        """

    def check(self, url: str, *, limit_s: float) -> None:
        """Whether a URL would be opened, as far as can be said without doing it. Raises AddressRefused.

        A name that nobody can resolve at the moment passes: it is checked again when it is opened.
        """
