"""The parameters of a list, and its cursor."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cavendish.contract.listing import JobQuery, cursor, parse_query
from cavendish.errors import QueryInvalid
from cavendish.job import Status
from tests.builders import JOB_ID, NOW, a_job, a_request


def faults(*parameters: tuple[str, str]) -> dict[str, str]:
    with pytest.raises(QueryInvalid) as invalid:
        parse_query(list(parameters))
    return {fault.pointer: fault.detail for fault in invalid.value.faults}


def test_without_parameters_it_is_the_newest_twenty() -> None:
    assert parse_query([]) == JobQuery.model_construct(limit=20)


def test_every_parameter_is_read() -> None:
    query = parse_query(
        [("status", "failed"), ("tag", "a b"), ("lane", "bulk"), ("after", cursor(JOB_ID)), ("limit", "100")]
    )

    assert query.model_dump() == {"status": "failed", "tag": "a b", "lane": "bulk", "after": JOB_ID, "limit": 100}


@pytest.mark.parametrize(
    ("name", "value"),
    [
        *(("limit", value) for value in ("0", "101", "-1", "+5", " 5", "5.0", "\u0665", "", "1e1", "9" * 400)),
        *(("status", value) for value in ("", "done", "QUEUED", "deleted", "queued,failed")),
        *(("tag", value) for value in ("", "x" * 65)),
        *(("lane", value) for value in ("", "fast")),
        *(("after", value) for value in ("", "x", "=", JOB_ID, cursor(JOB_ID) + "=", cursor("x"), "é", "\x00")),
        *((name, "x") for name in ("colour", "Limit", "/", "")),
    ],
)
def test_what_is_wrong_is_told_by_the_parameters_name(name: str, value: str) -> None:
    assert list(faults((name, value))) == ["/" + name.replace("/", "~1")]


def test_every_fault_is_told_at_once() -> None:
    assert set(faults(("limit", "0"), ("colour", "red"), ("status", "x"), ("tag", "a"), ("tag", "b"))) == {
        "/limit",
        "/colour",
        "/status",
        "/tag",
    }


def test_a_parameter_is_sent_once() -> None:
    assert faults(("tag", "a"), ("tag", "a")) == {"/tag": "send it once"}


def test_who_sends_what_does_not_exist_is_told_what_does() -> None:
    assert faults(("page", "2"))["/page"].endswith("status, tag, lane, after, limit")


@given(st.text(st.characters(codec="utf-8")))
def test_nothing_that_is_sent_as_a_cursor_breaks_anything(text: str) -> None:
    assert "/after" in faults(("after", text))


@pytest.mark.parametrize(
    ("wanted", "parameters"),
    [
        (True, []),
        (True, [("status", "failed"), ("tag", "a"), ("lane", "bulk")]),
        (False, [("status", "queued")]),
        (False, [("tag", "c")]),
        (False, [("lane", "interactive")]),
    ],
)
def test_a_job_is_wanted_if_all_that_is_said_is_true_of_it(wanted: bool, parameters: list[tuple[str, str]]) -> None:
    job = a_job(a_request(tags=["a", "b"], lane="bulk")).end(Status.FAILED, NOW)

    assert parse_query(parameters).wants(job, NOW) is wanted


def test_a_job_whose_retention_is_over_is_not_wanted() -> None:
    job = a_job(a_request(retention_s=60)).end(Status.FAILED, NOW)

    assert [parse_query([]).wants(job, NOW + after) for after in (59, 60)] == [True, False]
