"""Permits: fewer when a model throttles, more when all is well, and no row that is written too often."""

import json
import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.rows import text
from cavendish.attempt import begin
from cavendish.catalog.file import catalog
from cavendish.health.permits import (
    AHEAD_S,
    FORGOTTEN_S,
    LEAST,
    LONGEST_LEASE_S,
    MOST,
    PER_SHARD,
    SETTLES_S,
    START,
    Concurrency,
    Shard,
    Unlimited,
    lease,
    shards,
    wait_s,
)
from cavendish.ladder.time_left import MAX_LIMIT_S
from tests.builders import JOB_ID, NOW, PRO, a_message

#: What DynamoDB takes of one key in a second: units of a kilobyte that is written, and of four that are read; a look
#: that may be a moment old costs half a unit.
WRITES_MAX, READS_MAX, KILOBYTE = 1000, 3000, 1024
#: The load for which there must be no hot key.
ATTEMPTS_A_SECOND = 1000
#: Models take two seconds at least (architecture, 1); a throttle is told after a fifth of one (the weather).
CALL_S, THROTTLE_S = 2.0, 0.2
#: Between a look and the write that follows it.
LOOK_TO_WRITE_S = 0.02


def concurrency(permits: float = START, at: float = NOW) -> Concurrency:
    return Concurrency(route="gemini", model=PRO, permits=permits, throttled_at=at)


permits = st.floats(LEAST, MOST)
steps = st.lists(st.tuples(st.sampled_from(["throttled", "grown"]), st.floats(0, 100)))


@given(permits, steps)
def test_there_is_always_one_permit_and_never_more_than_the_most(first: float, steps: list[tuple[str, float]]) -> None:
    now, known = NOW, concurrency(first)
    for step, later_s in steps:
        now += later_s
        known = known.throttled(now) if step == "throttled" else known.grown()
        assert LEAST <= known.permits <= MOST


def test_the_most_permits_grow_no_more_and_the_last_one_stays() -> None:
    assert concurrency(MOST).grown().permits == MOST
    assert concurrency(LEAST).throttled(NOW + SETTLES_S).permits == LEAST


def test_the_first_throttle_leaves_half_of_what_a_deployment_runs_at_once() -> None:
    assert Concurrency.first("gemini", PRO, NOW).permits == START / 2


@given(permits, st.lists(st.floats(0, SETTLES_S - 0.001), min_size=1))
def test_throttles_that_come_together_are_one(first: float, after_s: list[float]) -> None:
    once = concurrency(first).throttled(NOW + SETTLES_S)
    known = once
    for later_s in after_s:
        known = known.throttled(once.throttled_at + later_s)

    assert once.permits == max(LEAST, first / 2)
    assert known == once


def test_after_a_while_another_throttle_counts() -> None:
    assert concurrency(32).throttled(NOW + SETTLES_S).throttled(NOW + 2 * SETTLES_S).permits == 8


@given(st.integers(1, 100))
def test_when_all_permits_brought_a_picture_there_is_one_more(whole: int) -> None:
    """Of so many chances, evenly spread, one lets it grow."""
    chances = [(n + 0.5) / whole for n in range(whole)]

    assert sum(concurrency(whole).grows(chance, NOW + SETTLES_S) for chance in chances) == 1
    assert concurrency(whole).grown().permits == whole + 1


def test_from_one_permit_it_recovers() -> None:
    known = concurrency(LEAST)
    for _ in range(40):
        known = known.grown() if known.grows(0, NOW + SETTLES_S) else known

    assert known.permits == 41


def test_there_is_none_more_until_the_last_throttle_has_settled() -> None:
    assert not concurrency(LEAST).grows(0, NOW + SETTLES_S - 1)


def test_an_hour_without_a_throttle_forgets_all() -> None:
    known = concurrency().grown()

    assert not known.forgotten(NOW + FORGOTTEN_S - 1)
    assert known.forgotten(NOW + FORGOTTEN_S)


@pytest.mark.parametrize("ahead_s", [AHEAD_S + 1, 86_400, math.inf, math.nan])
def test_what_a_clock_that_was_ahead_wrote_is_as_if_it_were_written_now(ahead_s: float) -> None:
    known = concurrency(8, NOW + ahead_s).seen(NOW)

    assert known == concurrency(8, NOW)
    assert known.grows(0, NOW + SETTLES_S)
    assert known.throttled(NOW + SETTLES_S).permits == 4
    assert known.forgotten(NOW + FORGOTTEN_S)


@pytest.mark.parametrize("ahead_s", [-86_400, 0, AHEAD_S])
def test_clocks_that_hardly_differ_are_believed(ahead_s: float) -> None:
    known = concurrency(8, NOW + ahead_s)

    assert known.seen(NOW) == known


def test_a_lease_that_ends_later_than_any_can_holds_no_slot() -> None:
    longest = {slot: lease(f"holder {slot}", NOW + LONGEST_LEASE_S) for slot in range(2)}
    ahead = {slot: lease(f"holder {slot}", NOW + 86_400) for slot in range(2)}

    assert Shard(0, 2).free(longest, "me", NOW) == []
    assert sorted(Shard(0, 2).free(ahead, "me", NOW)) == [0, 1]
    assert not Shard(0, 2).scarce(ahead, "me", NOW)
    assert begin(a_message(), MAX_LIMIT_S, NOW).lease_until - NOW <= LONGEST_LEASE_S


@given(st.floats(LEAST, MOST), st.text(min_size=1))
def test_a_holder_looks_into_parts_of_the_permits_and_into_no_others(limit: float, holder: str) -> None:
    found = shards(limit, holder)
    count = math.ceil(int(limit) / PER_SHARD)

    assert len({one.number for one in found}) == len(found) == min(2, count)
    assert all(0 <= one.number < count and 1 <= one.permits <= PER_SHARD for one in found)


