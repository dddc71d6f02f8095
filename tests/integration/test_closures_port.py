"""The port Closures: one suite for the fake and for the table."""

import pytest

from adapters.closures_table import ClosuresTable
from cavendish.health.doors import Closure
from cavendish.health.learned import Closures
from tests.builders import FLASH, NOW, PRO
from tests.fakes import FakeClosures
from tests.integration.conftest import Client

FAILURES: list[Exception] = []


def closure(model: str = PRO, until: float = NOW + 60, route: str = "gemini") -> Closure:
    return Closure(route=route, model=model, until=until, reason="its quota is used up")


@pytest.fixture(params=["fake", "table"])
def closures(request: pytest.FixtureRequest) -> Closures:
    if request.param == "fake":
        return FakeClosures()
    aws: Client = request.getfixturevalue("aws")
    return ClosuresTable(aws("dynamodb"), request.getfixturevalue("table"), lambda: 0.0, FAILURES.append)


def test_what_is_closed_is_told_until_it_opens(closures: Closures) -> None:
    closures.close(closure())

    assert closures.read(NOW) == [closure()]
    assert closures.read(NOW + 60) == []


def test_nothing_is_closed_at_first(closures: Closures) -> None:
    assert closures.read(NOW) == []


def test_each_model_on_each_route_is_closed_for_itself_and_the_last_word_counts(closures: Closures) -> None:
    closures.close(closure())
    closures.close(closure(FLASH))
    closures.close(closure(route="vertex"))
    closures.close(closure(until=NOW + 5))

    left = {(one.route, one.model, one.until - NOW) for one in closures.read(NOW)}
    assert left == {("gemini", PRO, 5), ("gemini", FLASH, 60), ("vertex", PRO, 60)}


def test_what_another_worker_closed_is_known_after_some_seconds(aws: Client, table: str) -> None:
    now = [0.0]
    mine = ClosuresTable(aws("dynamodb"), table, lambda: now[0], FAILURES.append)
    others = ClosuresTable(aws("dynamodb"), table, lambda: 0.0, FAILURES.append)
    assert mine.read(NOW) == []
    others.close(closure())

    assert mine.read(NOW) == []
    now[0] = 5.1
    assert mine.read(NOW) == [closure()]


def test_what_cannot_be_noted_is_told_and_fails_nobody(aws: Client) -> None:
    failures: list[Exception] = []
    ClosuresTable(aws("dynamodb"), "no-such-table", lambda: 0.0, failures.append).close(closure())

    assert len(failures) == 1


def test_who_cannot_read_goes_by_what_was_known(aws: Client, table: str) -> None:
    failures: list[Exception] = []
    now = [0.0]
    closures = ClosuresTable(aws("dynamodb"), table, lambda: now[0], failures.append)
    closures.close(closure())
    assert closures.read(NOW) == [closure()]

    closures._table, now[0] = "no-such-table", 6.0
    assert closures.read(NOW) == [closure()]
    assert len(failures) == 1
