"""The secret of provider keys, as people really fill it."""

import io
import json
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

import wiring
from adapters.model_http import ModelHttp
from adapters.provider_keys import ProviderKeys
from cavendish.attempt import Result
from cavendish.catalog.file import catalog
from cavendish.credential import Credential
from cavendish.errors import KeyRefused
from cavendish.pipeline.call import Caller
from cavendish.wire import WireRequest
from tests.builders import a_call
from tests.fakes import FakeImages, FakeWeb
from tests.integration.conftest import Client
from tests.integration.google_keys import Serve, gives, service_account, token
from tests.integration.handlers import Functions
from tests.integration.sockets import Talk
from wired import providers


@pytest.fixture
def keys(aws: Client, unused_name: str) -> Callable[..., ProviderKeys]:
    client = aws("secretsmanager")
    client.create_secret(Name=unused_name, SecretString="{}")

    def filled(text: str, clock: Callable[[], float] = lambda: 0.0) -> ProviderKeys:
        client.put_secret_value(SecretId=unused_name, SecretString=text)
        return ProviderKeys(client, unused_name, clock, raised)

    return filled


def raised(error: Exception) -> None:
    raise error


class Secret:
    """The secret, where Secrets Manager can be out."""

    def __init__(self, text: str, meanwhile: Callable[[], object] = lambda: None) -> None:
        self.text = text
        self.out = False
        self.asked = 0
        self.meanwhile = meanwhile

    def get_secret_value(self, **_: Any) -> dict[str, str]:
        self.asked += 1
        self.meanwhile()
        if self.out:
            raise ConnectionError("out")
        return {"SecretString": self.text}


def test_a_key_is_given_without_the_line_end_that_came_with_it(keys: Callable[..., ProviderKeys]) -> None:
    assert keys(json.dumps({"gemini": " key\n"})).get("gemini") == Credential("key")


@pytest.mark.parametrize("text", ["AIza-plain", "[]", "5", '{"gemini": null}', '{"openai": "k"}', '{"gemini": ""}'])
def test_what_is_no_key_is_none(keys: Callable[..., ProviderKeys], text: str) -> None:
    assert keys(text).get("gemini") is None


def test_a_new_key_is_in_use_within_five_minutes_and_a_missing_one_at_once(keys: Callable[..., ProviderKeys]) -> None:
    now = [0.0]
    kept: Any = keys('{"gemini": "old"}', lambda: now[0])

    def given(route: str) -> str | None:
        return credential.value if (credential := kept.get(route)) else None

    assert [given(route) for route in ("gemini", "openai")] == ["old", None]

    keys('{"gemini": "new", "openai": "set"}')
    assert [given(route) for route in ("gemini", "openai", "gemini")] == ["old", "set", "new"]
    keys('{"gemini": "newest"}')
    assert given("gemini") == "new"
    now[0] = 301.0
    assert given("gemini") == "newest"


def test_where_the_secret_cannot_be_read_the_keys_that_are_known_open_doors_and_somebody_hears_of_it() -> None:
    secret, now, heard = Secret('{"gemini": "known"}'), [0.0], list[Exception]()
    kept = ProviderKeys(secret, "keys", lambda: now[0], heard.append)
    assert kept.get("gemini") == Credential("known")
    secret.out, now[0] = True, 301.0

    assert (kept.get("gemini"), kept.routes()) == (Credential("known"), {"gemini"})
    assert [str(error) for error in heard] == ["out"]


def test_a_secret_that_could_not_be_read_is_asked_for_again_after_half_a_minute() -> None:
    secret, now = Secret('{"gemini": "old"}'), [0.0]
    kept = ProviderKeys(secret, "keys", lambda: now[0], lambda _: None)

    def asked(at: float) -> int:
        now[0] = at
        kept.get("gemini")
        return secret.asked

    assert asked(0) == 1
    secret.out = True
    assert [asked(301 + later) for later in (0, 1, 30, 30.1, 60)] == [2, 2, 2, 3, 3]

    secret.text, secret.out = '{"gemini": "new"}', False
    assert [asked(later) for later in (362, 363, 661, 663)] == [4, 4, 4, 5]
    assert kept.get("gemini") == Credential("new")


