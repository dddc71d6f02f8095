"""The client for paid calls, against real sockets: sent once, never longer than its limit, never through a proxy."""

import gzip
import io
import json
import socket
import threading
import zlib
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, suppress

import pytest

from adapters.model_http import ModelHttp
from cavendish.credential import Credential
from cavendish.errors import CallFailed
from cavendish.wire import WireRequest
from tests.integration.calls import call, failing, new_client, taking
from tests.integration.sockets import Act, Server, Talk

PICTURE = b'{"data": "' + b"QUJD" * 50_000 + b'"}'
HEAD = b"HTTP/1.1 200 OK\r\n"


def test_an_answer_comes_as_it_is(client: ModelHttp, serve: Callable[..., Server]) -> None:
    server = serve(lambda talk: talk.answer(PICTURE, status="429 Slow", headers="Retry-After: 7\r\n"))
    request = WireRequest(path="/x", headers={}, body={})
    with client.send(server.url, request, limit_s=5) as answer:
        body = b"".join(answer.chunks())

    assert (answer.status, answer.headers.get("retry-after"), body) == (429, "7", PICTURE)
    assert 0 < answer.connect_s < 1


def test_the_request_goes_out_whole_and_asks_for_no_compression(
    client: ModelHttp, serve: Callable[..., Server]
) -> None:
    server = serve()
    call(client, server.url, path="/v1beta/models/m:generateContent", text="日本 🍌")
    head, _, body = server.requests[0].partition(b"\r\n\r\n")
    line, *headers = head.decode().lower().split("\r\n")

    assert line == "post /v1beta/models/m:generatecontent http/1.1"
    assert {"accept-encoding: identity", "x-goog-api-key: secret", "content-type: application/json"} <= set(headers)
    assert (json.loads(body), "日本".encode() in body) == ({"text": "日本 🍌"}, True)


def test_a_file_goes_out_whole_from_where_it_stands_with_its_length(
    client: ModelHttp, serve: Callable[..., Server]
) -> None:
    server, file = serve(), io.BytesIO(b"gone" + b"lines\n" * 50_000)
    file.seek(4)
    request = WireRequest(path="/upload", headers={"content-length": "300000"}, file=file)
    with client.send(server.url, request, limit_s=5) as answer:
        b"".join(answer.chunks())
    head, _, body = server.requests[0].partition(b"\r\n\r\n")

    assert body == b"lines\n" * 50_000
    assert (head.lower().count(b"content-length: 300000"), b"transfer-encoding" in head.lower()) == (1, False)


def test_a_body_that_was_compressed_all_the_same_is_read(client: ModelHttp, serve: Callable[..., Server]) -> None:
    server = serve(lambda talk: talk.answer(gzip.compress(b'{"a": 1}'), headers="content-encoding: gzip\r\n"))

    assert call(client, server.url) == (200, b'{"a": 1}')


def test_a_body_that_only_says_it_is_compressed_is_garbled(client: ModelHttp, serve: Callable[..., Server]) -> None:
    server = serve(lambda talk: talk.answer(b"\x1f\x8b...", headers="content-encoding: gzip\r\n"))

    with pytest.raises(CallFailed) as failed:
        call(client, server.url)
    assert (failed.value.kind, failed.value.sent) == ("garbled", True)


@pytest.mark.parametrize("encoding", ["gzip", "x-gzip", "GZIP ", "deflate"])
def test_a_little_that_unpacks_to_much_comes_in_small_pieces(
    client: ModelHttp, serve: Callable[..., Server], encoding: str
) -> None:
    zipped = (zlib.compress if encoding == "deflate" else gzip.compress)(bytes(20_000_000))
    server = serve(lambda talk: talk.answer(zipped, headers=f"content-encoding: {encoding}\r\n"))
    with client.send(server.url, WireRequest(path="/", headers={}, body={}), limit_s=5) as answer:
        sizes = [len(chunk) for chunk in answer.chunks()]

    assert (sum(sizes), max(sizes)) == (20_000_000, 64 * 1024)


def test_a_call_ends_at_its_limit_while_what_was_read_is_still_being_unpacked(serve: Callable[..., Server]) -> None:
    now = iter(range(1000))
    client = ModelHttp(lambda _: None, {}, lambda: next(now) / 10)
    server = serve(lambda talk: talk.answer(gzip.compress(bytes(20_000_000)), headers="content-encoding: gzip\r\n"))
    with closing(client._client), failing("timed_out", sent=True):
        call(client, server.url, limit_s=10)


@pytest.mark.parametrize("encoding", ["gzip, gzip", "br", "zstd", "unheard-of"])
def test_a_body_zipped_twice_or_in_another_way_is_garbled(
    client: ModelHttp, serve: Callable[..., Server], encoding: str
) -> None:
    zipped = gzip.compress(gzip.compress(bytes(20_000_000)))
    server = serve(lambda talk: talk.answer(zipped, headers=f"content-encoding: {encoding}\r\n"))

    with failing("garbled", sent=True):
        call(client, server.url)


DRIP = {"every_s": 0.1}
STALLS = {
    "before the answer": Talk.hang,
    "between the headers": lambda talk: talk.say(HEAD, *[b"x: y\r\n"] * 99, **DRIP),
    "one byte at a time": lambda talk: talk.say(HEAD + b"content-length: 999\r\n\r\n", *[b"x"] * 99, **DRIP),
    "one chunk at a time": lambda talk: talk.say(
        HEAD + b"transfer-encoding: chunked\r\n\r\n", *[b"1\r\nx\r\n"] * 99, **DRIP
    ),
    "before its end": lambda talk: (talk.say(HEAD + b"content-length: 999\r\n\r\n{}"), talk.hang()),
}


