"""What is wrong with a body, as callers are told it: the same words at each door."""

import json
from typing import Any

import pytest

from cavendish.batch.request import parse_post
from cavendish.catalog.file import catalog
from cavendish.contract.fit import parse
from cavendish.errors import RequestFault, RequestInvalid
from cavendish.webhook.receiver import check_text
from cavendish.webhook.request import NewEndpoint, parse_endpoint

NO_OBJECT = 'it has to be a JSON object, such as {"name": "value"}'
DOORS = {
    "job": ({"prompt": "a door"}, lambda body: parse(body, catalog())),
    "batch": ({"items": [{"prompt": "a door"}]}, lambda body: parse_post(body, None, check_text)),
    "endpoint": ({"url": "https://example.com"}, lambda body: parse_endpoint(body, NewEndpoint, check_text)),
}


def wrong(door: str, **fields: Any) -> list[RequestFault]:
    whole, read = DOORS[door]
    with pytest.raises(RequestInvalid) as invalid:
        read(json.dumps({**whole, **fields}).encode())
    return invalid.value.faults


@pytest.mark.parametrize("door", DOORS)
def test_an_unknown_field_is_named_with_those_that_there_are(door: str) -> None:
    (fault,) = wrong(door, **{"a/b~c": 1})
    assert fault.pointer == "/a~1b~0c"
    assert fault.detail.startswith("there is no such field; the fields are ")
    assert next(iter(DOORS[door][0])) in fault.detail


@pytest.mark.parametrize("door", ["job", "batch"])
def test_an_unknown_field_inside_another_is_named_with_those_that_there_are_there(door: str) -> None:
    (fault,) = wrong(door, webhook={"url": "https://example.com", "secret": "x"})
    fields = "url, events" if door == "job" else "url"
    assert fault == RequestFault("/webhook/secret", f"there is no such field; the fields are {fields}")


@pytest.mark.parametrize("door", ["job", "batch"])
def test_what_has_to_be_an_object_is_told_with_an_example(door: str) -> None:
    assert wrong(door, webhook=5, metadata=[]) == [
        RequestFault("/webhook", NO_OBJECT),
        RequestFault("/metadata", NO_OBJECT),
    ]


@pytest.mark.parametrize("door", DOORS)
def test_a_field_whose_name_is_no_text_has_no_place_but_a_sentence(door: str) -> None:
    assert RequestFault("/", "there is a field whose name is no text") in wrong(door, **{"\ud800": 1})


@pytest.mark.parametrize("door", ["job", "batch"])
def test_a_webhook_that_is_not_opened_is_told_with_all_that_is_wrong_beside_it(door: str) -> None:
    told = {one.pointer for one in wrong(door, webhook={"url": "https://10.0.0.1/", "secret": "x"}, metadata=[])}
    assert told == {"/webhook/url", "/webhook/secret", "/metadata"}


def test_an_endpoint_that_is_not_opened_is_told_with_all_that_is_wrong_beside_it() -> None:
    told = {one.pointer for one in wrong("endpoint", url="https://10.0.0.1/", events=["nope"], secret="x")}
    assert told == {"/url", "/events/0", "/secret"}
