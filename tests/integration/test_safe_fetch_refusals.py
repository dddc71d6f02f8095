"""No URL that somebody gives makes us connect to a private address: not by its text, its name, nor its redirects."""

import socket
import time
from collections.abc import Iterator
from contextlib import ExitStack

import pytest

from adapters.safe_fetch import SafeFetch
from cavendish.errors import AddressRefused
from tests.bypasses import MIXED, NUMBERS, TEXTS
from tests.integration.internet import PUBLIC, Internet, sockets_connected
from tests.integration.sockets import Act, Talk
from tests.integration.tls import TlsServer

PRIVATE = {f"https://[{number}]/" if ":" in number else f"https://{number}/" for number in NUMBERS.values()}


class Everywhere(Internet):
    """An internet in which every name and every misspelled number resolves to one number."""

    def __init__(self, number: str) -> None:
        super().__init__()
        self._number = number

    def look_up(self, host: str, port: int, **_: object) -> list[tuple[object, ...]]:
        self.looked_up.append(host)
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (self._number, port))]


@pytest.fixture
def private() -> Iterator[dict[str, int]]:
    """What listens on this machine, by its number, and must never be reached."""
    with ExitStack() as stack:
        listeners = [
            stack.enter_context(socket.create_server(("127.0.0.1", 0))),
            stack.enter_context(socket.create_server(("::1", 0), family=socket.AF_INET6)),
        ]
        yield {one.getsockname()[0]: one.getsockname()[1] for one in listeners}
        for one in listeners:
            one.setblocking(False)
            with pytest.raises(BlockingIOError):
                one.accept()


def refused(fetch: SafeFetch, url: str) -> str:
    """The refusal's words."""
    with pytest.raises(AddressRefused) as caught, fetch.get(url, limit_s=5, max_bytes=100):
        pass
    return str(caught.value)


def test_the_corpus_is_large() -> None:
    assert len(TEXTS) + len(NUMBERS) + len(MIXED) > 150


@pytest.mark.parametrize("resolved", ["127.0.0.1", PUBLIC])
@pytest.mark.parametrize("trick", TEXTS)
def test_a_url_that_could_be_read_in_two_ways_is_not_opened(private: dict[str, int], trick: str, resolved: str) -> None:
    internet = Everywhere(resolved)
    internet.doors = {**private, PUBLIC: private["127.0.0.1"]}
    with sockets_connected() as connected:
        refused(internet.fetch(), TEXTS[trick])

    assert (internet.connected, connected) == ([], [])


@pytest.mark.parametrize("trick", NUMBERS)
def test_a_private_number_is_not_connected_to(private: dict[str, int], trick: str) -> None:
    number = NUMBERS[trick]
    internet = Internet(doors=private)
    with sockets_connected() as connected:
        refused(internet.fetch(), f"https://[{number}]/" if ":" in number else f"https://{number}/")

    assert (internet.connected, connected) == ([], [])


@pytest.mark.parametrize("trick", NUMBERS)
def test_a_name_that_leads_to_a_private_number_is_not_connected_to(private: dict[str, int], trick: str) -> None:
    internet = Internet(names={"pictures.test": [[NUMBERS[trick]]]}, doors=private)
    with sockets_connected() as connected:
        refused(internet.fetch(), "https://pictures.test/")

    assert (internet.connected, connected) == ([], [])


@pytest.mark.parametrize("trick", MIXED)
def test_a_name_is_not_connected_to_unless_all_its_numbers_are_public(private: dict[str, int], trick: str) -> None:
    internet = Internet(names={"pictures.test": [MIXED[trick]]}, doors={**private, PUBLIC: private["127.0.0.1"]})
    with sockets_connected() as connected:
        refused(internet.fetch(), "https://pictures.test/")

    assert (internet.connected, connected) == ([], [])


def test_the_real_resolver_and_the_real_connect_are_no_way_in_either(private: dict[str, int]) -> None:
    fetch = SafeFetch(time.monotonic)
    with sockets_connected() as connected:
        for url in (*PRIVATE, "https://localhost/", f"http://127.0.0.1:{private['127.0.0.1']}/"):
            refused(fetch, url)

    assert connected == []


