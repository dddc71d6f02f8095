"""Gemini on Vertex AI: Gemini's own words under another address, and how the door is opened."""

from typing import Any

import pytest

from cavendish.catalog.file import catalog
from cavendish.catalog.route import Auth
from cavendish.credential import Credential
from cavendish.errors import KeyRefused
from cavendish.wire import Asked, WireRequest, gemini, vertex
from cavendish.wire.auth import headers
from cavendish.wire.codecs import CODECS
from tests.builders import PRO, a_call

ACCOUNT = "projects/zoo/locations/global"
KEY = Credential("k")
TOKEN = Credential("t", kind="token", account=ACCOUNT)
OFFERS = catalog().routes["vertex"].models


def asked(account: str = "", **call: Any) -> Asked:
    return Asked.of(a_call(route="vertex", **call), "a lighthouse", catalog(), account)


def sent(account: str = "", **call: Any) -> WireRequest:
    return vertex.request(asked(account, **call))


def test_a_key_needs_no_project() -> None:
    assert sent().url("https://api.test") == f"https://api.test/v1beta1/publishers/google/models/{PRO}:generateContent"


def test_a_token_calls_in_its_project_and_location() -> None:
    assert sent(ACCOUNT).path == f"/v1beta1/{ACCOUNT}/publishers/google/models/{PRO}:generateContent"


def test_a_base_that_names_a_version_keeps_it() -> None:
    assert sent().url("https://api.test/v1").startswith("https://api.test/v1/publishers/google/models/")


@pytest.mark.parametrize(
    ("model", "size", "level"),
    [(model, size, level) for model, one in OFFERS.items() for size in one.sizes for level in (None, *one.thinking)],
)
def test_what_is_asked_is_what_gemini_is_asked(model: str, size: str, level: str | None) -> None:
    call = asked(ACCOUNT, model=model, size=size, thinking=level, aspect_ratio="16:9")

    assert vertex.request(call).body == gemini.request(call).body
    assert vertex.request(call).headers == {}


def test_answers_are_read_as_geminis() -> None:
    assert (vertex.read, vertex.PICTURE_KEYS) == (gemini.read, gemini.PICTURE_KEYS)


@pytest.mark.parametrize(
    ("auth", "credential", "shown"),
    [
        ("x-goog-api-key", KEY, {"x-goog-api-key": "k"}),
        ("bearer", KEY, {"authorization": "Bearer k"}),
        ("google", KEY, {"x-goog-api-key": "k"}),
        ("google", TOKEN, {"authorization": "Bearer t"}),
    ],
)
def test_each_door_is_shown_the_key_in_its_way(auth: Auth, credential: Credential, shown: dict[str, str]) -> None:
    assert headers(auth, credential) == shown


@pytest.mark.parametrize("auth", ["bearer", "x-goog-api-key"])
def test_a_token_of_googles_is_shown_to_nobody_else(auth: Auth) -> None:
    with pytest.raises(KeyRefused, match="a route that takes a key"):
        headers(auth, TOKEN)


def test_a_credential_does_not_show_when_it_is_printed() -> None:
    assert "secret" not in repr(Credential("secret"))


@pytest.mark.parametrize("route", catalog().routes)
def test_every_route_of_the_catalogue_has_a_codec(route: str) -> None:
    assert catalog().routes[route].dialect in CODECS
