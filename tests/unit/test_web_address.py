"""Which URLs may be opened: their text, what they resolve to, and where they redirect."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cavendish.errors import AddressRefused
from cavendish.web.public_ip import is_public
from cavendish.web.web_address import MAX_CHARS, WebAddress, parse
from tests.bypasses import MIXED, NUMBERS, TEXTS

OPENED = {
    "https://example.com": WebAddress("https", "example.com", 443, "/"),
    "https://example.com:443/": WebAddress("https", "example.com", 443, "/"),
    "HTTPS://Example.COM/A?B=c&d[]=%2F|e": WebAddress("https", "example.com", 443, "/A?B=c&d[]=%2F|e"),
    "https://example.com?a=b?c": WebAddress("https", "example.com", 443, "/?a=b?c"),
    "https://r3---sn-a.example.com/@x:y": WebAddress("https", "r3---sn-a.example.com", 443, "/@x:y"),
    "https://xn--bcher-kva.xn--p1ai/": WebAddress("https", "xn--bcher-kva.xn--p1ai", 443, "/"),
    "https://1.2.3.4.example.com/": WebAddress("https", "1.2.3.4.example.com", 443, "/"),
    "https://93.184.215.14/": WebAddress("https", "93.184.215.14", 443, "/"),
    "https://[2606:2800:21F::1]/": WebAddress("https", "2606:2800:21f::1", 443, "/"),
}
PUBLIC = ["1.1.1.1", "93.184.215.14", "172.32.0.1", "100.128.0.1", "2606:4700::1111", "2a00:1450:4001::1"]


@pytest.mark.parametrize("url", OPENED)
def test_a_plain_url_is_read(url: str) -> None:
    assert parse(url) == OPENED[url]


@pytest.mark.parametrize("local_http", [False, True])
@pytest.mark.parametrize("trick", [one for one in TEXTS if not one.startswith(("http to this", "http to localhost"))])
def test_a_url_that_could_be_read_in_two_ways_is_refused(trick: str, *, local_http: bool) -> None:
    with pytest.raises(AddressRefused):
        parse(TEXTS[trick], local_http=local_http)


def test_a_url_may_be_as_long_as_it_may_be() -> None:
    url = "https://example.com/"

    assert parse(url + "a" * (MAX_CHARS - len(url)))


@given(st.text(), st.text(max_size=5))
def test_whatever_is_read_has_one_host_that_everybody_reads_alike(host: str, rest: str) -> None:
    for url in (f"https://{host}{rest}", f"https://{host}/{rest}", host):
        try:
            address = parse(url)
        except AddressRefused:
            continue
        assert url.lower().startswith((f"https://{address.host}", f"https://[{address.host}]"))
        assert set(address.host) <= set("abcdefghijklmnopqrstuvwxyz0123456789.-:")


@pytest.mark.parametrize("number", PUBLIC)
def test_what_anybody_may_have_is_public(number: str) -> None:
    assert is_public(number)


@pytest.mark.parametrize("trick", NUMBERS)
def test_what_not_anybody_may_have_is_not_public(trick: str) -> None:
    assert not is_public(NUMBERS[trick])


@given(st.ip_addresses(v=4))
def test_an_ipv4_number_inside_an_ipv6_number_is_never_public(number: object) -> None:
    tail = f"{int(number):x}"  # type: ignore[call-overload]
    high, low = tail.zfill(8)[:4], tail.zfill(8)[4:]
    for wrapped in ("::ffff:{}:{}", "::{}:{}", "64:ff9b::{}:{}", "64:ff9b:1::{}:{}", "2002:{}:{}::1", "2001:0:{}:{}::"):
        assert not is_public(wrapped.format(high, low))


@pytest.mark.parametrize("trick", MIXED)
def test_one_private_number_refuses_all(trick: str) -> None:
    with pytest.raises(AddressRefused):
        parse("https://example.com/").checked(MIXED[trick])


def test_each_public_number_is_given_once_in_its_order() -> None:
    assert parse("https://example.com/").checked(["1.1.1.1", "8.8.8.8", "1.1.1.1"]) == ("1.1.1.1", "8.8.8.8")


@pytest.mark.parametrize("url", ["http://127.0.0.1:9001/x", "http://localhost:1/", "http://LOCALHOST/"])
def test_the_local_run_may_open_this_machine_by_its_two_names(url: str) -> None:
    assert parse(url, local_http=True).checked(["127.0.0.1", "::1"]) == ("127.0.0.1", "::1")


@pytest.mark.parametrize("number", ["10.0.0.1", "127.0.0.2", "1.1.1.1", "169.254.169.254"])
def test_this_machine_has_no_other_numbers(number: str) -> None:
    with pytest.raises(AddressRefused):
        parse("http://localhost/", local_http=True).checked([number])


@pytest.mark.parametrize(
    "url",
    [
        "http://example.com/",
        "https://localhost/",
        "https://127.0.0.1:8080/",
        "http://127.0.0.1:65536/",
        "http://[::1]/",
    ],
)
def test_the_local_run_may_open_nothing_else_without_tls_or_on_another_port(url: str) -> None:
    with pytest.raises(AddressRefused):
        parse(url, local_http=True)


@pytest.mark.parametrize(
    ("location", "url"),
    [
        ("https://other.test/x", "https://other.test/x"),
        ("//other.test/x", "https://other.test/x"),
        ("/x?y", "https://example.com/x?y"),
        ("x", "https://example.com/a/x"),
        ("../../../x", "https://example.com/x"),
        ("?y", "https://example.com/a/b?y"),
        ("#top", "https://example.com/a/"),
        ("/x#top", "https://example.com/x"),
    ],
)
def test_a_redirect_leads_where_its_place_says(location: str, url: str) -> None:
    assert parse("https://example.com/a/b?c=/d").following(302, {"location": location}) == parse(url)


@pytest.mark.parametrize("status", [200, 201, 300, 304, 305, 400])
def test_another_status_is_no_redirect(status: int) -> None:
    assert parse("https://example.com/").following(status, {"location": "/x"}) is None


def test_a_redirect_keeps_the_local_port_and_a_stranger_reaches_none() -> None:
    here = parse("http://127.0.0.1:81/a", local_http=True)

    assert here.following(302, {"location": "b"}) == WebAddress("http", "127.0.0.1", 81, "/b")
    with pytest.raises(AddressRefused):
        parse("https://example.com/", local_http=True).following(302, {"location": "http://127.0.0.1:81/a"})
