"""The port Slots: one suite for the fake and for the table."""

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from adapters.slots_table import SlotsTable
from cavendish.webhook.ports import Slots
from cavendish.webhook.receiver import HOST_SLOTS, SLOTS
from tests.builders import NOW
from tests.webhook_fakes import FakeSlots

UNTIL = NOW + 30


@pytest.fixture(params=["fake", "table"])
def slots(request: pytest.FixtureRequest) -> Slots:
    if request.param == "fake":
        return FakeSlots()
    return SlotsTable(request.getfixturevalue("dynamodb"), request.getfixturevalue("table"))


def take(slots: Slots, holder: str, now: float = NOW, receiver: str = "ep_1") -> int | None:
    return slots.take(receiver, holder, now=now, until=now + 30)


def full(slots: Slots) -> None:
    assert [take(slots, f"holder {n}") for n in range(SLOTS)] == list(range(SLOTS))


def test_a_receiver_gets_four_at_once_and_no_fifth(slots: Slots) -> None:
    full(slots)

    assert take(slots, "one too many") is None


def test_a_host_has_more(slots: Slots) -> None:
    taken = [slots.take("host-1", f"holder {n}", now=NOW, until=UNTIL, slots=HOST_SLOTS) for n in range(HOST_SLOTS + 1)]

    assert taken == [*range(HOST_SLOTS), None]


def test_each_receiver_has_its_own(slots: Slots) -> None:
    full(slots)

    assert take(slots, "another", receiver="ep_2") == 0


def test_a_slot_that_is_given_back_is_free(slots: Slots) -> None:
    full(slots)
    slots.release("ep_1", "holder 2", 2)

    assert take(slots, "the next") == 2
    assert take(slots, "one too many") is None


def test_a_slot_whose_time_is_over_is_free(slots: Slots) -> None:
    full(slots)

    assert take(slots, "too early", now=UNTIL - 1) is None
    assert take(slots, "in time", now=UNTIL) == 0


def test_who_comes_again_gets_the_slot_that_it_has(slots: Slots) -> None:
    full(slots)

    assert take(slots, "holder 3") == 3


def test_what_is_somebody_elses_by_now_is_not_given_back(slots: Slots) -> None:
    full(slots)
    assert take(slots, "the next", now=UNTIL) == 0
    slots.release("ep_1", "holder 0", 0, slow_until=NOW + 1_000)

    assert take(slots, "the next", now=UNTIL + 1) == 0
    assert take(slots, "another", now=UNTIL + 1) == 1


def test_a_receiver_under_load_has_one_slot_until_it_is_over(slots: Slots) -> None:
    assert (take(slots, "a"), take(slots, "b")) == (0, 1)
    slots.release("ep_1", "a", 0, slow_until=NOW + 60)

    assert (take(slots, "c", now=NOW + 1), take(slots, "d", now=NOW + 1)) == (0, None)
    assert take(slots, "d", now=NOW + 60) is not None
    assert take(slots, "e", now=NOW + 60) is not None


def test_what_was_never_taken_can_be_given_back(slots: Slots) -> None:
    slots.release("ep_1", "nobody", 0)

    assert take(slots, "a") == 0


def test_many_workers_at_once_get_four(dynamodb: Any, table: str) -> None:
    slots = SlotsTable(dynamodb, table)
    with ThreadPoolExecutor(8) as pool:
        taken = list(pool.map(lambda n: take(slots, f"holder {n}"), range(20)))

    assert sorted(slot for slot in taken if slot is not None) == list(range(SLOTS))


def test_who_reads_an_old_row_takes_nothing_that_is_taken(dynamodb: Any, table: str) -> None:
    slots = SlotsTable(dynamodb, table)

    class Behind:
        """Reads as if nobody had written."""

        exceptions, update_item = dynamodb.exceptions, dynamodb.update_item

        def get_item(self, **_: Any) -> dict[str, Any]:
            return {}

    full(slots)
    assert take(SlotsTable(Behind(), table), "one too many") is None
    for n in range(SLOTS):
        slots.release("ep_1", f"holder {n}", n, slow_until=NOW + 60)
    assert take(SlotsTable(Behind(), table), "a") == 0
    assert take(SlotsTable(Behind(), table), "b") is None


def test_the_table_forgets_a_receiver(dynamodb: Any, table: str) -> None:
    take(SlotsTable(dynamodb, table), "a")
    (row,) = dynamodb.scan(TableName=table)["Items"]

    assert int(row["expires_at"]["N"]) == UNTIL + 86_400
