"""Callers' keys in the table, and providers' keys in their secret."""

import json
from collections.abc import Callable
from typing import Any

import pytest

from adapters.keys_table import KeysTable
from adapters.provider_keys import ProviderKeys
from cavendish.key import Key, digest
from tests.builders import NOW, TENANT

FRESH_S = 300


def a_key(secret: str = "cav_secret", **fields: Any) -> Key:
    return Key(digest=digest(secret), tenant=TENANT, created_at=NOW, **fields)


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
    (row,) = dynamodb.scan(TableName=table)["Items"]

    assert set(row) == {"pk", "sk", "doc"}


@pytest.mark.parametrize(("expires_at", "valid"), [(None, True), (NOW + 1, True), (NOW, False), (NOW - 1, False)])
def test_a_key_is_valid_until_it_expires(expires_at: float | None, valid: bool) -> None:
    assert a_key(expires_at=expires_at).valid(NOW) is valid


@pytest.fixture
def put(aws: Callable[..., Any], unused_name: str) -> Callable[[dict[str, str]], tuple[Any, str]]:
    """Sets the secret, and gives a client and the secret's name."""
    client = aws("secretsmanager")
    client.create_secret(Name=unused_name, SecretString="{}")

    def put(keys: dict[str, str]) -> tuple[Any, str]:
        client.put_secret_value(SecretId=unused_name, SecretString=json.dumps(keys))
        return client, unused_name

    return put


def test_a_route_has_the_key_of_its_name_and_an_empty_one_if_none_is_set(put: Any) -> None:
    keys = ProviderKeys(*put({"gemini": "a"}), lambda: 0)

    assert (keys.get("gemini"), keys.get("openai")) == ("a", "")


def test_the_secret_is_read_again_after_a_while_and_not_before(put: Any) -> None:
    now = [0.0]
    keys = ProviderKeys(*put({"gemini": "old"}), lambda: now[0])
    assert keys.get("gemini") == "old"
    put({"gemini": "new"})

    now[0] = FRESH_S
    assert keys.get("gemini") == "old"
    now[0] = FRESH_S + 0.1
    assert keys.get("gemini") == "new"


def test_a_key_that_was_missing_is_looked_for_at_once(put: Any) -> None:
    keys = ProviderKeys(*put({}), lambda: 0)
    assert keys.get("gemini") == ""
    put({"gemini": "set meanwhile"})

    assert keys.get("gemini") == "set meanwhile"
