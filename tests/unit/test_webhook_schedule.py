"""When a delivery is tried again, and what an answer means for that."""

from email.utils import formatdate
from itertools import accumulate

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cavendish.errors import AddressRefused, CallFailed
from cavendish.outbound import WebReply
from cavendish.webhook.schedule import DELAYS_S, JITTER, RETRY_AFTER_MAX_S, no_slot_wait_s, wait_s
from cavendish.webhook.verdict import ANSWER_BYTES, judge, no_answer
from tests.builders import NOW

CHANCE = st.floats(0, 1)
THREE_DAYS_S = 3 * 86_400
#: Standard Webhooks 1.0, the column "Time since start".
SINCE_START = [
    *("00:00:00", "00:00:05", "00:05:05", "00:35:05", "02:35:05"),
    *("07:35:05", "17:35:05", "31:35:05", "51:35:05", "75:35:05"),
]


def seconds(clock: str) -> int:
    hours, minutes, rest = map(int, clock.split(":"))
    return hours * 3600 + minutes * 60 + rest


def test_before_jitter_the_tries_are_those_of_the_standard() -> None:
    assert list(accumulate(wait_s(tries, chance=0) or 0 for tries in range(10))) == list(map(seconds, SINCE_START))
    assert wait_s(10, chance=0) is None


@given(st.lists(CHANCE, min_size=10, max_size=10))
def test_whatever_chance_says_who_was_down_for_three_days_is_told(chances: list[float]) -> None:
    last = sum(wait_s(tries, chance=chance) or 0 for tries, chance in enumerate(chances))

    assert seconds("75:35:05") <= last <= seconds("75:35:05") * (1 + JITTER)
    assert last > THREE_DAYS_S


@given(st.integers(0, 9), CHANCE, st.booleans(), st.none() | st.floats(0, 1e9))
def test_no_try_comes_before_the_receiver_asked_for_it_and_none_is_forgotten(
    tries: int, chance: float, slow: bool, asked: float | None
) -> None:
    waits = wait_s(tries, chance=chance, slow=slow, retry_after_s=asked)

    assert waits is not None
    assert waits >= min(asked or 0, RETRY_AFTER_MAX_S)
    assert waits >= (60 if slow else 0)
    assert waits <= max(DELAYS_S[-1] * (1 + JITTER), RETRY_AFTER_MAX_S)


@given(st.integers(0, 10_000), CHANCE)
def test_without_a_slot_a_delivery_waits_a_second_at_first_and_30_at_most(turned_away: int, chance: float) -> None:
    assert 1 <= no_slot_wait_s(0, chance) <= 2
    assert 1 <= no_slot_wait_s(turned_away, chance) <= 30
    assert no_slot_wait_s(turned_away, chance) <= no_slot_wait_s(turned_away + 1, chance)


def reply(status: int, **headers: str) -> WebReply:
    return WebReply(status, {name.replace("_", "-"): value for name, value in headers.items()})


@pytest.mark.parametrize("status", [200, 201, 202, 204, 299])
def test_any_2xx_is_delivered(status: int) -> None:
    verdict = judge(reply(status), NOW)

    assert (verdict.delivered, verdict.error, verdict.status) == (True, None, status)


@pytest.mark.parametrize("status", [100, 199, 300, 304, 400, 401, 404, 408, 410, 418, 429, 500, 502, 503, 504, 599])
def test_anything_else_is_a_failure_that_says_why(status: int) -> None:
    verdict = judge(reply(status), NOW)

    assert not verdict.delivered
    assert str(status) in str(verdict.error)
    assert (verdict.gone, verdict.slow) == (status == 410, status in (429, 502, 504))


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_redirect_says_where_it_pointed(status: int) -> None:
    error = judge(reply(status, location="https://new.test/hook\x1b[2J"), NOW).error

    assert error is not None
    assert "https://new.test/hook\ufffd[2J" in error
    assert len(str(judge(reply(status, location="x" * 5_000), NOW).error)) < 500


@pytest.mark.parametrize("status", [429, 503])
@pytest.mark.parametrize(
    ("header", "asked"),
    [
        ("120", 120),
        ("0", 0),
        ("999999999", RETRY_AFTER_MAX_S),
        (formatdate(NOW + 300, usegmt=True), 300),
        (formatdate(NOW - 300, usegmt=True), 0),
        ("soon", None),
        ("-5", None),
    ],
)
def test_retry_after_is_read_in_seconds_and_as_a_date(status: int, header: str, asked: float | None) -> None:
    assert judge(reply(status, retry_after=header), NOW).retry_after_s == asked


@pytest.mark.parametrize("status", [404, 500, 502])
def test_only_who_is_busy_can_ask_us_to_wait(status: int) -> None:
    assert judge(reply(status, retry_after="120"), NOW).retry_after_s is None


def test_of_an_answer_the_first_bytes_are_kept_as_text() -> None:
    shown = judge(WebReply(500, {}, b"\x00\xff\x1b[31m" + b"x" * 1000), NOW).answer

    assert shown.startswith("\ufffd\ufffd\ufffd[31mxxx")
    assert len(shown) <= ANSWER_BYTES


def test_that_no_answer_came_is_told_and_whether_the_message_may_have_arrived() -> None:
    late = no_answer(CallFailed("timed_out", sent=True, detail="no whole answer within 15 s"))
    lost = no_answer(CallFailed("connection_lost", sent=False, detail="refused"))

    assert late.error == "timed out: no whole answer within 15 s; it may have seen the message"
    assert lost.error == "connection lost: refused"


def test_that_the_address_is_not_opened_is_told() -> None:
    assert "public internet" in str(no_answer(AddressRefused()).error)
