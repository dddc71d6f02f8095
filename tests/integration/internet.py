"""Names, numbers and what stands behind them, as a test says; and everything that was connected to."""

import socket
import sys
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from ipaddress import ip_address
from typing import Any

import httpcore

from adapters.safe_fetch import SafeFetch
from tests.integration.tls import trusting

#: A number that anybody may have.
PUBLIC = "93.184.215.14"

_heard: list[tuple[Any, ...]] = []
_listening = False


def _hear(event: str, arguments: tuple[Any, ...]) -> None:
    if _listening and event == "socket.connect":
        _heard.append(arguments[1])


sys.addaudithook(_hear)


@contextmanager
def sockets_connected() -> Iterator[list[tuple[Any, ...]]]:
    """Each address that this process connects a socket to, whoever does it and by whatever function."""
    global _listening  # noqa: PLW0603 - a hook of the interpreter cannot be taken away
    _heard.clear()
    _listening = True
    try:
        yield _heard
    finally:
        _listening = False


@dataclass
class Internet:
    """Each name has its answers, one for each time it is looked up, the last one for ever."""

    names: dict[str, list[list[str]]] = field(default_factory=dict)
    #: The port on 127.0.0.1 of what stands behind a number.
    doors: dict[str, int] = field(default_factory=dict)
    looked_up: list[str] = field(default_factory=list)
    connected: list[tuple[str, int]] = field(default_factory=list)

    def fetch(self, **options: Any) -> SafeFetch:
        parts: Mapping[str, Any] = {"tls": trusting(), "look_up": self.look_up, "connect": self.connect, **options}
        return SafeFetch(time.monotonic, **parts)

    def look_up(self, host: str, port: int, **_: Any) -> Sequence[tuple[Any, ...]]:
        """As socket.getaddrinfo."""
        self.looked_up.append(host)
        answers = self.names.get(host, [[host]] if _is_number(host) else [])
        if not answers:
            raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")
        numbers = answers.pop(0) if len(answers) > 1 else answers[0]
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (number, port)) for number in numbers]

    def connect(
        self,
        number: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        options: Iterable[Any] | None = None,
    ) -> httpcore.NetworkStream:
        """As httpcore's; only to what stands behind a number."""
        self.connected.append((number, port))
        if number not in self.doors:
            raise httpcore.ConnectError("nobody stands behind this number")
        return httpcore.SyncBackend().connect_tcp("127.0.0.1", self.doors[number], timeout, None, options)


def _is_number(host: str) -> bool:
    try:
        return bool(ip_address(host))
    except ValueError:
        return False
