"""Connections to models: kept, probed, reused, and never trusted further than they go."""

import gc
import socket
import time
from collections.abc import Callable, Iterator

import pytest

from adapters.model_http import ModelHttp
from cavendish.errors import CallFailed
from cavendish.wire import WireRequest
from tests.integration.calls import call, failing, taking
from tests.integration.sockets import Server, Talk

HEAD = b"HTTP/1.1 200 OK\r\n"
WHOLE = b'{"a": "b"}'
CHUNKED = HEAD + b"transfer-encoding: chunked\r\n\r\na\r\n" + WHOLE + b"\r\n"
REQUEST = WireRequest(path="/", headers={}, body={})


def read_as_caller_does(client: ModelHttp, url: str, limit_s: float = 5) -> None:
    """Read until the JSON is complete and no further, then give the answer a moment to end."""
    complete = b""
    with client.send(url, REQUEST, limit_s=limit_s) as answer:
        for chunk in answer.chunks():
            complete += chunk
            if complete == WHOLE:
                answer.finish()
                return


def sockets_to(port: int) -> Iterator[socket.socket]:
    """This process's open connections to a port."""
    for one in gc.get_objects():
        if isinstance(one, socket.socket) and one.fileno() >= 0 and one.family == socket.AF_INET:
            try:
                if one.getpeername()[1] == port:
                    yield one
            except OSError:
                continue


def test_two_calls_in_a_row_use_one_connection(client: ModelHttp, serve: Callable[..., Server]) -> None:
    server = serve()
    call(client, server.url)
    call(client, server.url)

    assert (len(server.requests), server.connections) == (2, 1)


@pytest.mark.parametrize("chunked", [False, True])
def test_an_answer_that_is_read_only_as_far_as_its_json_goes_leaves_its_connection_for_the_next(
    client: ModelHttp, serve: Callable[..., Server], chunked: bool
) -> None:
    server = serve(lambda talk: talk.say(CHUNKED + b"0\r\n\r\n") if chunked else talk.answer(WHOLE))
    read_as_caller_does(client, server.url)
    read_as_caller_does(client, server.url)

    assert (len(server.requests), server.connections) == (2, 1)


def test_an_answer_that_is_complete_but_never_ends_costs_a_moment_and_its_connection(
    client: ModelHttp, serve: Callable[..., Server]
) -> None:
    server = serve(lambda talk: (talk.say(CHUNKED), talk.hang()), lambda talk: talk.answer(WHOLE))
    with taking(0.2, 2):
        read_as_caller_does(client, server.url)
    read_as_caller_does(client, server.url)

    assert (len(server.requests), server.connections) == (2, 2)


@pytest.mark.parametrize("how", [Talk.close, Talk.reset])
def test_an_answer_whose_connection_breaks_after_its_json_is_whole_all_the_same(
    client: ModelHttp, serve: Callable[..., Server], how: Callable[[Talk], None]
) -> None:
    server = serve(lambda talk: (talk.say(CHUNKED, every_s=0.1), how(talk)))

    with taking(0, 2):
        read_as_caller_does(client, server.url)
    assert len(server.requests) == 1


def test_a_connection_that_the_server_closed_meanwhile_is_not_used(
    client: ModelHttp, serve: Callable[..., Server]
) -> None:
    server = serve(lambda talk: (talk.answer(), talk.close()), Talk.answer)
    call(client, server.url)
    wait_until(lambda: all(_has_ended(one) for one in sockets_to(server.port)))

    assert call(client, server.url) == (200, b"{}")
    assert (len(server.requests), server.connections) == (2, 2)


def test_a_connection_that_breaks_under_the_second_request_is_a_lost_call_and_no_second_try(
    client: ModelHttp, serve: Callable[..., Server]
) -> None:
    server = serve(Talk.answer, Talk.close, Talk.answer)
    call(client, server.url)

    with failing("connection_lost", sent=True):
        call(client, server.url)
    assert (len(server.requests), server.connections) == (2, 1)


#: A whole answer, a part of one, and the end of a body whose length was told too short.
MORE = [HEAD + b'content-length: 6\r\n\r\n"evil"', HEAD + b"x: ", b"}]}"]


@pytest.mark.parametrize("more", MORE)
@pytest.mark.parametrize(
    "body", [b"content-length: 2\r\n\r\n{}", b"transfer-encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n\r\n"]
)
def test_what_comes_behind_an_answer_is_never_taken_for_the_next_one(
    client: ModelHttp, serve: Callable[..., Server], more: bytes, body: bytes
) -> None:
    server = serve(lambda talk: talk.say(HEAD + body + more), lambda talk: talk.answer(WHOLE))
    call(client, server.url)

    assert call(client, server.url) == (200, WHOLE)
    assert (len(server.requests), server.connections) == (2, 2)


def test_cookies_are_not_kept_for_the_next_call(client: ModelHttp, serve: Callable[..., Server]) -> None:
    server = serve(lambda talk: talk.answer(headers="set-cookie: session=of-another-job\r\n"))
    call(client, server.url)
    call(client, server.url)

    assert b"cookie" not in server.requests[1].lower()


def test_a_call_after_a_broken_one_begins_anew(client: ModelHttp, serve: Callable[..., Server]) -> None:
    server = serve(Talk.close, Talk.answer)
    with pytest.raises(CallFailed):
        call(client, server.url)

    assert call(client, server.url) == (200, b"{}")


def test_a_limit_is_that_of_its_own_call_and_not_of_the_one_before(
    client: ModelHttp, serve: Callable[..., Server]
) -> None:
    server = serve(Talk.answer, lambda talk: talk.say(HEAD + b"content-length: 2\r\n\r\n{}", every_s=1.2))
    call(client, server.url, limit_s=1)

    assert call(client, server.url, limit_s=5) == (200, b"{}")


def test_silent_connections_are_probed_before_a_network_forgets_them(
    client: ModelHttp, serve: Callable[..., Server]
) -> None:
    server = serve()
    call(client, server.url)
    (ours,) = sockets_to(server.port)

    assert ours.getsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE) == 1
    assert ours.getsockopt(socket.IPPROTO_TCP, socket.TCP_KEEPIDLE) == 45
    assert ours.getsockopt(socket.IPPROTO_TCP, socket.TCP_KEEPINTVL) == 15
    assert ours.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY) == 1


def test_every_connection_is_watched_by_the_limit_as_this_release_of_httpx_allows(client: ModelHttp) -> None:
    backend = client._client._transport._pool._network_backend  # type: ignore[attr-defined]

    assert type(backend).__module__.startswith("adapters.")


def _has_ended(connection: socket.socket) -> bool:
    connection.setblocking(False)
    try:
        return connection.recv(1, socket.MSG_PEEK) == b""
    except BlockingIOError:
        return False


def wait_until(true: Callable[[], bool]) -> None:
    """Turn until the network has caught up, two seconds at most."""
    ends = time.monotonic() + 2
    while not true():
        assert time.monotonic() < ends
