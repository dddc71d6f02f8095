"""What a caller may ask of deliveries: a list, and to have them sent anew."""

import json
from typing import Any

import pytest

from cavendish.errors import QueryInvalid, RequestInvalid
from cavendish.webhook.delivery import State
from cavendish.webhook.listing import parse_list, parse_replay
from cavendish.webhook.query import DeliveryQuery, cursor

ENDPOINT, DELIVERY = "ep_01KX0000000000000000000000", "dlv_01KX0000000000000000000000"


def pointers(body: dict[str, Any]) -> list[str]:
    with pytest.raises(RequestInvalid) as raised:
        parse_replay(json.dumps(body).encode())
    return [fault.pointer for fault in raised.value.faults]


def test_a_list_without_parameters_is_the_first_page_of_all() -> None:
    assert parse_list([]) == DeliveryQuery(limit=20)


def test_every_parameter_of_a_list_is_read() -> None:
    sent = [("endpoint", ENDPOINT), ("status", "failed"), ("after", cursor(DELIVERY)), ("limit", "100")]

    assert parse_list(sent) == DeliveryQuery(endpoint=ENDPOINT, status=State.FAILED, after=DELIVERY, limit=100)


@pytest.mark.parametrize(
    ("name", "value"),
    [("endpoint", "ep_1"), ("status", "done"), ("after", "x"), ("after", DELIVERY), ("limit", "101"), ("since", "0")],
)
def test_a_parameter_that_is_wrong_is_named(name: str, value: str) -> None:
    with pytest.raises(QueryInvalid) as raised:
        parse_list([(name, value)])

    assert [fault.pointer for fault in raised.value.faults] == [f"/{name}"]


def test_what_is_sent_anew_begins_at_a_moment() -> None:
    read = parse_replay(json.dumps({"since": "2026-11-20T13:00:00+01:00", "after": cursor(DELIVERY)}).encode())

    assert (read.since.timestamp(), read.everything, read.after) == (1795176000.0, False, DELIVERY)


@pytest.mark.parametrize("since", [1795176000, "1795176000", "2026-11-20", "2026-11-20T12:00:00", "yesterday", None])
def test_a_moment_needs_a_day_an_hour_and_a_zone(since: object) -> None:
    assert pointers({"since": since}) == ["/since"]


def test_every_fault_of_a_replay_is_told_at_once() -> None:
    assert pointers({"everything": "yes", "after": 1, "until": 2}) == ["/since", "/everything", "/after", "/until"]
