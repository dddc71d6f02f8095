"""The port Statistics: one suite for the fake and for the table, and what only the table can meet."""

import json
from typing import Any

import pytest

from adapters.stats_table import StatsTable
from cavendish.health.health import COARSE_S, window_at
from cavendish.health.sketch import Sketch
from cavendish.stats.ports import Statistics
from cavendish.stats.tally import KEPT_S, Kind, Sum, Tally
from tests.builders import FLASH, NOW, PRO
from tests.fakes import FakeStatistics

HOUR = window_at(NOW, COARSE_S)
DAY = 86_400
WAY = ("gemini", PRO, "1K")
ODD = '#~ \u0000 " } {\U0001f426'
#: As long as a tag may be (request.py), of the characters that JSON writes longest.
LONG = "\U0001f426" * 64


def a_sum(*way: str, hour: int = HOUR, calls: int = 1, **tally: Any) -> Sum:
    return Sum(hour, "way", way or WAY, Tally(calls=calls, **tally))


def a_tag(tag: str, *way: str, calls: int = 1, **tally: Any) -> Sum:
    return Sum(HOUR, "tag", (tag, *(way or WAY)), Tally(calls=calls, **tally))


@pytest.fixture
def failures() -> list[Exception]:
    return []


@pytest.fixture
def stored(dynamodb: Any, table: str, failures: list[Exception]) -> StatsTable:
    return StatsTable(dynamodb, table, failures.append)


@pytest.fixture(params=["fake", "table"])
def statistics(request: pytest.FixtureRequest) -> Statistics:
    fake: Statistics = FakeStatistics()
    return fake if request.param == "fake" else request.getfixturevalue("stored")


def read(
    statistics: Statistics, kind: Kind = "way", since: float = NOW - DAY, until: float = NOW, most: int = 9
) -> Any:
    return statistics.read("acme", kind, since, until, most)


def test_nothing_was_counted_where_nothing_was_added(statistics: Statistics) -> None:
    assert read(statistics) == []


def test_what_has_the_same_hour_and_key_is_added_up(statistics: Statistics) -> None:
    statistics.add("acme", [a_sum(made=1, spent=134_000, times=Sketch.of([10]))])
    statistics.add("acme", [a_sum(calls=2, spent=5, times=Sketch.of([10, 90]))])

    assert read(statistics) == [a_sum(calls=3, made=1, spent=134_005, times=Sketch.of([10, 10, 90]))]


def test_ways_and_tags_and_tenants_are_counted_apart(statistics: Statistics) -> None:
    statistics.add("acme", [a_sum("gemini", FLASH, "4K"), a_tag("snow")])
    statistics.add("other", [a_tag("theirs")])

    assert read(statistics) == [a_sum("gemini", FLASH, "4K")]
    assert read(statistics, "tag") == [a_tag("snow")]


def test_a_tag_is_counted_by_each_way_apart(statistics: Statistics) -> None:
    flash = ("gemini", FLASH, "4K")
    statistics.add("acme", [a_tag("snow", made=1, times=Sketch.of([10])), a_tag("snow", *flash), a_tag("b", *flash)])
    statistics.add("acme", [a_tag("snow", calls=2, made=1, spent=7, times=Sketch.of([90]))])

    assert sorted(read(statistics, "tag"), key=lambda one: one.key) == [
        a_tag("b", *flash),
        a_tag("snow", calls=3, made=2, spent=7, times=Sketch.of([10, 90])),
        a_tag("snow", *flash),
    ]


def test_hours_come_oldest_first_and_only_those_of_the_span(statistics: Statistics) -> None:
    statistics.add("acme", [a_sum(hour=HOUR + n * COARSE_S, calls=10 + n) for n in (1, 0, -1, -2)])

    assert [one.tally.calls for one in read(statistics, since=HOUR - 1, until=HOUR + 1)] == [9, 10]
    assert read(statistics, since=NOW, until=NOW - 1) == []


@pytest.mark.parametrize("since", [-62e9, -7_200.0])
def test_before_the_epoch_nothing_was_counted(statistics: Statistics, since: float) -> None:
    statistics.add("acme", [a_sum()])

    assert read(statistics, since=since, until=-3_600.0) == []
    assert read(statistics, since=since) == [a_sum()]


