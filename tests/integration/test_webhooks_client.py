"""The client's webhook methods and commands, against the API behind real HTTP."""

import re
from collections.abc import Callable, Iterator

import pytest
from typer.testing import CliRunner, Result

from cavendish.webhook.events import EVENT_TYPES
from cavendish_client import Client, Problem
from cavendish_client.cli import app
from cavendish_client.webhooks.signature import key_of
from tests.integration.gateway import gateway
from tests.integration.handlers import KEY, Functions

pytestmark = pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")

URL = "https://93.184.215.14/hook"
NOBODY = "ep_01KX0000000000000000000000"
Command = Callable[..., Result]


@pytest.fixture
def client(functions: Functions) -> Iterator[Client]:
    functions.with_key()
    with gateway() as api, Client(api, KEY) as client:
        yield client


@pytest.fixture
def command(client: Client, monkeypatch: pytest.MonkeyPatch) -> Command:
    """Runs `cavendish webhooks ...`."""
    monkeypatch.setenv("API", client._api)
    monkeypatch.setenv("KEY", KEY)
    monkeypatch.delenv("WEBHOOK_SECRET", raising=False)
    return lambda *arguments: CliRunner().invoke(app, ["webhooks", *arguments])


def test_an_endpoint_is_made_changed_and_deleted(client: Client) -> None:
    made = client.webhooks.create(URL, ["job.failed"])
    secret = made.pop("secret")
    assert key_of(secret)
    assert client.webhooks.endpoint(made["id"]) == made
    assert (made["url"], made["events"], made["enabled"]) == (URL, ["job.failed"], True)

    changed = client.webhooks.change(made["id"], events=[], enabled=False)
    assert (changed["events"], changed["enabled"], changed["url"]) == (list(EVENT_TYPES), False, URL)
    assert client.webhooks.endpoints() == [changed]
    assert client.webhooks.rotate(made["id"])["secret"] != secret

    client.webhooks.delete(made["id"])
    assert client.webhooks.endpoints() == []


def test_a_ping_is_a_delivery_that_is_listed_read_and_sent_anew(client: Client) -> None:
    made = client.webhooks.create(URL)
    sent = [client.webhooks.ping(made["id"]) for _ in range(2)]

    assert [one["id"] for one in client.webhooks.deliveries(endpoint_id=made["id"])] == [
        one["id"] for one in sent[::-1]
    ]
    assert list(client.webhooks.deliveries(status="failed")) == []
    assert client.webhooks.delivery(sent[0]["id"])["type"] == "endpoint.ping"
    # What fits nowhere is told as a problem, and what a replay answers is the delivery.
    assert client.webhooks.replay(sent[0]["id"])["replays"] == 1
    assert client.webhooks.replay_since(made["id"], "2020-01-01T00:00:00Z") == 0


def test_the_default_secret_and_the_public_keys_are_told(client: Client) -> None:
    before = client.webhooks.secret()

    assert key_of(client.webhooks.rotate_secret()) != key_of(before)
    assert [one.partition("_")[0] for one in client.webhooks.public_keys()] == ["whpk"]


@pytest.mark.parametrize("endpoint_id", [NOBODY, "", "../secret", f"{NOBODY}/rotate", "é#"])
def test_an_id_is_never_another_request(client: Client, endpoint_id: str) -> None:
    for act in (client.webhooks.endpoint, client.webhooks.delete, client.webhooks.ping, client.webhooks.delivery):
        with pytest.raises(Problem) as caught:
            act(endpoint_id)
        assert caught.value.status in (404, 405)


def test_the_commands_show_what_there_is(command: Command) -> None:
    made = command("create", URL, "--event", "job.failed")
    assert made.exit_code == 0, made.output
    (endpoint_id,) = re.findall(r"ep_\w{26}", made.stdout)
    assert re.search(r"^secret  whsec_\S+=$", made.stdout, re.MULTILINE)

    delivery_id = command("ping", endpoint_id).stdout.strip()
    assert re.search(rf"{endpoint_id} .* {re.escape(URL)} .* job\.failed .* enabled", command("list").stdout)
    assert re.search(rf"{delivery_id} .* endpoint\.ping .* {endpoint_id} .* pending", command("deliveries").stdout)
    assert delivery_id in command("deliveries", "--status", "pending", "--json").stdout
    assert delivery_id not in command("deliveries", "--status", "failed").stdout
    assert command("replay", delivery_id).stdout.strip() == delivery_id
    assert command("replay", "--endpoint", endpoint_id, "--since", "3d").stdout == "0 sent anew\n"
    assert command("delete", endpoint_id).exit_code == 0
    assert endpoint_id not in command("list").stdout


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["replay"], "Say which: a DELIVERY, or --endpoint ID with --since WHEN."),
        (["replay", "--endpoint", NOBODY], "Say which"),
        (["replay", "--endpoint", NOBODY, "--since", "soon"], "soon is no time"),
        (["delete", NOBODY], "(404)"),
        (["create", "http://10.0.0.1/"], "/url: "),
        (["create", URL, "--event", "job.won"], "/events/0: "),
        (["listen"], "This deployment does not reach 127.0.0.1: it needs a public https URL."),
    ],
)
def test_what_cannot_be_is_told_in_a_sentence(command: Command, arguments: list[str], sentence: str) -> None:
    done = command(*arguments)

    assert (done.exit_code, done.stdout) == (1, "")
    assert sentence in done.stderr
