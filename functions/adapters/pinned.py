"""A host looked up once, and connections to the numbers that were found then and to no others."""

import socket
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import Future
from contextlib import suppress
from threading import Thread
from typing import Any

import httpcore

from adapters.limited_stream import Deadline, LimitedBackend

#: As socket.getaddrinfo.
LookUp = Callable[..., Sequence[tuple[Any, ...]]]
#: So many numbers of a host are tried; more would let its owner make us knock on many doors.
_TRIED = 4


def resolve(look_up: LookUp, host: str, port: int, deadline: Deadline) -> list[str]:
    """All numbers of a host; none if there is no such host.

    Raises httpcore.ConnectError if nobody knows at the moment, httpcore.TimeoutException if the call's time is over.
    """
    found: Future[list[str]] = Future()
    # In a thread, because getaddrinfo knows no time-out; one that hangs is given up, and keeps nobody from ending.
    Thread(target=_look_up, args=(found, look_up, host, port), daemon=True).start()
    limit_s = deadline.clip(None)
    try:
        return found.result(limit_s)
    except TimeoutError:
        raise httpcore.ConnectTimeout("the name was not resolved in time") from None
    except socket.gaierror as error:
        if error.errno == socket.EAI_AGAIN:
            raise httpcore.ConnectError("the name cannot be resolved at the moment") from None
        return []
    except (OSError, UnicodeError):
        return []


def _look_up(found: "Future[list[str]]", look_up: LookUp, host: str, port: int) -> None:
    try:
        answers = look_up(host, port, type=socket.SOCK_STREAM)
        found.set_result([str(address[0]) for *_, address in answers])
    except Exception as error:
        found.set_exception(error)  # it belongs to who waits for it


class PinnedBackend(httpcore.NetworkBackend):
    """Connects to the first of the given numbers that answers, whatever the host resolves to by now."""

    def __init__(self, numbers: Sequence[str], backend: LimitedBackend) -> None:
        self._numbers = numbers[:_TRIED]
        self._backend = backend

    def connect_tcp(
        self,
        host: str,  # noqa: ARG002 - the name was looked up before
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.NetworkStream:
        for number in self._numbers[:-1]:
            with suppress(httpcore.ConnectError, httpcore.ConnectTimeout):
                return self._backend.connect_tcp(number, port, timeout, local_address, socket_options)
        return self._backend.connect_tcp(self._numbers[-1], port, timeout, local_address, socket_options)