@given(st.integers(int(LEAST), int(MOST)))
def test_all_parts_together_are_all_permits(limit: int) -> None:
    parts = {one for n in range(40 * math.ceil(limit / PER_SHARD)) for one in shards(limit, f"holder {n}")}

    assert sum(one.permits for one in parts) == limit


def test_few_permits_are_one_part_so_that_none_is_left_over_in_another() -> None:
    assert shards(PER_SHARD + 0.9, "a") == shards(PER_SHARD, "b") == [Shard(0, PER_SHARD)]


def test_nobody_gets_a_slot_while_as_many_leases_as_there_are_permits_last() -> None:
    leases = {slot: lease(f"holder {slot}", NOW + 60) for slot in (5, 6)}  # from when there were more

    assert Shard(0, 2).free(leases, "late", NOW) == []
    assert sorted(Shard(0, 3).free(leases, "late", NOW)) == [0, 1, 2]
    assert sorted(Shard(0, 2).free(leases, "late", NOW + 60)) == [0, 1]


def test_who_has_a_lease_gets_it_again() -> None:
    leases = {slot: lease(f"holder {slot}", NOW + 60) for slot in range(3)}

    assert Shard(0, 3).free(leases, "holder 2", NOW) == [2]


def test_rivals_begin_at_different_slots() -> None:
    assert len({Shard(0, PER_SHARD).free({}, f"holder {n}", NOW)[0] for n in range(100)}) == PER_SHARD


@pytest.mark.parametrize(("out", "scarce"), [(0, False), (1, False), (2, True), (3, True)])
def test_permits_are_scarce_when_most_are_out(out: int, scarce: bool) -> None:
    leases = {slot: lease(f"holder {slot}", NOW + 60) for slot in range(out)}

    assert Shard(0, 4).scarce(leases, "me", NOW) is scarce


@given(st.integers(0, 10**6), st.floats(-10, 10**6), st.floats(0, 1))
def test_a_message_waits_a_second_at_least_and_as_long_as_its_queue_can_hold_it_at_most(
    turned_away: int, left_s: float, chance: float
) -> None:
    assert 0 < wait_s(turned_away, left_s=left_s, chance=chance) <= 900


def test_waits_double_up_to_the_most_and_chance_takes_its_share() -> None:
    longest = [wait_s(n, left_s=math.inf, chance=1) for n in range(12)]

    assert longest == [2, 4, 8, 16, 32, 64, 128, 256, 512, 900, 900, 900]
    assert wait_s(4, left_s=math.inf, chance=0.25) == 8


def test_a_message_comes_back_when_its_job_has_to_be_told_of_its_end() -> None:
    assert wait_s(9, left_s=70.5, chance=1) == 70.5


def test_where_nothing_is_learned_every_call_may_be_made() -> None:
    unlimited = Unlimited()
    for n in range(2000):
        permit = unlimited.take("gemini", PRO, f"holder {n}", now=NOW, until=NOW + 60)
        assert permit is not None
        unlimited.throttled(permit, NOW + n * SETTLES_S)
    unlimited.succeeded(permit, NOW)
    unlimited.give_back(permit)

    assert unlimited.read(NOW) == []


def test_a_full_row_of_leases_is_written_for_one_unit() -> None:
    row = {f"slot_{n}": text(lease(f"{JOB_ID}/0-00-00-00", NOW + MAX_LIMIT_S)) for n in range(PER_SHARD)}
    row |= {"pk": text(f"PERMITS#openai-compatible#{'m' * 64}#127"), "sk": text("LEASES"), "expires_at": text("9" * 10)}

    assert len(json.dumps(row)) < KILOBYTE  # more than DynamoDB counts, which knows no braces


def test_no_row_of_leases_is_hot_at_a_thousand_attempts_a_second() -> None:
    """However they are spread: a row is written for permits that are free, and its readers are spread by their keys."""
    for limit in (1, 8, 9, 64, 200, int(MOST)):
        rows = math.ceil(limit / PER_SHARD)
        looks = min(2, rows) * ATTEMPTS_A_SECOND / rows
        rivals = max(1.0, looks * LOOK_TO_WRITE_S)
        # A permit that is given back is written for that, and then by all who saw it free, of whom one gets it.
        writes = {call_s: min(limit, PER_SHARD) / call_s * (1 + rivals) for call_s in (CALL_S, THROTTLE_S)}

        assert looks / 2 < READS_MAX
        assert writes[CALL_S] < WRITES_MAX / 4
        assert writes[THROTTLE_S] < WRITES_MAX


def test_the_row_of_all_models_is_hardly_written_and_read_no_more_than_it_may_be() -> None:
    """Each attempt may be the first of its worker, which has nothing in mind then; and be throttled, so that its worker
    looks once more, for what is newest, which costs a whole unit."""
    ways = sum(len(route.models) for route in catalog().routes.values())
    grows = ways / CALL_S  # one of as many successes as there are permits writes: once in the time of a call
    falls = ways / SETTLES_S
    rivals = ATTEMPTS_A_SECOND * LOOK_TO_WRITE_S
    longest = concurrency(MOST - 0.123, NOW + 0.123)
    size = ways * len(longest.written + "#") + sum(
        len(name + model) for name, route in catalog().routes.items() for model in route.models
    )

    assert ATTEMPTS_A_SECOND * math.ceil(size / (4 * KILOBYTE)) * 1.5 < READS_MAX
    assert (grows + falls * rivals) * math.ceil(size / KILOBYTE) < WRITES_MAX