def test_half_a_minute_begins_when_it_is_known_that_the_secret_cannot_be_read() -> None:
    now = [0.0]

    def takes_long() -> None:
        now[0] += 24

    secret = Secret('{"gemini": "known"}', takes_long)
    kept = ProviderKeys(secret, "keys", lambda: now[0], lambda _: None)
    kept.routes()
    secret.out, now[0] = True, 400.0
    assert kept.routes() == {"gemini"}
    now[0] += 29

    assert (kept.routes(), secret.asked) == ({"gemini"}, 2)


def test_a_key_that_nobody_knows_cannot_be_given_while_the_secret_cannot_be_read() -> None:
    secret = Secret('{"gemini": "known"}')
    secret.out = True
    kept = ProviderKeys(secret, "keys", lambda: 0.0, lambda _: None)
    for ask in (lambda: kept.get("gemini"), kept.routes):
        with pytest.raises(ConnectionError):
            ask()

    secret.out = False
    assert kept.get("gemini") == Credential("known")
    secret.out = True
    with pytest.raises(ConnectionError):
        kept.get("openai")
    assert kept.get("gemini") == Credential("known")


def test_while_one_call_asks_for_the_secret_again_others_go_on_with_what_is_known() -> None:
    secret, now, asking, answered = Secret('{"gemini": "old"}'), [0.0], threading.Event(), threading.Event()
    kept = ProviderKeys(secret, "keys", lambda: now[0], raised)
    kept.routes()

    def slow() -> None:
        asking.set()
        assert answered.wait(5)

    secret.meanwhile, secret.text, now[0] = slow, '{"gemini": "new"}', 301.0
    with ThreadPoolExecutor(1) as pool:
        first = pool.submit(kept.get, "gemini")
        assert asking.wait(5)
        assert [kept.get("gemini") for _ in range(10)] == [Credential("old")] * 10
        answered.set()

    assert (first.result(), kept.get("gemini"), secret.asked) == (Credential("new"), Credential("new"), 2)


