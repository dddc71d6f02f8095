"""The secret of provider keys, as people really fill it."""

import json
from collections.abc import Callable
from typing import Any

import pytest

from adapters.provider_keys import ProviderKeys
from tests.integration.conftest import Client


@pytest.fixture
def keys(aws: Client, unused_name: str) -> Callable[..., ProviderKeys]:
    client = aws("secretsmanager")
    client.create_secret(Name=unused_name, SecretString="{}")

    def filled(text: str, clock: Callable[[], float] = lambda: 0.0) -> ProviderKeys:
        client.put_secret_value(SecretId=unused_name, SecretString=text)
        return ProviderKeys(client, unused_name, clock)

    return filled


def test_a_key_is_given_without_the_line_end_that_came_with_it(keys: Callable[..., ProviderKeys]) -> None:
    assert keys(json.dumps({"gemini": " key\n"})).get("gemini") == "key"


@pytest.mark.parametrize("text", ["AIza-plain", "[]", "5", '{"gemini": null}', '{"openai": "k"}', '{"gemini": ""}'])
def test_what_is_no_key_is_none(keys: Callable[..., ProviderKeys], text: str) -> None:
    assert keys(text).get("gemini") == ""


def test_a_new_key_is_in_use_within_five_minutes_and_a_missing_one_at_once(keys: Callable[..., ProviderKeys]) -> None:
    now = [0.0]
    kept: Any = keys('{"gemini": "old"}', lambda: now[0])
    assert (kept.get("gemini"), kept.get("openai")) == ("old", "")

    keys('{"gemini": "new", "openai": "set"}')
    assert (kept.get("gemini"), kept.get("openai"), kept.get("gemini")) == ("old", "set", "new")
    keys('{"gemini": "newest"}')
    assert kept.get("gemini") == "new"
    now[0] = 301.0
    assert kept.get("gemini") == "newest"
