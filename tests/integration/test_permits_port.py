"""The port Permits: one suite for the fake and for the table."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from types import SimpleNamespace
from typing import Any

import pytest

from adapters.permits_table import ClockAhead, PermitsTable
from adapters.reads import key
from cavendish.health.permits import FORGOTTEN_S, SETTLES_S, Permit
from cavendish.health.turns import Permits
from tests.builders import FLASH, NOW, PRO
from tests.fakes import FakePermits
from tests.integration.conftest import Client

FREE = Permit(route="gemini", model=PRO)
SCARCE = FREE.model_copy(update={"scarce": True})
DAY = 86_400
#: Throttles until so many permits are left.
UNTIL_4, UNTIL_8 = 2, 1


def a_table(client: Any, table: str, **more: Any) -> PermitsTable:
    return PermitsTable(client, table, **{"clock": lambda: 0.0, "chance": lambda: 0.0, "failed": raised, **more})


def raised(error: Exception) -> None:
    if not isinstance(error, ClockAhead):
        raise error


class Counted:
    """Counts what is asked of a table."""

    def __init__(self, client: Any) -> None:
        self.asked: list[str] = []
        self.exceptions = client.exceptions
        self._client = client

    def get_item(self, **named: Any) -> Any:
        self.asked.append("get_item")
        return self._client.get_item(**named)

    def update_item(self, **named: Any) -> Any:
        self.asked.append("update_item")
        return self._client.update_item(**named)


@pytest.fixture(params=["fake", "table"])
def permits(request: pytest.FixtureRequest) -> Permits:
    if request.param == "fake":
        return FakePermits()
    return a_table(request.getfixturevalue("dynamodb"), request.getfixturevalue("table"))


def throttled(permits: Permits, times: int, permit: Permit = FREE) -> float:
    """Gives when the last one was."""
    for n in range(times):
        permits.throttled(permit, NOW + n * SETTLES_S)
    return NOW + (times - 1) * SETTLES_S


def take(permits: Permits, holder: str, now: float, lasts_s: float = 60) -> Permit | None:
    return permits.take("gemini", PRO, holder, now=now, until=now + lasts_s)


def limits(permits: Permits, now: float = NOW) -> dict[tuple[str, str], float]:
    return {(one.route, one.model): one.permits for one in permits.read(now)}


def test_a_model_that_never_throttled_is_not_counted(permits: Permits) -> None:
    assert [take(permits, f"holder {n}", NOW) for n in range(20)] == [FREE] * 20
    assert limits(permits) == {}


def test_each_model_on_each_route_is_counted_for_itself(permits: Permits) -> None:
    throttled(permits, 1)
    throttled(permits, 2, Permit(route="vertex", model=PRO))

    assert limits(permits) == {("gemini", PRO): 8, ("vertex", PRO): 4}
    assert permits.take("gemini", FLASH, "a", now=NOW, until=NOW + 60) == Permit(route="gemini", model=FLASH)


def test_throttles_that_come_together_are_one(permits: Permits) -> None:
    for n in range(10):
        permits.throttled(FREE, NOW + n / 10)

    assert limits(permits) == {("gemini", PRO): 8}


def test_as_many_get_one_as_there_are(permits: Permits) -> None:
    now = throttled(permits, UNTIL_4)
    taken = [take(permits, f"holder {n}", now) for n in range(6)]

    assert [bool(one) for one in taken] == [True] * 4 + [False] * 2
    assert len({one.slot for one in taken if one}) == 4


def test_what_is_given_back_others_can_have(permits: Permits) -> None:
    now = throttled(permits, UNTIL_4)
    taken = [take(permits, f"holder {n}", now) for n in range(4)]
    assert taken[2]
    permits.give_back(taken[2])

    found = take(permits, "the next", now)
    assert (found and found.slot) == taken[2].slot
    assert take(permits, "one too many", now) is None


def test_what_is_never_given_back_comes_back_by_itself(permits: Permits) -> None:
    now = throttled(permits, UNTIL_4)
    assert all(take(permits, f"holder {n}", now) for n in range(4))

    assert take(permits, "too early", now + 59) is None
    assert take(permits, "in time", now + 60)


def test_what_is_somebody_elses_by_now_is_not_given_back(permits: Permits) -> None:
    now = throttled(permits, UNTIL_4)
    late = [take(permits, f"holder {n}", now) for n in range(4)]
    assert all(take(permits, f"next {n}", now + 60) for n in range(4))
    for one in late:
        assert one
        permits.give_back(one)

    assert take(permits, "one too many", now + 60) is None


def test_who_comes_again_gets_what_it_has(permits: Permits) -> None:
    now = throttled(permits, UNTIL_4)
    first = [take(permits, f"holder {n}", now) for n in range(4)]

    again = take(permits, "holder 3", now + 1)
    assert again
    assert first[3]
    assert (again.slot, again.shard) == (first[3].slot, first[3].shard)


def test_a_success_that_needed_most_permits_brings_one_more_when_the_last_throttle_has_settled(
    permits: Permits,
) -> None:
    now = throttled(permits, UNTIL_4)
    taken = [take(permits, f"holder {n}", now) for n in range(4)]
    for one in taken:
        assert one
        permits.succeeded(one, now + SETTLES_S - 1)
    assert limits(permits, now) == {("gemini", PRO): 4}

    for one in taken:
        assert one
        permits.succeeded(one, now + SETTLES_S)
    assert [one and one.scarce for one in taken] == [False, False, True, True]
    assert limits(permits, now) == {("gemini", PRO): 6}


def test_a_success_where_nothing_is_counted_changes_nothing(permits: Permits) -> None:
    permits.succeeded(FREE, NOW)
    permits.give_back(FREE)

    assert limits(permits) == {}


def test_after_an_hour_without_a_throttle_it_is_as_if_there_had_been_none(permits: Permits) -> None:
    now = throttled(permits, UNTIL_4) + FORGOTTEN_S
    assert (limits(permits, now), take(permits, "a", now)) == ({}, FREE)

    permits.throttled(FREE, now)
    assert limits(permits, now) == {("gemini", PRO): 8}


def test_what_a_clock_that_was_a_day_ahead_noted_grows_is_lowered_and_is_forgotten(permits: Permits) -> None:
    permits.throttled(FREE, NOW + DAY)
    assert limits(permits) == {("gemini", PRO): 8}
    assert take(permits, "a", NOW) != FREE

    permits.succeeded(SCARCE, NOW + SETTLES_S)
    assert limits(permits) == {("gemini", PRO): 9}
    for n in range(1, 50):
        permits.throttled(FREE, NOW + n * SETTLES_S)
    assert limits(permits, NOW + 50 * SETTLES_S) == {("gemini", PRO): 1}
    assert limits(permits, NOW + 50 * SETTLES_S + FORGOTTEN_S) == {}


def test_what_a_clock_that_was_a_day_ahead_noted_is_forgotten_after_an_hour(permits: Permits) -> None:
    permits.throttled(FREE, NOW + DAY)
    take(permits, "a", NOW)

    assert (limits(permits, NOW + FORGOTTEN_S), take(permits, "a", NOW + FORGOTTEN_S)) == ({}, FREE)


def test_who_only_looks_sees_what_a_clock_that_was_ahead_noted_as_of_now(permits: Permits) -> None:
    permits.throttled(FREE, NOW + DAY)

    assert [one.throttled_at for one in permits.read(NOW)] == [NOW]


def test_leases_of_a_clock_that_was_a_day_ahead_leave_their_slots(permits: Permits) -> None:
    now = throttled(permits, UNTIL_4)
    ahead = [permits.take("gemini", PRO, f"ahead {n}", now=now, until=now + DAY) for n in range(4)]

    taken = [take(permits, f"holder {n}", now) for n in range(5)]

    assert all(ahead)
    assert [bool(one) for one in taken] == [True] * 4 + [False]


def test_many_workers_at_once_get_as_many_as_there_are(permits: Permits) -> None:
    now = throttled(permits, UNTIL_4)
    with ThreadPoolExecutor(16) as pool:
        taken = list(pool.map(lambda n: take(permits, f"holder {n}", now), range(50)))

    assert len([one for one in taken if one]) == 4


def test_who_is_spread_over_rows_gets_no_more_than_there_are(permits: Permits) -> None:
    """Four rows: 32 permits."""
    now = throttled(permits, UNTIL_8) + SETTLES_S
    for _ in range(24):
        permits.succeeded(SCARCE, now)
    with ThreadPoolExecutor(16) as pool:
        taken = list(pool.map(lambda n: take(permits, f"holder {n}", now), range(120)))
    places = [(one.shard, one.slot) for one in taken if one]

    assert len(set(places)) == len(places)
    assert len(places) == 32


def test_what_another_worker_noted_is_known_after_some_seconds(dynamodb: Any, table: str) -> None:
    now = [0.0]
    mine, others = a_table(dynamodb, table, clock=lambda: now[0]), a_table(dynamodb, table)
    assert take(mine, "a", NOW) == FREE
    throttled(others, 1)

    assert take(mine, "a", NOW) == FREE
    now[0] = 2.1
    assert take(mine, "a", NOW) != FREE


def test_who_believes_what_is_old_looks_again_and_writes_nothing_that_is_known(dynamodb: Any, table: str) -> None:
    client = Counted(dynamodb)
    mine, others = a_table(client, table), a_table(dynamodb, table)
    assert take(mine, "a", NOW) == take(others, "b", NOW) == FREE
    throttled(others, 1)
    throttled(mine, 1)

    assert client.asked == ["get_item", "get_item"]
    assert limits(mine) == limits(others) == {("gemini", PRO): 8}


def test_who_is_overtaken_undoes_nothing(dynamodb: Any, table: str) -> None:
    mine, others = a_table(dynamodb, table), a_table(dynamodb, table)
    throttled(mine, 1)

    class Overtaken:
        """Somebody else is faster between the look and the write."""

        exceptions = dynamodb.exceptions

        def get_item(self, **named: Any) -> dict[str, Any]:
            found: dict[str, Any] = dynamodb.get_item(**named)
            if named["ConsistentRead"]:
                for n in (1, 2):
                    others.throttled(FREE, NOW + n * SETTLES_S)
            return found

        def update_item(self, **named: Any) -> Any:
            return dynamodb.update_item(**named)

    a_table(Overtaken(), table).throttled(FREE, NOW + SETTLES_S)
    assert limits(a_table(dynamodb, table)) == {("gemini", PRO): 2}


class ConditionFailed(Exception):
    """As DynamoDB calls it."""


class TwoRows:
    """A row that others wrote just now: who is content with an old one reads that. `looked` hears of each look."""

    exceptions = SimpleNamespace(ConditionalCheckFailedException=ConditionFailed)

    def __init__(self, old: str, new: str, looked: Callable[[], None]) -> None:
        self.new = new
        self._old = old
        self._looked = looked

    def get_item(self, **named: Any) -> dict[str, Any]:
        self._looked()
        return {"Item": {f"gemini#{PRO}": {"S": self.new if named["ConsistentRead"] else self._old}}}

    def update_item(self, **named: Any) -> None:
        values = named["ExpressionAttributeValues"]
        if values[":before"]["S"] != self.new:
            raise ConditionFailed
        self.new = values[":after"]["S"]


def test_what_is_noted_is_made_of_the_row_that_it_replaces_however_old_the_last_look_is_by_then() -> None:
    now = [0.0]

    def slowly() -> None:
        now[0] += 3.0

    rows = TwoRows(f"8.0@{NOW - 100}", f"4.0@{NOW}", slowly)
    permits = a_table(rows, "t", clock=lambda: now[0])
    permits.succeeded(SCARCE, NOW + 1)
    assert rows.new == f"4.0@{NOW}"

    permits.throttled(FREE, NOW + SETTLES_S)
    assert rows.new == f"2.0@{NOW + SETTLES_S}"


def test_who_reads_an_old_row_takes_nothing_that_is_taken(dynamodb: Any, table: str) -> None:
    now = throttled(a_table(dynamodb, table), UNTIL_4)
    assert all(take(a_table(dynamodb, table), f"holder {n}", now) for n in range(4))

    class Behind:
        """Reads leases as if nobody had taken one."""

        exceptions, update_item = dynamodb.exceptions, dynamodb.update_item

        def get_item(self, **named: Any) -> dict[str, Any]:
            leases = named["Key"]["sk"]["S"] == "LEASES"
            return {} if leases else dict(dynamodb.get_item(**named))

    assert take(a_table(Behind(), table), "one too many", now) is None


def test_where_nothing_throttled_a_call_costs_one_read_for_some_seconds_and_no_write(dynamodb: Any, table: str) -> None:
    client = Counted(dynamodb)
    permits = a_table(client, table)
    for n in range(100):
        permit = take(permits, f"holder {n}", NOW)
        assert permit
        permits.succeeded(permit, NOW)
        permits.give_back(permit)

    assert client.asked == ["get_item"]


def test_a_storm_of_throttles_is_one_write(dynamodb: Any, table: str) -> None:
    client = Counted(dynamodb)
    permits = a_table(client, table)
    for n in range(100):
        permits.throttled(FREE, NOW + n / 50)

    assert client.asked.count("update_item") == 1


def test_what_a_clock_that_was_ahead_wrote_is_told_and_mended_once(dynamodb: Any, table: str) -> None:
    failures: list[Exception] = []
    others = a_table(dynamodb, table)
    others.throttled(FREE, NOW + DAY)
    mine = a_table(dynamodb, table, failed=failures.append)
    for n in range(3):
        assert take(mine, f"holder {n}", NOW)

    row = dynamodb.get_item(TableName=table, Key=key("CONCURRENCY", "CONCURRENCY"))["Item"]
    assert row[f"gemini#{PRO}"] == {"S": f"8.0@{NOW}"}
    assert int(row["expires_at"]["N"]) <= NOW + 2 * FORGOTTEN_S
    assert [repr(one) for one in failures] == [
        f"ClockAhead('gemini#{PRO} was noted by a clock that is ahead: 8.0@{NOW + DAY}')"
    ]


def test_leases_of_a_clock_that_was_ahead_are_told_once(dynamodb: Any, table: str) -> None:
    failures: list[Exception] = []
    others, mine = a_table(dynamodb, table), a_table(dynamodb, table, failed=failures.append)
    now = throttled(others, UNTIL_4)
    others.take("gemini", PRO, "ahead", now=now, until=now + DAY)
    for n in range(3):
        assert take(mine, f"holder {n}", now)

    assert [str(one) for one in failures] == [f"a lease was taken by a clock that is ahead: {int(now + DAY)}#ahead"]


@pytest.fixture
def broken(unreachable: Client) -> tuple[PermitsTable, list[Exception]]:
    failures: list[Exception] = []
    return a_table(unreachable("dynamodb"), "no-such-table", failed=failures.append), failures


def test_where_nobody_can_be_asked_calls_are_made(broken: tuple[PermitsTable, list[Exception]]) -> None:
    permits, failures = broken

    assert take(permits, "a", NOW) == FREE
    assert len(failures) == 1


def test_what_cannot_be_noted_is_told_and_fails_nobody(broken: tuple[PermitsTable, list[Exception]]) -> None:
    permits, failures = broken
    scarce = FREE.model_copy(update={"lease": "1#a", "scarce": True})
    permits.throttled(FREE, NOW)
    permits.succeeded(scarce, NOW)
    permits.give_back(scarce)

    assert len(failures) >= 2
    assert permits.read(NOW) == []


def test_the_table_forgets_permits_and_leases_when_nobody_needs_them(dynamodb: Any, table: str) -> None:
    permits = a_table(dynamodb, table)
    now = throttled(permits, 1)
    take(permits, "a", now)
    rows = {row["pk"]["S"]: int(row["expires_at"]["N"]) for row in dynamodb.scan(TableName=table)["Items"]}

    assert rows.pop("CONCURRENCY") >= now + FORGOTTEN_S
    assert [at >= now + 60 for at in rows.values()] == [True]
