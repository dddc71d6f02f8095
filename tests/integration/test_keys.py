"""Callers' keys in the table, and providers' keys in their secret."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from adapters.keys_table import KeysTable
from adapters.provider_keys import ProviderKeys
from cavendish.credential import Credential
from cavendish.key import Key, digest
from local.errors import CloudError
from local.keys import app, find_key, listing, local_keys
from tests.builders import NOW, TENANT
from tests.integration.sockets import Server

FRESH_S = 300
Secret = Callable[[], dict[str, str]]
#: NOW, as the list of keys writes it.
DAY = ("2027-01-15", "08:00", "UTC")


def a_key(secret: str = "cav_secret", **fields: Any) -> Key:
    return Key(**{"digest": digest(secret), "tenant": TENANT, "created_at": NOW, **fields})


def test_a_key_is_found_by_its_hash(dynamodb: Any, table: str) -> None:
    keys = KeysTable(dynamodb, table)
    keys.add(a_key(expires_at=NOW + 0.5))

    assert keys.get(digest("cav_secret")) == a_key(expires_at=NOW + 0.5)
    assert keys.get(digest("cav_other")) is None


def test_the_secret_itself_is_nowhere_in_the_table(dynamodb: Any, table: str) -> None:
    KeysTable(dynamodb, table).add(a_key())

    assert "cav_secret" not in str(dynamodb.scan(TableName=table)["Items"])


def test_a_key_lives_beside_jobs_and_is_not_due_nor_forgotten(dynamodb: Any, table: str) -> None:
    KeysTable(dynamodb, table).add(a_key())
    rows = dynamodb.scan(TableName=table)["Items"]

    assert [set(row) for row in rows] == [{"pk", "sk", "doc"}] * 2


def test_all_keys_are_listed_oldest_first_and_nothing_else(dynamodb: Any, table: str) -> None:
    keys = KeysTable(dynamodb, table)
    made = [a_key(f"cav_{n}", created_at=NOW - n, tenant=f"tenant-{n}") for n in range(3)]
    for key in made:
        keys.add(key)
    dynamodb.put_item(TableName=table, Item={"pk": {"S": "JOB#1"}, "sk": {"S": "JOB"}})

    assert keys.all() == made[::-1]


def test_the_list_of_keys_goes_on_over_its_pages(dynamodb: Any, table: str) -> None:
    keys = KeysTable(dynamodb, table)
    for n in range(4):
        keys.add(a_key(f"cav_{n}", tenant=str(n) * 390_000))

    assert len(keys.all()) == 4


def test_a_key_that_is_revoked_is_unknown_but_still_listed(dynamodb: Any, table: str) -> None:
    keys = KeysTable(dynamodb, table)
    keys.add(a_key())
    keys.add(a_key("cav_other"))

    keys.revoke(a_key(), NOW + 5)

    assert (keys.get(digest("cav_secret")), keys.get(digest("cav_other"))) == (None, a_key("cav_other"))
    assert {key.id: key.state(NOW) for key in keys.all()} == {a_key().id: "revoked", a_key("cav_other").id: "valid"}


def test_a_key_is_in_both_places_or_in_none(dynamodb: Any, table: str) -> None:
    with pytest.raises(dynamodb.exceptions.ClientError):
        KeysTable(dynamodb, table).add(a_key(tenant="x" * 450_000))

    assert dynamodb.scan(TableName=table)["Items"] == []


@pytest.mark.parametrize(("expires_at", "valid"), [(None, True), (NOW + 1, True), (NOW, False), (NOW - 1, False)])
def test_a_key_is_valid_until_it_expires(expires_at: float | None, valid: bool) -> None:
    assert a_key(expires_at=expires_at).valid(NOW) is valid


def test_a_key_that_is_revoked_opens_nothing_before_or_after_it_expires() -> None:
    assert {a_key(revoked_at=NOW, expires_at=at).state(NOW) for at in (None, NOW - 1, NOW + 1)} == {"revoked"}


def test_the_list_shows_whose_keys_there_are_and_nothing_to_guess_them_by() -> None:
    keys = [
        a_key(tenant="zoo", expires_at=NOW - 1),
        a_key("cav_2", expires_at=NOW + 60),
        a_key("cav_3", revoked_at=NOW),
    ]

    head, *rows = listing(keys, NOW)

    assert head.split() == ["id", "tenant", "created", "expires", "state"]
    assert rows[0].split() == [digest("cav_secret")[:12], "zoo", *DAY, "2027-01-15", "07:59", "UTC", "expired"]
    assert [row.split()[-1] for row in rows] == ["expired", "valid", "revoked"]
    assert "never" in rows[2]


def test_a_key_is_found_by_its_id_until_it_is_revoked() -> None:
    old = a_key(expires_at=NOW - 1)

    assert find_key([a_key("cav_other"), old], old.id) == old
    with pytest.raises(CloudError, match="is revoked already"):
        find_key([a_key(revoked_at=NOW)], a_key().id)


@pytest.mark.parametrize("key_id", ["", "0" * 12, digest("cav_secret"), digest("cav_secret")[:11]])
def test_an_id_that_no_key_has_finds_none(key_id: str) -> None:
    with pytest.raises(CloudError, match=f"There is no key {key_id};"):
        find_key([a_key()], key_id)


def test_without_a_local_cloud_there_are_no_local_keys(tmp_path: Path) -> None:
    with pytest.raises(CloudError, match="No local cloud of this checkout runs"):
        local_keys(tmp_path)


@pytest.fixture
def put(aws: Callable[..., Any], unused_name: str) -> Callable[[dict[str, str]], tuple[Any, str]]:
    """Sets the secret, and gives a client and the secret's name."""
    client = aws("secretsmanager")
    client.create_secret(Name=unused_name, SecretString="{}")

    def put(keys: dict[str, str]) -> tuple[Any, str]:
        client.put_secret_value(SecretId=unused_name, SecretString=json.dumps(keys))
        return client, unused_name

    return put


