"""Ids: well formed, in the order of their moments."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cavendish.ulid import is_ulid, ulid

MOMENTS = st.floats(0, 2**47 / 1000)
RANDOM = st.binary(min_size=10, max_size=10)


@given(MOMENTS, RANDOM)
def test_every_id_that_is_made_is_a_ulid(now: float, randomness: bytes) -> None:
    assert is_ulid(ulid(now, randomness))


@given(st.integers(0, 2**46), st.integers(1, 2**46), RANDOM, RANDOM)
def test_a_later_millisecond_gives_a_greater_id(first_ms: int, more_ms: int, one: bytes, other: bytes) -> None:
    assert ulid(first_ms / 1000, one) < ulid((first_ms + more_ms + 1) / 1000, other)


@given(RANDOM, RANDOM)
def test_other_randomness_gives_another_id(one: bytes, other: bytes) -> None:
    assert (ulid(1.0, one) == ulid(1.0, other)) is (one == other)


def test_the_ulid_of_the_specification_comes_out() -> None:
    assert ulid(1_469_918_176.385, b"\xff" * 10)[:10] == "01ARYZ6S41"
    assert ulid(0, bytes(10)) == "0" * 26


@pytest.mark.parametrize(
    "text",
    [
        "",
        "0" * 25,
        "0" * 27,
        "8" + "0" * 25,
        "0" * 25 + "I",
        "0" * 25 + "L",
        "0" * 25 + "O",
        "0" * 25 + "U",
        "0" * 25 + "a",
        "0" * 26 + "\n",
        "../" + "0" * 23,
        "0" * 25 + "\u0660",
    ],
)
def test_nothing_else_is_a_ulid(text: str) -> None:
    assert not is_ulid(text)
