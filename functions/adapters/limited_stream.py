"""Connections whose every operation ends with the call: httpx limits each read, not their sum."""

import socket
import threading
from collections.abc import Callable, Iterable
from ssl import SSLContext
from typing import Any, Final

import httpcore

#: Connections that are silent for 350 s die behind NAT; probes keep them (architecture rule 5).
KEEP_ALIVE: Final = [
    (socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1),
    (socket.IPPROTO_TCP, socket.TCP_KEEPIDLE, 45),
    (socket.IPPROTO_TCP, socket.TCP_KEEPINTVL, 15),
    (socket.IPPROTO_TCP, socket.TCP_NODELAY, 1),
]
#: So much is written under one time-out: a socket takes it whole or waits. httpcore gives each part of a buffer the
#: whole time-out anew, so that whoever reads slowly enough would hold a large request for hours.
_PIECE_BYTES: Final = 16 * 1024
#: As httpcore's own: host, port, seconds, local address, socket options.
Connect = Callable[[str, int, float | None, str | None, Iterable[Any] | None], httpcore.NetworkStream]


class Deadline(threading.local):
    """When the call that this thread is making has to be over."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._at = float("inf")

    def set(self, limit_s: float) -> None:
        self._at = self._clock() + limit_s

    def shorten(self, most_s: float) -> None:
        self._at = min(self._at, self._clock() + most_s)

    def clip(self, timeout: float | None) -> float:
        """The time-out of one operation, cut to what is left of the call. Raises httpcore.ReadTimeout if nothing is."""
        left = self._at - self._clock()
        if left <= 0:
            raise httpcore.ReadTimeout("the call's limit is over")
        return left if timeout is None else min(timeout, left)


class LimitedStream(httpcore.NetworkStream):
    """A connection that reads and writes no longer than the call may take."""

    def __init__(self, stream: httpcore.NetworkStream, deadline: Deadline) -> None:
        self._stream = stream
        self._deadline = deadline
        self._spoiled = False

    def spoil(self) -> None:
        """No further call may use this connection."""
        self._spoiled = True

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        return self._stream.read(max_bytes, self._deadline.clip(timeout))

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        for start in range(0, len(buffer), _PIECE_BYTES):
            self._stream.write(buffer[start : start + _PIECE_BYTES], self._deadline.clip(timeout))

    def close(self) -> None:
        self._stream.close()

    def start_tls(
        self, ssl_context: SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore.NetworkStream:
        stream = self._stream.start_tls(ssl_context, server_hostname, self._deadline.clip(timeout))
        return LimitedStream(stream, self._deadline)

    def get_extra_info(self, info: str) -> Any:
        # An idle connection that can be read from is one that a pool does not use again.
        return (info == "is_readable" and self._spoiled) or self._stream.get_extra_info(info)


class LimitedBackend(httpcore.NetworkBackend):
    """Opens such connections."""

    def __init__(self, deadline: Deadline, connect: Connect | None = None) -> None:
        self._connect = connect or httpcore.SyncBackend().connect_tcp
        self._deadline = deadline

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.NetworkStream:
        timeout = self._deadline.clip(timeout)
        stream = self._connect(host, port, timeout, local_address, socket_options)
        return LimitedStream(stream, self._deadline)
