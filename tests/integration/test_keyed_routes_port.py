"""The port KeyedRoutes: one suite for the fake and for the table."""

from typing import Any

import pytest

from adapters.routes_table import RoutesTable
from cavendish.health.doors import Keyed
from cavendish.health.learned import KeyedRoutes
from tests.builders import NOW
from tests.fakes import FakeKeyedRoutes


def seen(*keys: str, at: float = NOW) -> Keyed:
    return Keyed(keys=keys, usable=keys[:1], as_of=at)


@pytest.fixture
def failures() -> list[Exception]:
    return []


@pytest.fixture
def stored(dynamodb: Any, table: str, failures: list[Exception]) -> RoutesTable:
    return RoutesTable(dynamodb, table, failures.append)


@pytest.fixture(params=["fake", "table"])
def keyed(request: pytest.FixtureRequest) -> KeyedRoutes:
    fake: KeyedRoutes = FakeKeyedRoutes()
    return fake if request.param == "fake" else request.getfixturevalue("stored")


def test_nothing_is_known_before_anybody_looked(keyed: KeyedRoutes) -> None:
    assert keyed.read() is None


def test_the_last_look_counts(keyed: KeyedRoutes) -> None:
    keyed.note(seen("gemini"))
    keyed.note(seen("gemini", "vertex"))

    assert keyed.read() == seen("gemini", "vertex")


def test_what_is_no_news_is_written_once_in_an_hour(stored: RoutesTable) -> None:
    for after_s in (0, 1, 3_600):
        stored.note(seen("gemini", at=NOW + after_s))
    assert stored.read() == seen("gemini", at=NOW)

    stored.note(seen("gemini", at=NOW + 3_601))
    assert stored.read() == seen("gemini", at=NOW + 3_601)


def test_what_cannot_be_noted_is_told_and_tried_again(
    stored: RoutesTable, dynamodb: Any, failures: list[Exception], table: str
) -> None:
    nowhere = RoutesTable(dynamodb, "no-such-table", failures.append)
    nowhere.note(seen("gemini"))
    assert len(failures) == 1

    nowhere._table = table
    nowhere.note(seen("gemini"))
    assert stored.read() == seen("gemini")
