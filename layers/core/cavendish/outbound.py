"""The ports that lead out of the account, to models and to others' URLs: each a real adapter, and a fake."""

from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Protocol

from cavendish.credential import Credential
from cavendish.wire import WireRequest


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
