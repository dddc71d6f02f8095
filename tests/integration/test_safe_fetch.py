"""What may be opened, against real sockets and certificates: the right host, within bytes and time, past no proxy."""

import gc
import socket
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, nullcontext, suppress

import pytest

from adapters.safe_fetch import SafeFetch
from cavendish.errors import AddressRefused, CallFailed
from tests.integration.calls import failing, taking
from tests.integration.handlers import forget
from tests.integration.internet import PUBLIC, Internet
from tests.integration.sockets import Act, Server, Talk
from tests.integration.tls import TlsServer
from wired import web

URL = "https://pictures.test/a.png"
HEAD = b"HTTP/1.1 200 OK\r\n"
OTHER, THIRD = "93.184.215.15", "2606:2800:21f:cb07:6820:80da:af6b:8b2c"

Site = Callable[..., tuple[TlsServer, Internet]]


@pytest.fixture
def site() -> Iterator[Site]:
    """Starts a server that the name pictures.test leads to, and the internet around it."""
    with ExitStack() as stack:

        def start(*acts: Act, names: tuple[str, ...] = ("pictures.test",)) -> tuple[TlsServer, Internet]:
            server = stack.enter_context(TlsServer(list(acts) or [Talk.answer], names=names))
            return server, Internet({"pictures.test": [[PUBLIC]]}, {PUBLIC: server.port})

        yield start


def read(fetch: SafeFetch, url: str = URL, *, limit_s: float = 5, max_bytes: int = 1_000_000) -> bytes:
    with fetch.get(url, limit_s=limit_s, max_bytes=max_bytes) as answer:
        return b"".join(answer.chunks())


def head(request: bytes) -> list[str]:
    return request.partition(b"\r\n\r\n")[0].decode().lower().split("\r\n")


def test_the_host_is_asked_for_by_its_name_though_its_number_is_dialled(site: Site) -> None:
    server, internet = site()
    read(internet.fetch(), "HTTPS://Pictures.Test:443/a%20b.png?c=d")
    line, *headers = head(server.requests[0])

    assert internet.connected == [(PUBLIC, 443)]
    assert server.asked_for == ["pictures.test"]
    assert line == "get /a%20b.png?c=d http/1.1"
    assert {"host: pictures.test", "accept-encoding: identity", "connection: close"} <= set(headers)


@pytest.mark.parametrize("number", [PUBLIC, THIRD])
def test_a_public_number_is_opened_with_a_certificate_for_it(site: Site, number: str) -> None:
    server, internet = site(names=(number,))
    internet.doors[number] = server.port
    host = f"[{number}]" if ":" in number else number

    assert read(internet.fetch(), f"https://{host}/") == b"{}"
    assert f"host: {host}" in head(server.requests[0])


@pytest.mark.parametrize("names", [("other.test",), ("*.pictures.test",), (PUBLIC,)])
def test_a_certificate_for_another_host_is_refused_before_anything_is_said(site: Site, names: tuple[str, ...]) -> None:
    server, internet = site(names=names)

    with failing("connection_lost", sent=False):
        read(internet.fetch())
    assert server.requests == []


def test_a_certificate_of_nobody_known_is_refused_before_anything_is_said(site: Site) -> None:
    server, internet = site()

    with failing("connection_lost", sent=False):
        read(internet.fetch(tls=None))
    assert server.requests == []


def test_a_number_that_does_not_answer_leaves_the_others(site: Site) -> None:
    _, internet = site()
    internet.names["pictures.test"] = [[OTHER, THIRD, PUBLIC]]

    assert read(internet.fetch()) == b"{}"
    assert [number for number, _ in internet.connected] == [OTHER, THIRD, PUBLIC]


def test_no_more_than_four_numbers_of_a_name_are_dialled(site: Site) -> None:
    _, internet = site()
    internet.names["pictures.test"] = [[*[f"93.184.215.{n}" for n in range(100, 140)], PUBLIC]]

    with failing("connection_lost", sent=False):
        read(internet.fetch())
    assert len(internet.connected) == 4


def test_a_redirect_to_another_host_is_looked_up_and_dialled_there(site: Site) -> None:
    first, internet = site(lambda talk: talk.answer(status="302 Found", headers="location: https://cdn.test/b\r\n"))
    second, _ = site(names=("cdn.test",))
    internet.names["cdn.test"], internet.doors[OTHER] = [[OTHER]], second.port

    assert read(internet.fetch()) == b"{}"
    assert (first.asked_for, second.asked_for) == (["pictures.test"], ["cdn.test"])
    assert internet.connected == [(PUBLIC, 443), (OTHER, 443)]


def test_no_cookie_goes_from_one_fetch_to_the_next(site: Site) -> None:
    server, internet = site(lambda talk: talk.answer(headers="set-cookie: a=b\r\n"))
    fetch = internet.fetch()
    read(fetch)
    read(fetch)

    assert server.connections == 2
    assert not any(line.startswith("cookie") for line in head(server.requests[1]))


