"""The client for paid calls: sent once, read as a stream, never longer than the limit, never through a stray proxy."""

import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from http.cookiejar import CookieJar, DefaultCookiePolicy
from typing import Any, Final

import httpcore
import httpx

from adapters.inflated import inflated
from adapters.limited_stream import KEEP_ALIVE, Deadline, LimitedBackend, LimitedStream
from cavendish.credential import Credential
from cavendish.errors import CallFailed
from cavendish.wire import WireRequest

_CONNECT_S: Final = 10.0
#: An answer whose JSON is complete gets this long to end, so that its connection can be kept.
_FINISH_S: Final = 0.25
_LIMITS: Final = httpx.Limits(max_connections=None, max_keepalive_connections=20, keepalive_expiry=30)
#: gzip would cost 85 ms for a 4K picture and save nothing: base64 of a compressed picture hardly shrinks.
_HEADERS: Final = {"accept": "application/json", "accept-encoding": "identity", "user-agent": "cavendish/1"}


class ModelHttp:
    """The port Models. One client is kept across calls; each thread's call has its own deadline."""

    def __init__(
        self, credential: Callable[[str], Credential | None], bases: Mapping[str, str], clock: Callable[[], float]
    ) -> None:
        self._credential = credential
        self._bases = bases
        self._clock = clock
        self._deadline = Deadline(clock)
        self._transport = _transport(self._deadline)
        # Cookies would be kept for as long as the worker lives, and carried from one job's call to another's.
        cookies = CookieJar(DefaultCookiePolicy(allowed_domains=[]))
        self._client = httpx.Client(transport=self._transport, headers=_HEADERS, trust_env=False, cookies=cookies)

    def credential(self, route: str) -> Credential | None:
        return self._credential(route)

    def base_url(self, route: str) -> str:
        return self._bases[route]

    @contextmanager
    def send(self, url: str, request: WireRequest, *, limit_s: float) -> Iterator["Answer"]:
        self._deadline.set(limit_s)
        trace = _Trace(self._clock)
        body = None if request.body is None else json.dumps(request.body, ensure_ascii=False).encode()
        headers = {**({"content-type": "application/json"} if body else {}), **request.headers}
        with (
            _translated(trace, limit_s),
            self._client.stream(
                request.method,
                request.url(url),
                content=body if request.file is None else request.file,
                headers=headers,
                timeout=httpx.Timeout(limit_s, connect=min(_CONNECT_S, limit_s)),
                extensions={"trace": trace},
            ) as response,
        ):
            try:
                yield Answer(response, trace, self._deadline)
            finally:
                self._spoil_if_more_came(response.extensions["network_stream"])

    def _spoil_if_more_came(self, stream: LimitedStream) -> None:
        """Bytes behind an answer's end would be taken for the next one's beginning: another job's picture, at worst."""
        for connection in self._transport._pool.connections:
            http = connection._connection  # type: ignore[attr-defined]
            if http is not None and http._network_stream is stream and http._h11_state.trailing_data[0]:
                stream.spoil()


class Answer:
    """The port ModelAnswer."""

    def __init__(self, response: httpx.Response, trace: "_Trace", deadline: Deadline) -> None:
        self.status = response.status_code
        self.headers: Mapping[str, str] = response.headers
        self.connect_s = trace.connect_s
        # Not iter_raw, which would give the connection back before anybody looked whether more came.
        assert isinstance(response.stream, httpx.SyncByteStream)
        self._raw = iter(response.stream)
        self._deadline = deadline

    def chunks(self) -> Iterator[bytes]:
        # Some compress although they were asked not to; then one read may be work for longer than the call has.
        for chunk in inflated(self._raw, self.headers.get("content-encoding", "identity")):
            self._deadline.clip(None)
            yield chunk

    def hurry(self, most_s: float) -> None:
        self._deadline.shorten(most_s)

    def finish(self) -> None:
        self._deadline.set(_FINISH_S)
        with suppress(httpx.TransportError):
            next(self._raw, None)


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
    except (httpx.TimeoutException, httpcore.TimeoutException):
        detail = f"no whole answer within {limit_s:.0f} s"
        raise CallFailed("timed_out", sent=trace.sent, detail=detail) from None
    except (httpx.LocalProtocolError, UnicodeEncodeError):
        detail = "the key or another header cannot be sent: it holds characters that no header may have"
        raise CallFailed("connection_lost", sent=False, detail=detail) from None
    except (httpx.TransportError, httpx.InvalidURL) as error:
        detail = f"{type(error).__name__}: {error}"[:300]
        raise CallFailed("connection_lost", sent=trace.sent, detail=detail) from None


def _transport(deadline: Deadline) -> httpx.HTTPTransport:
    transport = httpx.HTTPTransport(limits=_LIMITS, socket_options=KEEP_ALIVE, trust_env=False)
    # httpx has no argument for the backend of its pool; a test holds this line to the release that is locked.
    transport._pool._network_backend = LimitedBackend(deadline)
    return transport
