"""The attempt: its key, its limit, when it is due, where it stood."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cavendish.attempt import LEASE_MARGIN_S, REPORT_AFTER_S, AttemptKey, State, begin, position, read_message
from cavendish.errors import MessageUnreadable
from cavendish.ladder.plan import Position
from cavendish.ladder.time_left import in_time, limit
from cavendish.outcome import Billed, Outcome
from tests.builders import (
    JOB_ID,
    NOW,
    a_call,
    a_key,
    a_message,
    a_report,
    a_result,
    an_attempt,
    an_ended_attempt,
    an_image,
)

COUNT = st.integers(0, 99)
KEYS = st.builds(AttemptKey, st.just(JOB_ID), st.integers(0, 8), COUNT, COUNT, COUNT)
FAR = NOW + 100_000


@given(KEYS)
def test_a_path_leads_back_to_its_key(key: AttemptKey) -> None:
    assert AttemptKey.of(JOB_ID, key.path) == key
    assert key.object_key == f"{JOB_ID}/{key.path}"


@given(st.lists(KEYS))
def test_paths_sort_in_the_order_of_the_walk(keys: list[AttemptKey]) -> None:
    assert sorted(key.path for key in keys) == [key.path for key in sorted(keys)]


def test_two_places_on_a_ladder_never_share_a_path() -> None:
    keys = [a_key(image=i, step=s, route=r, try_=t) for i in (0, 1) for s in (0, 1) for r in (0, 1) for t in (0, 1)]

    assert len({key.path for key in keys}) == 16


@pytest.mark.parametrize(
    ("deadline_at", "worker_until", "limit_s", "expected"),
    [
        (FAR, FAR, 60, 60),
        (NOW + 20, FAR, 60, 20),
        (NOW + 20.9, FAR, 60, 20),
        (FAR, NOW + 50, 60, 20),
        (FAR, FAR, 900, 660),
        (NOW + 0.2, FAR, 60, 1),
        (NOW - 5, FAR, 60, 1),
        (FAR, NOW + 30, 60, 1),
    ],
)
def test_a_call_is_limited_by_the_plan_the_job_and_the_worker(
    deadline_at: float, worker_until: float, limit_s: int, expected: int
) -> None:
    assert limit(a_call(limit_s=limit_s), deadline_at=deadline_at, worker_until=worker_until, now=NOW) == expected


@pytest.mark.parametrize(
    ("key", "left_s", "expected"),
    [
        (a_key(), 0.1, True),
        (a_key(image=8), 0.1, True),
        (a_key(), 0, False),
        (a_key(try_=1), 5, True),
        (a_key(try_=1), 4.9, False),
        (a_key(route=1), 4.9, False),
        (a_key(step=1), 4.9, False),
    ],
)
def test_the_first_attempt_of_an_image_is_made_before_the_deadline_a_later_one_only_with_five_seconds_left(
    key: AttemptKey, left_s: float, expected: bool
) -> None:
    assert in_time(key, deadline_at=NOW + left_s, now=NOW) is expected


def test_an_attempt_begins_with_its_own_limit_and_a_lease_beyond_it() -> None:
    row = begin(a_message(waited_s=7), 42, NOW)

    assert (row.state, row.call.limit_s, row.waited_s, row.tokens) == (State.CALLING, 42, 7, ("token-1",))
    assert row.due_at == row.lease_until == NOW + 42 + LEASE_MARGIN_S
    assert row.key == a_message().key


@pytest.mark.parametrize("state", [State.ENDED, State.LOST])
def test_an_end_that_is_not_reported_is_due_a_little_later(state: State) -> None:
    row = an_attempt(state=state, ended_at=NOW + 9)

    assert row.due_at == NOW + 9 + REPORT_AFTER_S


def test_an_attempt_that_was_reported_is_never_due() -> None:
    assert an_ended_attempt().due_at is None


def test_only_a_picture_makes_an_attempt_made() -> None:
    assert an_ended_attempt().made
    assert not an_attempt().made
    assert not an_ended_attempt(Outcome.WRONG_SIZE).made
    assert not an_ended_attempt(result=a_result(image=None)).made
    assert an_ended_attempt(result=a_result(Outcome.WRONG_SIZE, image=an_image())).made


def test_what_was_perhaps_paid_is_the_cost_of_an_end_whose_bill_is_unknown() -> None:
    lost = a_result(Outcome.LOST_WORKER, cost_usd=0.24)
    known = a_result(Outcome.TIMED_OUT, cost_usd=0.24, report=a_report(Outcome.TIMED_OUT, billed=Billed.YES))

    assert an_ended_attempt(result=lost).possible_duplicate_usd == 0.24
    assert an_ended_attempt(result=known).possible_duplicate_usd == 0
    assert an_attempt().possible_duplicate_usd == 0


def test_a_place_is_known_from_the_attempts_of_the_same_image_before_it() -> None:
    rows = [
        an_ended_attempt(Outcome.TIMED_OUT, a_key(), started_at=NOW),
        an_ended_attempt(Outcome.TIMED_OUT, a_key(image=1), started_at=NOW + 1),
        an_ended_attempt(Outcome.OVERLOADED, a_key(try_=1), started_at=NOW + 2),
        an_ended_attempt(Outcome.OK, a_key(step=1), started_at=NOW + 3),
    ]

    assert position(rows, rows[3]) == Position(step=1, route=0, try_=0, attempts=2, unknowns=1)
    assert position(rows, rows[0]) == Position()


WRITTEN = a_message().model_dump(mode="json", by_alias=True)


@pytest.mark.parametrize("version", [0, 1])
def test_a_message_of_this_version_or_the_one_before_is_read(version: int) -> None:
    assert read_message({**WRITTEN, "v": version}) == a_message(v=version)


@pytest.mark.parametrize(
    "change", [{"v": 2}, {"v": 99}, {"v": -1}, {"v": "1"}, {"v": None}, {"call": None}, {"try": None}, {"image": "x"}]
)
def test_a_message_that_cannot_be_read_still_gives_its_token(change: dict[str, Any]) -> None:
    with pytest.raises(MessageUnreadable) as unreadable:
        read_message({**WRITTEN, **change})

    assert unreadable.value.token == "token-1"


def test_a_message_reads_what_the_workflow_writes_and_passes_over_what_it_does_not_know() -> None:
    assert "try" in WRITTEN
    assert read_message({**WRITTEN, "a_newer_field": 1}) == a_message()