def test_a_name_that_changes_between_check_and_connect_gains_nothing(private: dict[str, int]) -> None:
    with TlsServer() as server:
        internet = Internet(names={"pictures.test": [[PUBLIC], ["127.0.0.1"]]}, doors={PUBLIC: server.port, **private})
        with internet.fetch().get("https://pictures.test/", limit_s=5, max_bytes=100) as answer:
            assert b"".join(answer.chunks()) == b"{}"

    assert internet.looked_up == ["pictures.test"]
    assert internet.connected == [(PUBLIC, 443)]


def test_a_name_that_changes_before_its_own_redirect_is_refused_there(private: dict[str, int]) -> None:
    with TlsServer([redirect("/again")]) as server:
        internet = Internet(names={"pictures.test": [[PUBLIC], ["127.0.0.1"]]}, doors={PUBLIC: server.port, **private})
        refused(internet.fetch(), "https://pictures.test/")

    assert internet.connected == [(PUBLIC, 443)]


def redirect(location: str, status: str = "302 Found") -> Act:
    def act(talk: Talk) -> None:
        head = f"HTTP/1.1 {status}\r\ncontent-length: 0\r\nlocation: "
        talk.say(head.encode() + location.encode() + b"\r\n\r\n")

    return act


#: What can stand in a header, and is no way to name the same site again.
LOCATIONS = {
    text
    for trick, text in TEXTS.items()
    if not set(text) & set("\r\n\0\x7f") and not trick.startswith(("nothing", "a space", "a fragment", "a user behind"))
}


@pytest.mark.parametrize("location", sorted(LOCATIONS | PRIVATE))
def test_a_redirect_is_checked_like_what_led_to_it(private: dict[str, int], location: str) -> None:
    with TlsServer([redirect(location)]) as server:
        names = {"pictures.test": [[PUBLIC]], "example.com": [["10.0.0.1"]]}
        internet = Internet(names=names, doors={PUBLIC: server.port, **private})
        with sockets_connected() as connected:
            refused(internet.fetch(), "https://pictures.test/")

    assert internet.connected == [(PUBLIC, 443)]
    assert connected == [("127.0.0.1", internet.doors[PUBLIC])]


@pytest.mark.parametrize("status", ["301 Moved", "302 Found", "303 Other", "307 Again", "308 Moved"])
def test_no_kind_of_redirect_leads_to_a_private_name(private: dict[str, int], status: str) -> None:
    with TlsServer([redirect("https://inside.test/", status)]) as server:
        names = {"pictures.test": [[PUBLIC]], "inside.test": [["127.0.0.1"]]}
        internet = Internet(names=names, doors={PUBLIC: server.port, **private})
        refused(internet.fetch(), "https://pictures.test/")

    assert internet.connected == [(PUBLIC, 443)]


def test_all_refusals_read_alike_also_that_of_a_name_which_does_not_exist() -> None:
    names = {"inside.test": [["10.0.0.1"]], "mixed.test": [[PUBLIC, "10.0.0.1"]]}
    fetch = Internet(names=names).fetch()
    urls = ["https://inside.test/", "https://mixed.test/", "https://nobody.test/", "https://10.0.0.1/", "ftp://x"]

    assert len({refused(fetch, url) for url in urls}) == 1


def test_a_name_is_looked_up_before_it_is_refused_whatever_it_leads_to() -> None:
    internet = Internet(names={"inside.test": [["10.0.0.1"]], "outside.test": [[PUBLIC, "10.0.0.1"]]})
    for name in ("inside.test", "outside.test", "nobody.test"):
        refused(internet.fetch(), f"https://{name}/")

    assert internet.looked_up == ["inside.test", "outside.test", "nobody.test"]


def test_a_refusal_takes_no_longer_for_what_listens_than_for_what_does_not(private: dict[str, int]) -> None:
    def took(number: str) -> float:
        fetch = Internet(names={"inside.test": [[number]]}, doors=private).fetch()
        began = time.perf_counter()
        for _ in range(50):
            refused(fetch, "https://inside.test/")
        return time.perf_counter() - began

    assert abs(min(took("127.0.0.1") for _ in range(3)) - min(took("10.1.2.3") for _ in range(3))) < 0.5
