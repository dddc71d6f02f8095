"""Tokens for Google's credentials, asked for over real sockets."""

import base64
import json
import re
import sys
import threading
from pathlib import Path
from typing import Any

import pytest

from adapters.google_token import GoogleToken
from cavendish.credential import Credential
from cavendish.errors import CallFailed, KeyRefused
from tests.integration.google_keys import (
    AUDIENCE,
    Serve,
    acting,
    asked,
    gives,
    impersonated,
    page,
    service_account,
    signed,
    token,
    workload_identity,
)
from tests.integration.sockets import Act, Talk

PROVIDERS = Path(__file__).parents[2] / "docs" / "providers.md"
SCOPE = "https://www.googleapis.com/auth/cloud-platform"
PLACE = "projects/zoo/locations/global"
INVALID = {"error": "invalid_grant", "error_description": "Invalid JWT Signature of painter@zoo."}
DENIED = {"error": {"code": 403, "message": "no", "status": "PERMISSION_DENIED"}}


@pytest.fixture(autouse=True)
def _only_what_the_layer_brings(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "requests", None)
    monkeypatch.setitem(sys.modules, "google.auth.transport.requests", None)


@pytest.fixture
def _lambda(monkeypatch: pytest.MonkeyPatch) -> None:
    """What Lambda puts into a function's environment."""
    monkeypatch.setenv("AWS_REGION", "eu-west-1")
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "ASIAEXAMPLE")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "a-secret")
    monkeypatch.setenv("AWS_SESSION_TOKEN", "a-session")


def test_a_service_accounts_token_is_of_its_project_and_of_no_region(serve: Serve) -> None:
    given = GoogleToken(service_account(serve(token("t")).url)).credential()

    assert given == Credential("t", kind="token", account=PLACE)


def test_the_token_is_asked_for_with_what_the_account_has_signed(serve: Serve) -> None:
    server = serve(token("t"))
    GoogleToken(service_account(server.url)).credential()
    path, form = asked(server)
    claims = json.loads(base64.urlsafe_b64decode(form["assertion"].split(".")[1] + "=="))

    assert (path, form["grant_type"]) == ("/token", "urn:ietf:params:oauth:grant-type:jwt-bearer")
    assert (claims["iss"], claims["scope"]) == ("painter@zoo.iam.gserviceaccount.com", SCOPE)


def test_a_token_is_kept_until_it_is_about_to_expire(serve: Serve) -> None:
    server = serve(token("old", lasts_s=60), token("new"), token("never"))
    account = GoogleToken(service_account(server.url))

    assert [account.credential().value for _ in range(4)] == ["old", "new", "new", "new"]
    assert len(server.requests) == 2


