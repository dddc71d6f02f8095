"""The port MeasuredWays: one suite for the fake and for the table, and what only the table can meet."""

from typing import Any

import pytest

from adapters.health_table import HealthTable, RowUnreadable, _moment
from cavendish.health.health import COARSE_S, FINE_S, KEPT_S, Health, Window, window_at
from cavendish.health.learned import MeasuredWays
from cavendish.health.sketch import Sketch
from cavendish.outcome import Outcome
from tests.builders import NOW, PRO, a_sample
from tests.fakes import FakeMeasurements

HOUR, DAY = 3600, 86_400
PLACE = f"HEALTH#gemini#{PRO}#1K"


@pytest.fixture
def failures() -> list[Exception]:
    return []


@pytest.fixture
def stored(dynamodb: Any, table: str, failures: list[Exception]) -> HealthTable:
    return HealthTable(dynamodb, table, failures.append)


@pytest.fixture(params=["fake", "table"])
def measurements(request: pytest.FixtureRequest) -> MeasuredWays:
    fake: MeasuredWays = FakeMeasurements()
    return fake if request.param == "fake" else request.getfixturevalue("stored")


def read(measurements: MeasuredWays, since: float, until: float, size: Any = "1K") -> list[Window]:
    return measurements.read("gemini", PRO, size, since, until)


def test_nothing_was_measured_where_nothing_was_recorded(measurements: MeasuredWays) -> None:
    assert read(measurements, NOW - HOUR, NOW) == []
    assert read(measurements, NOW - DAY, NOW) == []


def test_calls_of_one_window_are_added_up(measurements: MeasuredWays) -> None:
    at = window_at(NOW, FINE_S)
    for second, took_s in enumerate((1, 10, 10, 100)):
        measurements.record(a_sample(at=at + second, took_s=took_s))
    measurements.record(a_sample(at=at, outcome=Outcome.THROTTLED, took_s=0.2))

    (window,) = read(measurements, at, at + 10)
    assert (window.begins_at, window.length_s) == (at, FINE_S)
    assert window.health == Health(
        outcomes={Outcome.OK: 4, Outcome.THROTTLED: 1}, times=Sketch.of([1, 10, 10, 100]), failures=Sketch.of([0.2])
    )


def test_windows_come_oldest_first_and_only_those_of_the_span(measurements: MeasuredWays) -> None:
    at = window_at(NOW, COARSE_S)
    for later in (-1, 0, 299, 300, 3599, 3600):
        measurements.record(a_sample(at=at + later))

    assert [one.begins_at - at for one in read(measurements, at, at + 3599)] == [0, 300, 3300]
    assert [one.begins_at - at for one in read(measurements, at + 10, at + 299)] == [0]
    assert [one.health.calls for one in read(measurements, at, at + 3599)] == [2, 1, 1]


def test_a_long_span_is_read_in_long_windows_that_count_the_same_calls(measurements: MeasuredWays) -> None:
    for hours in range(30):
        measurements.record(a_sample(at=NOW - hours * HOUR, took_s=1 + hours))

    windows = read(measurements, NOW - DAY, NOW)
    assert {one.length_s for one in windows} == {COARSE_S}
    assert Health.of(windows).calls == 25
    assert Health.of(windows).times == Sketch.of(range(1, 26))


def test_routes_models_and_sizes_are_counted_apart(measurements: MeasuredWays) -> None:
    for fields in ({"route": "vertex"}, {"model": "x"}, {"size": "4K"}):
        measurements.record(a_sample(**fields))

    assert read(measurements, NOW - HOUR, NOW) == []
    assert len(read(measurements, NOW - HOUR, NOW, "4K")) == 1


def test_it_is_known_of_what_anything_was_measured_in_each_hour(measurements: MeasuredWays) -> None:
    measurements.record(a_sample(at=NOW - 3 * HOUR))
    measurements.record(a_sample(route="vertex", size="4K"))
    measurements.record(a_sample(route="vertex", size="4K", outcome=Outcome.THROTTLED))

    assert measurements.ways(NOW, NOW) == {("vertex", PRO, "4K")}
    assert measurements.ways(NOW - 3 * HOUR, NOW) == {("vertex", PRO, "4K"), ("gemini", PRO, "1K")}
    assert measurements.ways(NOW - DAY, NOW - 4 * HOUR) == set()


def test_a_worker_notes_once_in_an_hour_what_it_measures(stored: HealthTable, dynamodb: Any, table: str) -> None:
    written: list[str] = []
    dynamodb.meta.events.register_first("before-call.dynamodb.UpdateItem", lambda **_: written.append("row"))
    try:
        for at in (NOW, NOW, NOW, NOW + HOUR):
            stored.record(a_sample(at=at))
    finally:
        dynamodb.meta.events.unregister("before-call.dynamodb.UpdateItem")

    assert len(written) == 4 * len(KEPT_S) + 2


def test_a_span_that_ends_before_it_begins_holds_nothing(measurements: MeasuredWays) -> None:
    measurements.record(a_sample())

    assert read(measurements, NOW + HOUR, NOW - HOUR) == []


def test_dynamodb_which_refuses_it_is_not_asked_for_a_span_that_ends_before_it_begins() -> None:
    assert read(HealthTable(None, "no-such-table", lambda error: None), NOW, NOW - HOUR) == []