def test_a_worker_goes_on_with_its_keys_and_logs_it_whatever_the_wall_clock_says(
    aws: Client, functions: Functions, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    ahead_s, really = [0.0], time.monotonic
    monkeypatch.setattr(time, "monotonic", lambda: really() + ahead_s[0])
    monkeypatch.setattr("wiring.clock", lambda: 0.0)
    assert providers.keys().get("gemini") == Credential("key")
    aws("secretsmanager").delete_secret(
        SecretId=wiring.setting("PROVIDER_KEYS_SECRET"), ForceDeleteWithoutRecovery=True
    )
    assert "keys.not_read" not in caplog.messages

    ahead_s[0] = 301.0
    assert providers.keys().get("gemini") == Credential("key")
    assert "keys.not_read" in caplog.messages


@pytest.mark.parametrize("as_kept", [dict, json.dumps, lambda own: f" {json.dumps(own, indent=2)}\n"])
@pytest.mark.parametrize("beside", [{}, {"project": "zoo"}])
def test_googles_credentials_are_kept_as_an_object_or_as_a_text(
    keys: Callable[..., ProviderKeys], serve: Serve, as_kept: Callable[[Any], Any], beside: dict[str, str]
) -> None:
    own = service_account(serve(token("t")).url)
    kept = as_kept({"credentials": own, **beside} if beside else own)
    given = keys(json.dumps({"vertex": kept}))

    assert given.get("vertex") == Credential("t", kind="token", account="projects/zoo/locations/global")
    assert given.routes() == {"vertex"}


def test_a_token_is_kept_for_as_long_as_its_credentials_are(keys: Callable[..., ProviderKeys], serve: Serve) -> None:
    now, server = [0.0], serve(token("one"), token("two"))
    kept = keys(json.dumps({"vertex": service_account(server.url)}), lambda: now[0])

    def given() -> str:
        now[0] += 301
        credential = kept.get("vertex")
        assert credential is not None
        return credential.value

    assert [given(), given()] == ["one", "one"]
    keys(json.dumps({"vertex": service_account(server.url, private_key_id="2")}))
    assert given() == "two"


def test_threads_that_come_together_ask_for_one_token(keys: Callable[..., ProviderKeys], serve: Serve) -> None:
    def slow(talk: Talk) -> None:
        talk.stopped.wait(0.1)
        token("t")(talk)

    server = serve(slow)
    kept = keys(json.dumps({"vertex": service_account(server.url)}))
    kept.routes()
    with ThreadPoolExecutor(10) as pool:
        given = list(pool.map(lambda _: kept.get("vertex"), range(10)))

    assert {credential.value for credential in given if credential} == {"t"}
    assert len(server.requests) == 1


@pytest.mark.parametrize("text", ["{", '{"type": "service_account"}', '{"credentials": 5}', {"a": 1}])
def test_what_looks_like_credentials_and_is_none_is_refused(keys: Callable[..., ProviderKeys], text: Any) -> None:
    with pytest.raises(KeyRefused):
        keys(json.dumps({"vertex": text})).get("vertex")


@pytest.fixture
def prepare(keys: Callable[..., ProviderKeys]) -> Callable[..., Result | WireRequest]:
    """What an attempt comes to before its call is made, with these keys."""

    def prepared(secret: dict[str, Any], route: str = "vertex") -> Result | WireRequest:
        caller = Caller(
            models=ModelHttp(keys(json.dumps(secret)).get, {}, time.monotonic),
            web=FakeWeb({}),
            images=FakeImages(),
            catalog=catalog(),
            open_file=io.BytesIO,
            clock=time.monotonic,
            pause=time.sleep,
        )
        return caller.prepare(a_call(route=route), "a lighthouse")

    return prepared


def test_a_call_to_vertex_is_made_in_the_project_of_its_credentials(prepare: Any, serve: Serve) -> None:
    request = prepare({"vertex": service_account(serve(token("t")).url)})

    assert request.path.startswith("/v1beta1/projects/zoo/locations/global/publishers/google/models/")
    assert request.headers == {"authorization": "Bearer t"}


def test_a_call_to_vertex_with_a_key_names_no_project(prepare: Any) -> None:
    request = prepare({"vertex": "AIza-key"})

    assert request.path.startswith("/v1beta1/publishers/google/models/")
    assert request.headers == {"x-goog-api-key": "AIza-key"}


def test_credentials_that_google_refuses_are_a_bad_key_with_its_reason(prepare: Any, serve: Serve) -> None:
    refusal = gives({"error": "invalid_grant", "error_description": "no"}, "400 Bad Request")
    result = prepare({"vertex": service_account(serve(refusal).url)})

    assert (result.report.outcome, result.report.billed, result.cost_usd) == ("bad_key", "no", 0)
    assert result.report.detail == "route vertex: Google gave no token for the credentials: invalid_grant"


def test_tokens_that_cannot_be_reached_are_a_connection_lost_that_nobody_bills(prepare: Any) -> None:
    result = prepare({"vertex": service_account("http://127.0.0.1:9")})

    assert (result.report.outcome, result.report.billed, result.cost_usd) == ("connection_lost", "no", 0)
    assert result.report.detail == "Google gave no token now: ConnectError"


@pytest.mark.parametrize("route", ["gemini", "apiyi-gemini", "openrouter"])
def test_a_token_of_googles_is_never_shown_to_others(prepare: Any, serve: Serve, route: str) -> None:
    result = prepare({route: service_account(serve(token("t")).url)}, route)

    assert result.report.outcome == "bad_key"
    assert result.report.detail == f"route {route}: Google's credentials were set for a route that takes a key"