@pytest.mark.parametrize("stall", STALLS)
def test_a_call_ends_at_its_limit_however_the_answer_drips(
    client: ModelHttp, serve: Callable[..., Server], stall: str
) -> None:
    server = serve(STALLS[stall])

    with taking(0.95, 1.3), failing("timed_out", sent=True):
        call(client, server.url, limit_s=1)


def test_the_limit_holds_while_a_large_request_is_not_taken(client: ModelHttp) -> None:
    with socket.create_server(("127.0.0.1", 0)) as deaf:
        url = f"http://127.0.0.1:{deaf.getsockname()[1]}"
        with taking(0.95, 1.3), failing("timed_out", sent=True):
            call(client, url, limit_s=1, text="x" * 20_000_000)


def test_the_limit_holds_while_a_large_request_is_taken_slowly(client: ModelHttp) -> None:
    with socket.create_server(("127.0.0.1", 0)) as slow:
        stopped = threading.Event()
        taker = threading.Thread(target=_sip, args=(slow, stopped))
        taker.start()
        with taking(0.95, 1.3), failing("timed_out", sent=True):
            call(client, f"http://127.0.0.1:{slow.getsockname()[1]}", limit_s=1, text="x" * 40_000_000)
        stopped.set()
        taker.join()


def _sip(listener: socket.socket, stopped: threading.Event) -> None:
    """Take some of a request each hundredth of a second."""
    connection, _ = listener.accept()
    with connection, suppress(OSError):
        while not stopped.wait(0.01) and connection.recv(128 * 1024):
            pass


def test_calls_of_several_threads_have_each_their_own_limit(client: ModelHttp, serve: Callable[..., Server]) -> None:
    slow = serve(lambda talk: talk.say(HEAD + b"content-length: 2\r\n\r\n{}", every_s=0.8))
    dead = serve(Talk.hang)
    with ThreadPoolExecutor(2) as pool, taking(0.75, 2):
        good, bad = pool.submit(call, client, slow.url, limit_s=3), pool.submit(call, client, dead.url, limit_s=0.3)

        assert good.result() == (200, b"{}")
        with failing("timed_out", sent=True):
            bad.result()


def test_a_connection_that_is_refused_was_never_sent(client: ModelHttp, serve: Callable[..., Server]) -> None:
    with socket.create_server(("127.0.0.1", 0)) as closed:
        port = closed.getsockname()[1]

    with failing("connection_lost", sent=False):
        call(client, f"http://127.0.0.1:{port}")


@pytest.mark.parametrize("url", ["http://nobody.invalid", "ftp://127.0.0.1", "http://", "http://127.0.0.1:99999"])
def test_an_address_that_leads_nowhere_was_never_sent(client: ModelHttp, url: str) -> None:
    with failing("connection_lost", sent=False):
        call(client, url)


BREAKS = {
    "at once": b"",
    "in the headers": HEAD + b"content-le",
    "before the body": HEAD + b"content-length: 100\r\n\r\n",
    "in mid-body": HEAD + b"content-length: 100\r\n\r\n{",
    "in mid-chunk": HEAD + b"transfer-encoding: chunked\r\n\r\n10\r\n{",
    "before the last chunk": HEAD + b"transfer-encoding: chunked\r\n\r\n2\r\n{}\r\n",
    "after nonsense": b"hello\r\n\r\n",
    "after a header of 1 MB": HEAD + b"x: " + b"y" * 1_000_000 + b"\r\n\r\n{}",
}


@pytest.mark.parametrize("how", [Talk.close, Talk.reset])
@pytest.mark.parametrize("when", BREAKS)
def test_a_connection_that_breaks_after_the_request_may_be_billed_and_is_not_repeated(
    client: ModelHttp, serve: Callable[..., Server], when: str, how: Act
) -> None:
    server = serve(lambda talk: (talk.say(BREAKS[when]), how(talk)))

    with taking(0, 2), failing("connection_lost", sent=True):
        call(client, server.url)
    assert len(server.requests) == 1


@pytest.mark.parametrize("status", ["301 Moved", "307 Again", "408 Late", "429 Slow", "500 Oops", "503 Busy"])
def test_no_status_makes_a_request_go_out_again(client: ModelHttp, serve: Callable[..., Server], status: str) -> None:
    server = serve(lambda talk: talk.answer(status=status, headers=f"location: {server.url}/\r\nretry-after: 0\r\n"))

    assert call(client, server.url)[0] == int(status[:3])
    assert len(server.requests) == 1


@pytest.mark.parametrize("name", ["HTTP_PROXY", "http_proxy", "ALL_PROXY", "HTTPS_PROXY"])
def test_proxies_of_the_environment_are_ignored(
    serve: Callable[..., Server], monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    server, proxy = serve(), serve()
    monkeypatch.setenv(name, proxy.url)
    monkeypatch.delenv("NO_PROXY", raising=False)
    client = new_client()
    with closing(client._client):
        assert call(client, server.url) == (200, b"{}")

    assert (proxy.connections, server.connections) == (0, 1)


def test_a_route_has_its_address_and_its_key(client: ModelHttp) -> None:
    assert (client.base_url("gemini"), client.credential("gemini")) == (
        "http://gemini.test",
        Credential("key of gemini"),
    )


@pytest.mark.parametrize("key", ["secret\n", "sécret", "a\r\nb: c"])
def test_a_key_that_cannot_be_a_header_was_never_sent(
    client: ModelHttp, serve: Callable[..., Server], key: str
) -> None:
    request = WireRequest(path="/", headers={"x-goog-api-key": key}, body={})

    with pytest.raises(CallFailed) as failed, client.send(serve().url, request, limit_s=5):
        pass
    assert not failed.value.sent