def test_the_table_forgets_windows_some_day(stored: HealthTable, dynamodb: Any, table: str) -> None:
    stored.record(a_sample())
    rows = dynamodb.scan(TableName=table)["Items"]

    assert {row["pk"]["S"] for row in rows} == {PLACE, "WAYS"}
    assert {int(row["expires_at"]["N"]) for row in rows} == {
        window_at(NOW, length_s) + length_s + kept_s for length_s, kept_s in KEPT_S.items()
    }


def test_rows_that_are_not_as_they_should_be_crash_no_reader(stored: HealthTable, dynamodb: Any, table: str) -> None:
    stored.record(a_sample())
    good = read(stored, NOW - HOUR, NOW)
    number, text = {"N": "7"}, {"S": "many"}
    for sk, fields in {
        f"{_moment(FINE_S, window_at(NOW, FINE_S) - 300)[:-1]}x": {"n_ok": number},
        "2#0300#001800000000": {"n_ok": number, "t_7": number},
        f"1#0300#{window_at(NOW, FINE_S) - 300:012}": {"n_ok": text, "n_melted": number, "t_999": number, "t_7": text},
        f"1#0300#{window_at(NOW, FINE_S) - 600:012}": {"n_ok": {"L": [number]}, "doc": text, "t_8": {"N": "-2.5"}},
    }.items():
        dynamodb.put_item(TableName=table, Item={"pk": {"S": PLACE}, "sk": {"S": sk}, **fields})

    found = read(stored, NOW - HOUR, NOW)
    assert [one.health for one in found] == [Health(), Health(), *(one.health for one in good)]


def put(dynamodb: Any, table: str, pk: str, sk: str, **fields: Any) -> None:
    dynamodb.put_item(TableName=table, Item={"pk": {"S": pk}, "sk": {"S": sk}, **fields})


def test_what_cannot_be_read_is_told_once_for_each_row_with_its_attributes(
    stored: HealthTable, dynamodb: Any, table: str, failures: list[Exception]
) -> None:
    at = window_at(NOW, FINE_S)
    broken, keyless = f"1#0300#{at:012}", f"1#0300#{at - 300:012}"[:-1] + "x"
    put(dynamodb, table, PLACE, broken, n_ok={"S": "many"}, f_7={"N": "1.5"}, streak={"N": "-1"})
    put(dynamodb, table, PLACE, keyless, n_ok={"N": "1"})
    for _ in range(3):
        read(stored, NOW - HOUR, NOW)

    assert sorted(str(one) for one in failures) == [
        f"in the row {PLACE} {keyless} sk: no moment",
        f"in the row {PLACE} {broken} f_7, n_ok, streak: no count",
    ]
    assert {type(one) for one in failures} == {RowUnreadable}


def test_what_a_newer_version_counts_is_no_fault(
    stored: HealthTable, dynamodb: Any, table: str, failures: list[Exception]
) -> None:
    number, text = {"N": "7"}, {"S": "many"}
    newer = {"n_melted": text, "t_999": text, "t_07": text, "doc": text, "x": number, "n_ok": {"N": "0"}}
    put(dynamodb, table, PLACE, f"1#0300#{window_at(NOW, FINE_S):012}", **newer, streak={"N": "0"})
    read(stored, NOW - HOUR, NOW)

    assert failures == []


@pytest.mark.parametrize("ways", [{"S": "a#b#c"}, {"L": [{"S": "a#b#c"}]}, {"M": {}}, {"NULL": True}, None])
def test_ways_that_are_no_set_of_texts_are_as_if_they_were_not_there(
    stored: HealthTable, dynamodb: Any, table: str, failures: list[Exception], ways: Any
) -> None:
    sk = _moment(COARSE_S, window_at(NOW - HOUR, COARSE_S))
    put(dynamodb, table, "WAYS", sk, **({"ways": ways} if ways else {}))
    stored.record(a_sample())

    assert stored.ways(NOW - HOUR, NOW) == stored.ways(NOW - HOUR, NOW) == {("gemini", PRO, "1K")}
    assert [str(one) for one in failures] == [f"in the row WAYS {sk} ways: no set of texts"]


def test_what_cannot_be_recorded_is_told_and_nobody_fails(
    stored: HealthTable, dynamodb: Any, table: str, failures: list[Exception]
) -> None:
    sk = f"1#0300#{window_at(NOW, FINE_S):012}"
    dynamodb.put_item(TableName=table, Item={"pk": {"S": PLACE}, "sk": {"S": sk}, "n_ok": {"S": "many"}})
    stored.record(a_sample())
    HealthTable(dynamodb, "no-such-table", failures.append).record(a_sample())

    assert [type(one).__name__ for one in failures] == ["ClientError", "ResourceNotFoundException"]


def test_a_picture_ends_a_streak_of_failures_and_remembers_an_outage(measurements: MeasuredWays) -> None:
    for outcome in (Outcome.OK, *[Outcome.OVERLOADED] * 4):
        measurements.record(a_sample(outcome=outcome))
    assert [(one.streak, one.overcome) for one in read(measurements, NOW - 1, NOW + 1)] == [(4, 0)]

    for outcome in (Outcome.OK, Outcome.OVERLOADED, Outcome.REFUSED_INPUT, Outcome.OK, Outcome.OVERLOADED):
        measurements.record(a_sample(outcome=outcome))
    assert [(one.streak, one.overcome) for one in read(measurements, NOW - 1, NOW + 1)] == [(1, 4)]