def endless(talk: Talk) -> None:
    talk.say(HEAD + b"\r\n")
    while not talk.stopped.is_set():
        talk.say(b"x" * 10_000)


def test_an_endless_body_is_cut_where_it_is_too_large(site: Site) -> None:
    _, internet = site(endless)
    read_bytes = 0
    with (
        failing("garbled", sent=True),
        internet.fetch().get(URL, limit_s=5, max_bytes=300_000) as answer,
    ):
        for chunk in answer.chunks():
            read_bytes += len(chunk)
    assert 200_000 < read_bytes <= 300_000


def test_a_body_that_says_that_it_is_too_large_is_not_read_at_all(site: Site) -> None:
    _, internet = site(lambda talk: (talk.say(HEAD + b"content-length: 300001\r\n\r\n"), talk.hang()))

    with taking(0, 4), failing("garbled", sent=True):
        read(internet.fetch(), max_bytes=300_000)


DRIP = {"every_s": 0.1}
STALLS: Mapping[str, Act] = {
    "before the answer": Talk.hang,
    "between the headers": lambda talk: talk.say(HEAD, *[b"x: y\r\n"] * 99, **DRIP),
    "one byte at a time": lambda talk: talk.say(HEAD + b"content-length: 999\r\n\r\n", *[b"x"] * 99, **DRIP),
    "without a length": lambda talk: talk.say(HEAD + b"\r\n", *[b"x"] * 99, **DRIP),
    "before answers that are none": lambda talk: talk.say(*[b"HTTP/1.1 103 Soon\r\n\r\n"] * 99, **DRIP),
    "from redirect to redirect": lambda talk: talk.say(b"HTTP/1.1 302 X\r\nlocation: /\r\n\r\n", every_s=0.4),
}


@pytest.mark.parametrize("stall", STALLS)
def test_everything_ends_at_the_limit_however_it_drips(site: Site, stall: str) -> None:
    _, internet = site(STALLS[stall])

    with taking(0.95, 3), failing("timed_out", sent=True):
        read(internet.fetch(), limit_s=1)


def test_a_handshake_ends_at_the_limit() -> None:
    with socket.create_server(("127.0.0.1", 0)) as deaf:
        internet = Internet({"pictures.test": [[PUBLIC]]}, {PUBLIC: deaf.getsockname()[1]})
        with taking(0.95, 3), failing("timed_out", sent=False):
            read(internet.fetch(), limit_s=1)


def test_a_look_up_ends_at_the_limit() -> None:
    def look_up(*_: object, **__: object) -> list[tuple[object, ...]]:
        time.sleep(3)
        return []

    with taking(0.45, 2.5), failing("timed_out", sent=False):
        read(Internet().fetch(look_up=look_up), limit_s=0.5)


def test_a_look_up_that_fails_for_the_moment_is_no_refusal() -> None:
    def look_up(*_: object, **__: object) -> list[tuple[object, ...]]:
        raise socket.gaierror(socket.EAI_AGAIN, "Temporary failure in name resolution")

    with failing("connection_lost", sent=False):
        read(Internet().fetch(look_up=look_up))
    Internet().fetch(look_up=look_up).check(URL, limit_s=5)


@pytest.mark.parametrize("headers", [b"x: " + b"y" * 200_000, b"x: yyyyyyy\r\n" * 20_000])
def test_huge_headers_are_not_taken(site: Site, headers: bytes) -> None:
    _, internet = site(lambda talk: talk.say(HEAD + headers + b"\r\n\r\n{}"))

    with failing("connection_lost", sent=True):
        read(internet.fetch())


@pytest.mark.parametrize("name", ["HTTP_PROXY", "https_proxy", "ALL_PROXY", "HTTPS_PROXY"])
def test_proxies_of_the_environment_are_ignored(site: Site, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    server, internet = site()
    with Server() as proxy:
        monkeypatch.setenv(name, proxy.url)
        monkeypatch.delenv("NO_PROXY", raising=False)

        assert read(internet.fetch()) == b"{}"
        assert (proxy.connections, server.connections) == (0, 1)


def test_silent_connections_are_probed_before_a_network_forgets_them(site: Site) -> None:
    server, internet = site()
    with internet.fetch().get(URL, limit_s=5, max_bytes=100):
        (ours,) = connected_to(server.port)

        assert ours.getsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE) == 1
        assert ours.getsockopt(socket.IPPROTO_TCP, socket.TCP_KEEPIDLE) == 45
    assert not list(connected_to(server.port))


def connected_to(port: int) -> Iterator[socket.socket]:
    for one in gc.get_objects():
        if isinstance(one, socket.socket) and one.fileno() >= 0:
            with suppress(OSError):
                if one.getpeername()[1] == port:
                    yield one


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost"])
def test_the_local_run_may_call_a_receiver_on_the_same_machine(host: str) -> None:
    with Server() as server:
        assert read(SafeFetch(time.monotonic, local_http=True), f"http://{host}:{server.port}/x") == b"{}"
        assert f"host: {host}:{server.port}" in head(server.requests[0])


