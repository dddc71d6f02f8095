"""Prefer: wait=N, and If-None-Match, as the door reads them."""

from types import SimpleNamespace
from typing import Any

import pytest

from api.conditions import unchanged
from api.wait import preferred, until_ended
from cavendish.errors import JobGone
from cavendish.job import Job, Status
from tests.builders import a_job


@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        (None, None),
        ("", None),
        ("wait=0", 0),
        ("wait=7", 7),
        ("Wait = 7", 7),
        ('wait="7"', 7),
        ("respond-async, wait=10;foo=bar", 10),
        ("wait=3, wait=4", 3),
        ("wait=26", 25),
        ("wait=999999999", 25),
        *((header, None) for header in ("wait", "wait=", "wait=-1", "wait=1.5", "wait=x", "waits=5", "wait=\u0665")),
        ("wait=" + "9" * 5000, 25),
        ("wait=0000000000000007", 7),
        ('foo="a, wait=9", wait=3', 3),
        ('foo="a, wait=9"', None),
        (r'foo="\", wait=9"', None),
        ('foo="a, wait=9', None),
        ('foo;bar="x,y;z", wait=3;baz="," ', 3),
        ('wait="7', None),
        (",, ,wait=4", 4),
        ("; ,wait=4", 4),
    ],
)
def test_the_wait_that_is_preferred_is_read_or_ignored(header: str | None, seconds: int | None) -> None:
    assert preferred(header) == seconds


class Row:
    """A job's row that changes as time passes; nobody really sleeps."""

    def __init__(self, *states: tuple[float, Job | None]) -> None:
        self.now = 0.0
        self.pauses: list[float] = []
        self._states = states

    def sleep(self, seconds: float) -> None:
        self.pauses.append(seconds)
        self.now += seconds

    def read(self, job_id: str) -> Job | None:
        return [job for at, job in self._states if at <= self.now][-1]

    def wait(self, seconds: float) -> Job:
        return until_ended(a_job(), seconds, read=self.read, clock=lambda: self.now, sleep=self.sleep)


RUNNING, ENDED = a_job(status=Status.RUNNING), a_job(status=Status.SUCCEEDED)


def test_the_end_is_seen_within_a_second() -> None:
    row = Row((0, RUNNING), (10.1, ENDED))

    assert row.wait(25) == ENDED
    assert 10.1 <= row.now <= 11.1


def test_when_the_time_is_up_the_job_is_shown_as_it_stands() -> None:
    row = Row((0, RUNNING), (5.01, ENDED))

    assert row.wait(5) == RUNNING
    assert row.now == pytest.approx(5)


def test_the_pauses_grow_to_a_second_so_that_a_wait_is_thirty_looks_at_most() -> None:
    row = Row((0, RUNNING))
    row.wait(25)

    assert row.pauses[0] == 0.2
    assert row.pauses[:-1] == sorted(row.pauses[:-1])
    assert max(row.pauses) == 1.0
    assert len(row.pauses) <= 30


def test_who_waits_for_nothing_is_answered_at_once() -> None:
    row = Row((0, RUNNING))
    ended = until_ended(ENDED, 25, read=row.read, clock=lambda: 0.0, sleep=row.sleep)

    assert (row.wait(0), row.wait(-3), ended, row.pauses) == (a_job(), a_job(), ENDED, [])


def test_a_job_that_is_deleted_meanwhile_is_gone() -> None:
    with pytest.raises(JobGone):
        Row((0, RUNNING), (3, None)).wait(25)


TAG = 'W/"0a"'


@pytest.mark.parametrize(
    ("header", "known"),
    [
        (None, False),
        ("", False),
        ("*", True),
        (TAG, True),
        ('"0a"', True),
        ('"x", W/"0a"', True),
        ('"x",W/"0a","y"', True),
        ('W/"0A"', False),
        ('"x"', False),
        ("0a", False),
        ('"x0a"', False),
        ('"*"', False),
    ],
)
def test_what_the_caller_has_already_is_known(header: str | None, known: bool) -> None:
    headers = {} if header is None else {"if-none-match": header}
    router: Any = SimpleNamespace(current_event=SimpleNamespace(headers=headers))

    assert unchanged(router, TAG) is known
