"""The client for paid calls: sent once, read as a stream, never longer than the limit, never through a stray proxy."""

import json
import socket
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from ssl import SSLContext
from typing import Any, Final

import httpcore
import httpx

from adapters.provider_keys import ProviderKeys
from cavendish.errors import CallFailed
from cavendish.wire import WireRequest

#: Connections that are silent for 350 s die behind NAT; probes keep them (architecture rule 5).
_KEEP_ALIVE: Final = [
    (socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1),
    (socket.IPPROTO_TCP, socket.TCP_KEEPIDLE, 45),
    (socket.IPPROTO_TCP, socket.TCP_KEEPINTVL, 15),
    (socket.IPPROTO_TCP, socket.TCP_NODELAY, 1),
]
_CONNECT_S: Final = 10.0
_LIMITS: Final = httpx.Limits(max_connections=None, max_keepalive_connections=20, keepalive_expiry=30)
#: gzip would cost 85 ms for a 4K picture and save nothing: base64 of a compressed picture hardly shrinks.
_HEADERS: Final = {"accept": "application/json", "accept-encoding": "identity", "user-agent": "cavendish/1"}


class ModelHttp:
    """The port Models. One client is kept across calls; each thread's call has its own deadline."""

    def __init__(self, keys: ProviderKeys, bases: Mapping[str, str], clock: Callable[[], float]) -> None:
        self._keys = keys
        self._bases = bases
        self._clock = clock
        self._deadline = _Deadline(clock)
        self._client = httpx.Client(transport=_transport(self._deadline), headers=_HEADERS, trust_env=False)

    def key(self, route: str) -> str:
        return self._keys.get(route)

    def base_url(self, route: str) -> str:
        return self._bases[route]

    @contextmanager
    def post(self, url: str, request: WireRequest, *, limit_s: float) -> Iterator["Answer"]:
        self._deadline.set(limit_s)
        trace = _Trace(self._clock)
        body = json.dumps(request.body, ensure_ascii=False).encode()
        headers = {"content-type": "application/json", **request.headers}
        with (
            _translated(trace, limit_s),
            self._client.stream(
                "POST",
                url + request.path,
                content=body,
                headers=headers,
                timeout=httpx.Timeout(limit_s, connect=min(_CONNECT_S, limit_s)),
                extensions={"trace": trace},
            ) as response,
        ):
            yield Answer(response, trace)


class Answer:
    """The port ModelAnswer."""

    def __init__(self, response: httpx.Response, trace: "_Trace") -> None:
        self.status = response.status_code
        self.headers: Mapping[str, str] = response.headers
        self.connect_s = trace.connect_s
        self._response = response

    def chunks(self) -> Iterator[bytes]:
        return self._response.iter_raw()


class _Trace:
    """Listens to httpcore: how long the connection took, and whether the model may have seen the request."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._began = clock()
        self.connect_s = 0.0
        self.sent = False

    def __call__(self, event: str, _: Mapping[str, Any]) -> None:
        if event.endswith("send_request_headers.started"):
            self.connect_s = self._clock() - self._began
            self.sent = True


@contextmanager
def _translated(trace: _Trace, limit_s: float) -> Iterator[None]:
    try:
        yield
    except httpx.ConnectTimeout:
        raise CallFailed("timed_out", sent=False, detail="the connection was not made in time") from None
    except httpx.TimeoutException:
        detail = f"no whole answer within {limit_s:.0f} s"
        raise CallFailed("timed_out", sent=trace.sent, detail=detail) from None
    except (httpx.TransportError, httpx.InvalidURL) as error:
        detail = f"{type(error).__name__}: {error}"[:300]
        raise CallFailed("connection_lost", sent=trace.sent, detail=detail) from None


class _Deadline(threading.local):
    """When the call that this thread is making has to be over."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._at = float("inf")

    def set(self, limit_s: float) -> None:
        self._at = self._clock() + limit_s

    def clip(self, timeout: float | None) -> float:
        """The time-out of one operation, cut to what is left of the call. Raises httpcore.ReadTimeout if nothing is."""
        left = self._at - self._clock()
        if left <= 0:
            raise httpcore.ReadTimeout("the call's limit is over")
        return left if timeout is None else min(timeout, left)


class _Stream(httpcore.NetworkStream):
    """A connection whose every read and write ends with the call: httpx limits each operation, not their sum."""

    def __init__(self, stream: httpcore.NetworkStream, deadline: _Deadline) -> None:
        self._stream = stream
        self._deadline = deadline

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        return self._stream.read(max_bytes, self._deadline.clip(timeout))

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self._stream.write(buffer, self._deadline.clip(timeout))

    def close(self) -> None:
        self._stream.close()

    def start_tls(
        self, ssl_context: SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore.NetworkStream:
        stream = self._stream.start_tls(ssl_context, server_hostname, self._deadline.clip(timeout))
        return _Stream(stream, self._deadline)

    def get_extra_info(self, info: str) -> Any:
        return self._stream.get_extra_info(info)


class _Backend(httpcore.NetworkBackend):
    """Opens such connections."""

    def __init__(self, deadline: _Deadline) -> None:
        self._backend = httpcore.SyncBackend()
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
        stream = self._backend.connect_tcp(host, port, timeout, local_address, socket_options)
        return _Stream(stream, self._deadline)


def _transport(deadline: _Deadline) -> httpx.HTTPTransport:
    transport = httpx.HTTPTransport(limits=_LIMITS, socket_options=_KEEP_ALIVE, trust_env=False)
    # httpx has no argument for the backend of its pool; a test holds this line to the release that is locked.
    transport._pool._network_backend = _Backend(deadline)
    return transport
