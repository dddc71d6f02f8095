"""The only way in which a URL that a user or a model gave is opened: architecture rule 15.

Each hop is looked up once, all its numbers are checked, and the connection goes to one of these. Nothing of a refused
address is ever connected to; refusals read alike, and what they take is the look-up alone, which every address has.
"""

import socket
import ssl
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from typing import Any, Final

import httpcore

from adapters.limited_stream import KEEP_ALIVE, Connect, Deadline, LimitedBackend
from adapters.pinned import LookUp, PinnedBackend, resolve
from cavendish.errors import AddressRefused, CallFailed
from cavendish.outbound import WebReply
from cavendish.web.web_address import MAX_REDIRECTS, WebAddress, parse

_CONNECT_S: Final = 5.0
#: A connection is made for one request: kept ones would have to be checked again.
_HEADERS: Final = {"accept": "*/*", "accept-encoding": "identity", "connection": "close", "user-agent": "cavendish/1"}


class SafeFetch:
    """The port Web. Keeps no connection, cookie or proxy. Threads may share it; each reads the answers that it opened.

    `local_http` is for the local run alone: http to 127.0.0.1 and localhost.
    """

    def __init__(
        self,
        clock: Callable[[], float],
        *,
        local_http: bool = False,
        tls: ssl.SSLContext | None = None,
        look_up: LookUp = socket.getaddrinfo,
        connect: Connect | None = None,
    ) -> None:
        self._clock = clock
        self._local_http = local_http
        self._tls = tls or httpcore.default_ssl_context()
        self._look_up = look_up
        self._connect = connect

    @contextmanager
    def get(self, url: str, *, limit_s: float, max_bytes: int) -> Iterator["Answer"]:
        with self.fetch("GET", url, limit_s=limit_s, max_bytes=max_bytes, redirects=MAX_REDIRECTS) as answer:
            yield answer

    def post(self, url: str, *, headers: Mapping[str, str], body: bytes, limit_s: float, max_bytes: int) -> WebReply:
        with self.fetch("POST", url, limit_s=limit_s, max_bytes=max_bytes, headers=headers, body=body) as answer:
            return WebReply(answer.status, answer.headers, answer.head())

    def check(self, url: str, *, limit_s: float) -> None:
        deadline = Deadline(self._clock)
        deadline.set(limit_s)
        address = parse(url, local_http=self._local_http)
        with suppress(CallFailed), _translated(_Trace(), limit_s):
            address.checked(resolve(self._look_up, address.host, address.port, deadline))

    @contextmanager
    def fetch(
        self,
        method: str,
        url: str,
        *,
        limit_s: float,
        max_bytes: int,
        redirects: int = 0,
        headers: Mapping[str, str] | None = None,
        body: bytes = b"",
    ) -> Iterator["Answer"]:
        """Send one request, follow so many redirects at most, and give the answer as it arrives.

        With `redirects` 0 a redirect is an answer as any other. One that is followed is a bare GET: neither the headers
        nor the body are for another host. Raises AddressRefused, also at one redirect too many; CallFailed.
        """
        deadline = Deadline(self._clock)
        deadline.set(limit_s)
        address: WebAddress | None = parse(url, local_http=self._local_http)
        length = {"content-length": str(len(body))} if method != "GET" else {}
        sent: dict[str, Any] = {"method": method, "headers": {**_HEADERS, **length, **(headers or {})}, "content": body}
        for _ in range(redirects + 1):
            assert address
            with self._opened(address, sent, deadline, limit_s, max_bytes) as answer:
                address = address.following(answer.status, answer.headers) if redirects else None
                if address is None:
                    yield answer
                    return
            sent = {"method": "GET", "headers": _HEADERS}
        raise AddressRefused

    @contextmanager
    def _opened(
        self, address: WebAddress, sent: Mapping[str, Any], deadline: Deadline, limit_s: float, max_bytes: int
    ) -> Iterator["Answer"]:
        trace = _Trace()
        with _translated(trace, limit_s):
            numbers = address.checked(resolve(self._look_up, address.host, address.port, deadline))
        backend = PinnedBackend(numbers, LimitedBackend(deadline, self._connect))
        request = httpcore.Request(
            url=_url(address),
            extensions={"trace": trace, "timeout": {"connect": _CONNECT_S, "read": limit_s, "write": limit_s}},
            **{**sent, "headers": {"host": address.authority, **sent["headers"]}},
        )
        with httpcore.ConnectionPool(
            ssl_context=self._tls, max_connections=1, network_backend=backend, socket_options=KEEP_ALIVE
        ) as pool:
            with _translated(trace, limit_s):
                response = pool.handle_request(request)
            try:
                yield Answer(response, trace, limit_s, max_bytes)
            finally:
                response.close()


class Answer:
    """The port WebAnswer. httpcore refuses headers of more than 100 KiB in all."""

    def __init__(self, response: httpcore.Response, trace: "_Trace", limit_s: float, max_bytes: int) -> None:
        self.status = response.status
        self.headers: Mapping[str, str] = {
            name.decode("ascii").lower(): value.decode("latin-1") for name, value in response.headers
        }
        self._response = response
        self._trace = trace
        self._limit_s = limit_s
        self._max_bytes = max_bytes

    def chunks(self) -> Iterator[bytes]:
        if self.headers.get("content-encoding", "identity").lower() != "identity":
            raise CallFailed("garbled", sent=True, detail="the answer is compressed, which was not asked for")
        if int(self.headers.get("content-length", "0")) > self._max_bytes:
            raise self._too_large()
        read = 0
        for chunk in self._raw():
            read += len(chunk)
            if read > self._max_bytes:
                raise self._too_large()
            yield chunk

    def head(self) -> bytes:
        """The first bytes of the body as they came, `max_bytes` at most; fewer if it breaks off. No more is read."""
        read = b""
        with suppress(CallFailed):
            for chunk in self._raw():
                read += chunk
                if len(read) >= self._max_bytes:
                    break
        return read[: self._max_bytes]

    def _too_large(self) -> CallFailed:
        return CallFailed("garbled", sent=True, detail=f"the answer is larger than {self._max_bytes} bytes")

    def _raw(self) -> Iterator[bytes]:
        with _translated(self._trace, self._limit_s):
            yield from self._response.iter_stream()


class _Trace:
    """Listens to httpcore: whether the other side may have seen the request."""

    def __init__(self) -> None:
        self.sent = False

    def __call__(self, event: str, _: Mapping[str, Any]) -> None:
        self.sent = self.sent or event.endswith("send_request_headers.started")


@contextmanager
def _translated(trace: _Trace, limit_s: float) -> Iterator[None]:
    try:
        yield
    except httpcore.ConnectTimeout:
        raise CallFailed("timed_out", sent=False, detail="the connection was not made in time") from None
    except httpcore.TimeoutException:
        detail = f"no whole answer within {limit_s:.0f} s"
        raise CallFailed("timed_out", sent=trace.sent, detail=detail) from None
    except (httpcore.NetworkError, httpcore.ProtocolError) as error:
        detail = f"{type(error).__name__}: {error}"[:300]
        raise CallFailed("connection_lost", sent=trace.sent, detail=detail) from None


def _url(address: WebAddress) -> httpcore.URL:
    return httpcore.URL(
        scheme=address.scheme.encode(), host=address.host.encode(), port=address.port, target=address.target.encode()
    )