def raised(error: Exception) -> None:
    raise error


def test_a_route_has_the_key_of_its_name_and_none_if_none_is_set(put: Any) -> None:
    keys = ProviderKeys(*put({"gemini": "a"}), lambda: 0, raised)

    assert (keys.get("gemini"), keys.get("openai")) == (Credential("a"), None)


def test_the_secret_is_read_again_after_a_while_and_not_before(put: Any) -> None:
    now = [0.0]
    keys = ProviderKeys(*put({"gemini": "old"}), lambda: now[0], raised)
    assert keys.get("gemini") == Credential("old")
    put({"gemini": "new"})

    now[0] = FRESH_S
    assert keys.get("gemini") == Credential("old")
    now[0] = FRESH_S + 0.1
    assert keys.get("gemini") == Credential("new")


def test_a_key_that_was_missing_is_looked_for_at_once(put: Any) -> None:
    keys = ProviderKeys(*put({}), lambda: 0, raised)
    assert keys.get("gemini") is None
    put({"gemini": "set meanwhile"})

    assert keys.get("gemini") == Credential("set meanwhile")


STACK = """<DescribeStacksResponse><DescribeStacksResult><Stacks><member><StackName>s</StackName>
<Outputs><member><OutputKey>ProviderKeysSecret</OutputKey><OutputValue>{}</OutputValue></member></Outputs>
</member></Stacks></DescribeStacksResult></DescribeStacksResponse>"""


@pytest.fixture
def secret(put: Any, serve: Callable[..., Server], unused_name: str, monkeypatch: pytest.MonkeyPatch) -> Secret:
    """Reads the secret of a stack whose outputs a server tells."""
    cloudformation = serve(lambda talk: talk.answer(STACK.format(unused_name).encode()))
    monkeypatch.setenv("AWS_ENDPOINT_URL_CLOUDFORMATION", cloudformation.url)
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
    client, name = put({"gemini": "kept"})
    return lambda: json.loads(client.get_secret_value(SecretId=name)["SecretString"])


ACCOUNT = {"type": "service_account", "private_key": "-----BEGIN PRIVATE KEY-----\nAAAA\n"}


@pytest.mark.parametrize(
    ("said", "kept"),
    [
        ("AIza-key\n", "AIza-key"),
        ("AIza-key", "AIza-key"),
        (json.dumps(ACCOUNT, indent=2) + "\n", json.dumps(ACCOUNT, indent=2)),
    ],
)
def test_a_providers_key_is_all_that_is_said_beside_the_other_routes(secret: Secret, said: str, kept: str) -> None:
    done = CliRunner().invoke(app, ["provider", "vertex"], input=said)

    assert (done.exit_code, secret()) == (0, {"gemini": "kept", "vertex": kept})
    assert kept not in done.output


def test_a_route_that_is_none_takes_no_key(secret: Secret) -> None:
    done = CliRunner().invoke(app, ["provider", "vortex"], input="k")

    assert (done.exit_code, secret()) == (1, {"gemini": "kept"})