def test_a_tag_may_be_any_text(statistics: Statistics) -> None:
    tags = (ODD, "~", LONG, '", "', '["a"]', "")
    statistics.add("acme", [a_tag(tag, "openai-compatible", PRO, "512") for tag in tags])

    assert {one.key for one in read(statistics, "tag", since=NOW)} == {
        (tag, "openai-compatible", PRO, "512") for tag in tags
    }


def test_more_than_is_wanted_is_not_told_in_part(statistics: Statistics) -> None:
    ways = (WAY, ("gemini", FLASH, "4K"))
    statistics.add("acme", [a_tag(str(n), *way) for n in range(5) for way in ways])

    assert read(statistics, "tag", most=9) is None
    assert len(read(statistics, "tag", most=10)) == 10


def test_the_table_forgets_sums_after_five_weeks(stored: StatsTable, dynamodb: Any, table: str) -> None:
    stored.add("acme", [a_sum(), a_tag("snow")])

    rows = dynamodb.scan(TableName=table)["Items"]
    assert {int(row["expires_at"]["N"]) for row in rows} == {HOUR + COARSE_S + KEPT_S}
    assert KEPT_S == 35 * DAY


def test_rows_that_are_not_as_they_should_be_crash_no_reader(stored: StatsTable, dynamodb: Any, table: str) -> None:
    stored.add("acme", [a_sum()])
    way = '["gemini", "m", "8K"]'
    for sk in (f"1#way#{HOUR:012}#no json", f'1#way#{HOUR:012}#["a"]', f"1#way#{str(HOUR)[:-1]:0>11}x#{way}"):
        dynamodb.put_item(TableName=table, Item={"pk": {"S": "STATS#acme"}, "sk": {"S": sk}, "calls": {"N": "1"}})
    newer = {"calls": {"N": "1"}, "made": {"S": "x"}, "spent": {"N": "1.5"}, "t_999": {"N": "1"}}
    dynamodb.put_item(
        TableName=table, Item={"pk": {"S": "STATS#acme"}, "sk": {"S": f"1#way#{HOUR:012}#{way}"}, **newer}
    )

    assert read(stored) == [a_sum(), a_sum("gemini", "m", "8K")]


@pytest.mark.parametrize("counters", [{"made": "10"}, {"calls": "9", "made": "10"}, {"calls": "0"}, {"spent": "7"}])
def test_a_row_that_cannot_be_is_not_read(
    stored: StatsTable, dynamodb: Any, table: str, counters: dict[str, str]
) -> None:
    stored.add("acme", [a_sum()])
    row = {"pk": {"S": "STATS#acme"}, "sk": {"S": f'1#way#{HOUR:012}#["gemini", "m", "8K"]'}}
    dynamodb.put_item(TableName=table, Item={**row, **{name: {"N": n} for name, n in counters.items()}})

    assert read(stored) == [a_sum()]


def test_a_row_of_a_tag_without_its_way_is_not_read(stored: StatsTable, dynamodb: Any, table: str) -> None:
    stored.add("acme", [a_tag("snow")])
    sk = f'1#tag#{HOUR:012}#["snow"]'
    dynamodb.put_item(TableName=table, Item={"pk": {"S": "STATS#acme"}, "sk": {"S": sk}, "calls": {"N": "1"}})

    assert read(stored, "tag") == [a_tag("snow")]


def test_what_cannot_be_added_is_told_and_the_rest_is_added(
    stored: StatsTable, dynamodb: Any, table: str, failures: list[Exception]
) -> None:
    broken = {
        "pk": {"S": "STATS#acme"},
        "sk": {"S": f"1#tag#{HOUR:012}#{json.dumps(a_tag('a').key)}"},
        "calls": {"S": "many"},
    }
    dynamodb.put_item(TableName=table, Item=broken)

    stored.add("acme", [a_tag("a"), a_tag("b")])

    assert [type(one).__name__ for one in failures] == ["ClientError"]
    assert {one.key: one.tally.calls for one in read(stored, "tag")} == {("b", *WAY): 1}
