"""The port Web: one suite for the fake and for what opens sockets."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack

import pytest

from cavendish.errors import AddressRefused, CallFailed
from cavendish.outbound import Web, WebReply
from tests.fakes import FakeAnswer, FakeWeb
from tests.integration.internet import PUBLIC, Internet
from tests.integration.sockets import Talk
from tests.integration.tls import TlsServer

BASE = "https://pictures.test"
PIXELS = bytes(range(256)) * 1000
BROKEN = CallFailed("connection_lost", sent=True, detail="it broke")

Pages = Mapping[str, Sequence[FakeAnswer]]
Opens = Callable[..., Web]


@pytest.fixture(params=["fake", "sockets"])
def web(request: pytest.FixtureRequest) -> Iterator[Opens]:
    """Makes the port for some pages, and for names that do not lead to a public number."""
    with ExitStack() as stack:

        def sockets(pages: Pages, names: Mapping[str, Sequence[str]] | None = None) -> Web:
            server = stack.enter_context(TlsServer())
            server.acts = [lambda talk: show(talk, pages[BASE + server.requests[-1].split()[1].decode()][0])]
            known = {name: [list(numbers)] for name, numbers in (names or {}).items()}
            return Internet({"pictures.test": [[PUBLIC]], **known}, {PUBLIC: server.port}).fetch()

        yield FakeWeb if request.param == "fake" else sockets


def show(talk: Talk, page: FakeAnswer) -> None:
    headers = "".join(f"{name}: {value}\r\n" for name, value in page.headers.items())
    if page.breaks:
        talk.say(f"HTTP/1.1 {page.status} X\r\ncontent-length: {len(page.body) + 1}\r\n\r\n".encode(), page.body)
        talk.close()
    else:
        talk.answer(page.body, status=f"{page.status} X", headers=headers)


def read(web: Web, url: str, *, max_bytes: int = 1_000_000) -> tuple[int, bytes]:
    with web.get(url, limit_s=5, max_bytes=max_bytes) as answer:
        return answer.status, b"".join(answer.chunks())


def moved(to: str) -> list[FakeAnswer]:
    return [FakeAnswer(b"", 302, {"location": to})]


def test_a_page_comes_as_it_is(web: Opens) -> None:
    port = web({f"{BASE}/a?b=c": [FakeAnswer(PIXELS, headers={"content-type": "image/png"})]})
    with port.get(f"{BASE}/a?b=c", limit_s=5, max_bytes=1_000_000) as answer:
        assert (answer.status, answer.headers["content-type"]) == (200, "image/png")
        assert b"".join(answer.chunks()) == PIXELS


def test_a_status_that_is_no_success_is_an_answer(web: Opens) -> None:
    assert read(web({f"{BASE}/": [FakeAnswer(b"gone", 410)]}), BASE) == (410, b"gone")


@pytest.mark.parametrize("to", [f"{BASE}/x/b", "//pictures.test/x/b", "/x/b", "b", "./b", "../x/b", "/x/b#top"])
def test_a_redirect_is_followed(web: Opens, to: str) -> None:
    port = web({f"{BASE}/x/a": moved(to), f"{BASE}/x/b": [FakeAnswer(b"here")]})

    assert read(port, f"{BASE}/x/a") == (200, b"here")


def test_three_redirects_are_followed_and_a_fourth_is_not(web: Opens) -> None:
    pages = {f"{BASE}/{n}": moved(f"/{n + 1}") for n in range(4)} | {f"{BASE}/4": [FakeAnswer(b"here")]}

    assert read(web(pages), f"{BASE}/1") == (200, b"here")
    with pytest.raises(AddressRefused):
        read(web(pages), f"{BASE}/0")


def test_a_redirect_without_a_place_is_an_answer(web: Opens) -> None:
    assert read(web({f"{BASE}/": [FakeAnswer(b"?", 302)]}), BASE) == (302, b"?")


@pytest.mark.parametrize("to", ["https://10.0.0.1/", "https://inside.test/", "http://pictures.test/", "file:///x"])
def test_what_is_not_public_is_refused_alike_also_behind_a_redirect(web: Opens, to: str) -> None:
    port = web({f"{BASE}/": moved(to)}, {"inside.test": ["10.0.0.1"], "10.0.0.1": ["10.0.0.1"]})
    words = set[str]()
    for url in (to, BASE):
        with pytest.raises(AddressRefused) as refused:
            read(port, url)
        words.add(str(refused.value))

    assert len(words) == 1


def test_a_name_with_one_private_number_is_refused(web: Opens) -> None:
    with pytest.raises(AddressRefused):
        read(web({f"{BASE}/": [FakeAnswer()]}, {"pictures.test": [PUBLIC, "10.0.0.1"]}), BASE)


def test_a_body_may_be_as_large_as_it_may_be_and_no_larger(web: Opens) -> None:
    port = web({f"{BASE}/": [FakeAnswer(PIXELS)]})

    assert read(port, BASE, max_bytes=len(PIXELS)) == (200, PIXELS)
    with pytest.raises(CallFailed) as failed:
        read(port, BASE, max_bytes=len(PIXELS) - 1)
    assert failed.value.kind == "garbled"


def test_a_body_that_breaks_off_is_told_where_it_is_read(web: Opens) -> None:
    port = web({f"{BASE}/": [FakeAnswer(PIXELS, breaks=BROKEN)]})
    with port.get(BASE, limit_s=5, max_bytes=1_000_000) as answer:
        with pytest.raises(CallFailed) as failed:
            list(answer.chunks())
        assert (failed.value.kind, failed.value.sent) == ("connection_lost", True)


def test_a_compressed_body_is_not_read(web: Opens) -> None:
    port = web({f"{BASE}/": [FakeAnswer(b"\x1f\x8b", headers={"content-encoding": "gzip"})]})
    with pytest.raises(CallFailed) as failed:
        read(port, BASE)
    assert failed.value.kind == "garbled"


def post(web: Web, body: bytes = b'{"a": 1}', **headers: str) -> WebReply:
    return web.post(BASE, headers=headers, body=body, limit_s=5, max_bytes=500)


def test_what_is_posted_is_answered_and_of_the_answer_only_the_first_bytes_are_read(web: Opens) -> None:
    reply = post(web({f"{BASE}/": [FakeAnswer(PIXELS, 202, {"x-seen": "yes"})]}))

    assert (reply.status, reply.headers["x-seen"], reply.head) == (202, "yes", PIXELS[:500])


def test_what_is_posted_is_not_posted_on_to_where_a_redirect_leads(web: Opens) -> None:
    reply = post(web({f"{BASE}/": moved("https://elsewhere.test/")}))

    assert (reply.status, reply.headers["location"]) == (302, "https://elsewhere.test/")


def test_an_answer_that_breaks_off_behind_its_headers_is_an_answer(web: Opens) -> None:
    assert post(web({f"{BASE}/": [FakeAnswer(b"half", breaks=BROKEN)]})).head == b"half"


def test_nothing_is_posted_to_what_is_not_public(web: Opens) -> None:
    with pytest.raises(AddressRefused):
        post(web({f"{BASE}/": [FakeAnswer()]}, {"pictures.test": ["10.0.0.1"]}))


def test_a_url_can_be_checked_without_being_opened(web: Opens) -> None:
    port = web({}, {"pictures.test": [PUBLIC], "inside.test": ["10.0.0.1"]})
    port.check(BASE, limit_s=5)
    for url in ("https://inside.test/", "http://pictures.test/", "https://pictures.test:8443/"):
        with pytest.raises(AddressRefused):
            port.check(url, limit_s=5)