@pytest.mark.parametrize(("value", "opens"), [("true", True), ("false", False), ("", False), ("1", False)])
def test_only_one_word_of_the_deployment_opens_this_machine(
    monkeypatch: pytest.MonkeyPatch, value: str, opens: bool
) -> None:
    monkeypatch.setenv("ALLOW_LOCAL_HTTP", value)
    forget()
    with Server() as server:
        with nullcontext() if opens else pytest.raises(AddressRefused):
            read(web.web(), server.url)

        assert server.connections == opens
    forget()


@pytest.mark.parametrize(
    "url",
    [
        "http://127.0.0.2:{}/",
        "http://[::1]:{}/",
        "http://127.1:{}/",
        "http://localhost.:{}/",
        "http://localhost.test:{}/",
        "http://user@localhost:{}/",
        "https://127.0.0.1:{}/",
        "https://localhost:{}/",
        "http://169.254.169.254/",
        "http://10.0.0.1/",
        "http://pictures.test/",
    ],
)
def test_the_local_run_may_open_nothing_else_of_this_machine(url: str) -> None:
    with Server() as server:
        internet = Internet({"localhost.test": [["127.0.0.1"]], "pictures.test": [[PUBLIC]]}, {PUBLIC: server.port})
        internet.doors |= dict.fromkeys(("127.0.0.1", "::1", "127.0.0.2"), server.port)
        with pytest.raises(AddressRefused):
            read(internet.fetch(local_http=True), url.format(server.port))

        assert (internet.connected, server.connections) == ([], 0)


def test_a_localhost_that_is_another_machine_is_refused_in_the_local_run_too() -> None:
    internet = Internet({"localhost": [["10.0.0.1"]]})
    with pytest.raises(AddressRefused):
        read(internet.fetch(local_http=True), "http://localhost:80/")

    assert internet.connected == []


def test_a_stranger_may_not_redirect_the_local_run_to_this_machine(site: Site) -> None:
    with Server() as mine:
        _, internet = site(lambda talk: talk.answer(status="302 Found", headers=f"location: {mine.url}/\r\n"))
        internet.doors["127.0.0.1"] = mine.port
        with pytest.raises(AddressRefused):
            read(internet.fetch(local_http=True))

        assert mine.connections == 0


def test_a_webhook_is_sent_with_its_body_and_its_answer_is_read_no_further_than_asked(site: Site) -> None:
    server, internet = site(lambda talk: talk.answer(b"thank you", status="201 Made"))
    sending = internet.fetch().fetch("POST", URL, body=b'{"a": 1}', headers={"webhook-id": "1"}, limit_s=5, max_bytes=5)
    with sending as answer:
        assert (answer.status, answer.head()) == (201, b"thank")

    line, *headers = head(server.requests[0])
    assert line == "post /a.png http/1.1"
    assert {"webhook-id: 1", "content-length: 8"} <= set(headers)
    assert server.requests[0].endswith(b'\r\n\r\n{"a": 1}')


def test_a_webhook_is_not_redirected_but_its_sender_is_told_where_to(site: Site) -> None:
    server, internet = site(lambda talk: talk.answer(status="307 Again", headers="Location: https://10.0.0.1/\r\n"))
    with internet.fetch().fetch("POST", URL, body=b"{}", limit_s=5, max_bytes=100) as answer:
        assert (answer.status, answer.headers["location"]) == (307, "https://10.0.0.1/")

    assert server.connections == 1


def test_what_a_webhooks_answer_lacks_does_not_change_its_status(site: Site) -> None:
    _, internet = site(lambda talk: (talk.say(HEAD + b"content-length: 99\r\n\r\nthan"), talk.close()))
    with internet.fetch().fetch("POST", URL, body=b"{}", limit_s=5, max_bytes=100) as answer:
        assert (answer.status, answer.head()) == (200, b"than")


def test_a_redirect_that_is_followed_takes_neither_headers_nor_body_with_it(site: Site) -> None:
    server, internet = site(lambda talk: talk.answer(status="307 Again", headers="location: /b\r\n"), Talk.answer)
    sending = internet.fetch().fetch(
        "POST", URL, body=b"secret", headers={"x-secret": "1"}, redirects=1, limit_s=5, max_bytes=100
    )
    with sending as answer:
        assert answer.status == 200

    assert server.requests[1].startswith(b"GET /b ")
    assert b"secret" not in server.requests[1]


def test_a_connection_that_breaks_before_its_answer_was_sent(site: Site) -> None:
    _, internet = site(Talk.close)

    with pytest.raises(CallFailed) as failed:
        read(internet.fetch())
    assert (failed.value.kind, failed.value.sent) == ("connection_lost", True)