def test_threads_that_come_together_ask_once(serve: Serve) -> None:
    def slow(talk: Talk) -> None:
        talk.stopped.wait(0.1)
        token("t")(talk)

    server, given = serve(slow), list[str]()
    account = GoogleToken(service_account(server.url))
    threads = [threading.Thread(target=lambda: given.append(account.credential().value)) for _ in range(10)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert given == ["t"] * 10
    assert len(server.requests) == 1


def test_threads_that_come_together_share_a_failure(serve: Serve) -> None:
    def slow(talk: Talk) -> None:
        talk.stopped.wait(0.2)
        page("503 Down")(talk)

    server, failures = serve(slow, token("t")), list[str]()
    account = GoogleToken(service_account(server.url))
    ready = threading.Barrier(5)

    def ask() -> None:
        ready.wait()
        with pytest.raises(CallFailed) as failed:
            account.credential()
        failures.append(str(failed.value))

    threads = [threading.Thread(target=ask) for _ in range(5)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert failures == ["Google gave no token now: HTTP 503"] * 5
    assert account.credential().value == "t"
    assert len(server.requests) == 2


@pytest.mark.parametrize(
    ("kept", "account"),
    [
        ({"location": "europe-west4"}, "projects/zoo/locations/europe-west4"),
        ({"project": "other", "location": None}, "projects/other/locations/global"),
        ({"project": "example.com:zoo"}, "projects/example.com:zoo/locations/global"),
    ],
)
def test_project_and_location_may_be_kept_beside_the_credentials(
    serve: Serve, kept: dict[str, Any], account: str
) -> None:
    credentials = service_account(serve(token("t")).url)

    assert GoogleToken({"credentials": credentials, **kept}).credential().account == account


@pytest.mark.usefixtures("_lambda")
def test_a_function_on_aws_proves_who_it_is_with_its_own_credentials(serve: Serve) -> None:
    server = serve(token("t"))
    given = GoogleToken({"credentials": workload_identity(server.url), "project": "zoo"}).credential()
    path, form = asked(server)
    url, headers = signed(form)

    assert given == Credential("t", kind="token", account=PLACE)
    assert (path, form["audience"], form["scope"]) == ("/v1/token", AUDIENCE, SCOPE)
    assert url == "https://sts.eu-west-1.amazonaws.com?Action=GetCallerIdentity&Version=2011-06-15"
    assert headers["x-goog-cloud-target-resource"] == AUDIENCE
    assert headers["x-amz-security-token"] == "a-session"
    assert "Credential=ASIAEXAMPLE/" in headers["authorization"]


@pytest.mark.usefixtures("_lambda")
def test_a_function_on_aws_may_act_as_a_service_account(serve: Serve) -> None:
    server = serve(token("its-own"), impersonated("the-painters"))
    account = GoogleToken({"credentials": acting(server.url), "project": "zoo"})

    assert [account.credential().value for _ in range(2)] == ["the-painters"] * 2
    assert b"authorization: Bearer its-own" in server.requests[1]


@pytest.mark.usefixtures("_lambda")
def test_nothing_is_asked_before_a_token_is_needed(serve: Serve) -> None:
    server = serve(token("t"))
    GoogleToken({"credentials": workload_identity(server.url), "project": "zoo"})
    GoogleToken(service_account(server.url))

    assert server.requests == []


@pytest.mark.parametrize("name", ["HTTP_PROXY", "http_proxy", "ALL_PROXY"])
def test_a_proxy_of_the_environment_is_not_asked(serve: Serve, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    monkeypatch.setenv(name, "http://127.0.0.1:9")

    assert GoogleToken(service_account(serve(token("t")).url)).credential().value == "t"


@pytest.mark.parametrize(
    ("act", "reason"),
    [
        (gives(INVALID, "400 Bad Request"), "invalid_grant"),
        (gives({"error": "unauthorized_client"}, "401 Unauthorized"), "unauthorized_client"),
        (gives(DENIED, "403 Forbidden"), "PERMISSION_DENIED"),
        (gives({"what": "else"}), "RefreshError"),
        (page("404 Not Found"), "RefreshError"),
    ],
)
def test_a_refusal_says_why_and_names_nobody(serve: Serve, act: Act, reason: str) -> None:
    with pytest.raises(KeyRefused) as refused:
        GoogleToken(service_account(serve(act).url)).credential()

    assert str(refused.value) == f"Google gave no token for the credentials: {reason}"


@pytest.mark.usefixtures("_lambda")
@pytest.mark.parametrize(
    ("acts", "reason"),
    [
        ([gives(INVALID, "400 Bad Request")], "invalid_grant"),
        ([token("its-own"), gives(DENIED, "403 Forbidden")], "PERMISSION_DENIED"),
    ],
)
def test_a_workload_that_is_refused_is_told_why(serve: Serve, acts: list[Act], reason: str) -> None:
    with pytest.raises(KeyRefused, match=reason):
        GoogleToken({"credentials": acting(serve(*acts).url), "project": "zoo"}).credential()


@pytest.mark.parametrize("status", ["500 Internal Server Error", "503 Service Unavailable", "429 Too Many Requests"])
@pytest.mark.usefixtures("_lambda")
def test_a_door_that_is_down_is_no_refusal_and_is_asked_once(serve: Serve, status: str) -> None:
    server = serve(page(status))

    for credentials in (service_account(server.url), workload_identity(server.url)):
        with pytest.raises(CallFailed, match=status[:3]) as failed:
            GoogleToken({"credentials": credentials, "project": "zoo"}).credential()
        assert (failed.value.kind, failed.value.sent) == ("connection_lost", False)
    assert len(server.requests) == 2


@pytest.mark.parametrize("url", ["http://127.0.0.1:9", "http://[", "http://h:port", "ht!tp://x", "file:///etc"])
def test_a_door_that_cannot_be_reached_is_a_connection_lost_before_it_was_sent(url: str) -> None:
    with pytest.raises(CallFailed) as failed:
        GoogleToken(service_account(url)).credential()

    assert (failed.value.kind, failed.value.sent) == ("connection_lost", False)


def test_after_a_failure_the_next_one_asks_again(serve: Serve) -> None:
    account = GoogleToken(service_account(serve(page("503 Down"), token("t")).url))
    with pytest.raises(CallFailed):
        account.credential()

    assert account.credential().value == "t"


@pytest.mark.parametrize("act", [page("200 OK"), token("t", lasts_s="soon"), gives([]), gives({"access_token": None})])
def test_a_token_that_cannot_be_read_is_garbled(serve: Serve, act: Act) -> None:
    with pytest.raises(CallFailed) as failed:
        GoogleToken(service_account(serve(act).url)).credential()

    assert (failed.value.kind, failed.value.sent) == ("garbled", False)


@pytest.mark.usefixtures("_lambda")
@pytest.mark.parametrize("act", [page("200 OK"), token("t", lasts_s=None), gives({"expires_in": 5}), gives([])])
def test_a_workloads_token_that_cannot_be_read_is_garbled(serve: Serve, act: Act) -> None:
    with pytest.raises(CallFailed) as failed:
        GoogleToken({"credentials": workload_identity(serve(act).url), "project": "zoo"}).credential()

    assert (failed.value.kind, failed.value.sent) == ("garbled", False)


UNREADABLE: list[tuple[dict[str, Any], str]] = [
    ({}, "are neither"),
    ({"credentials": "x"}, "are neither"),
    ({"credentials": None}, "are neither"),
    ({"type": "authorized_user", "client_id": "c", "client_secret": "s", "refresh_token": "r"}, "are neither"),
    ({"type": "external_account", "subject_token_type": "jwt", "credential_source": {"file": "/etc/x"}}, "are neither"),
    ({"type": ["service_account"]}, "are neither"),
    ({"type": "service_account"}, "cannot be read"),
    (service_account("http://h", private_key="-----BEGIN PRIVATE KEY-----\nAAAA\n"), "cannot be read"),
    (service_account("http://h", private_key=5), "cannot be read"),
    (workload_identity("http://h", credential_source={}), "cannot be read"),
    (workload_identity("http://h", credential_source="x"), "cannot be read"),
    (service_account("http://h", project_id=None), "name no project"),
    (service_account("http://h", project_id="a/../b"), "name no project"),
    (workload_identity("http://h"), "name no project"),
    ({"credentials": service_account("http://h"), "location": "a/b"}, "name no project"),
    ({"credentials": service_account("http://h"), "project": ["zoo"]}, "name no project"),
]


@pytest.mark.parametrize(("kept", "why"), UNREADABLE)
def test_what_are_no_credentials_is_refused(kept: dict[str, Any], why: str) -> None:
    with pytest.raises(KeyRefused, match=why):
        GoogleToken(kept).credential()


@pytest.mark.usefixtures("_lambda")
def test_the_documented_key_works_as_it_stands(serve: Serve) -> None:
    server = serve(token("its-own"), impersonated("the-painters"))
    (block,) = re.findall(r"```json\n(\{\n  \"project\".*?)```", PROVIDERS.read_text(), re.DOTALL)
    here = re.sub(r"https://(sts|iamcredentials)\.googleapis\.com", server.url, block)
    given = GoogleToken(json.loads(here)).credential()

    assert given == Credential("the-painters", kind="token", account="projects/my-project/locations/global")
