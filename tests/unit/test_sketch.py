"""The sketch of times: small, exact to five percent, and the same in whatever order and pieces it is made."""

import math
from functools import reduce
from statistics import NormalDist

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from cavendish.health.sketch import ACCURACY, LAST_BUCKET, LONGEST_S, SHORTEST_S, Sketch

#: Beyond the accuracy, what floats make of the ends of buckets.
OFF = ACCURACY * (1 + 1e-9)
times = st.floats(SHORTEST_S, LONGEST_S)
lists = st.lists(times, min_size=1, max_size=50)
shares = st.floats(0, 1)


def exact(values: list[float], q: float) -> float:
    return sorted(values)[math.floor(q * (len(values) - 1))]


@given(lists, shares)
def test_a_quantile_is_that_of_the_values_within_the_accuracy(values: list[float], q: float) -> None:
    found = Sketch.of(values).quantile(q)

    assert found is not None
    assert abs(found / exact(values, q) - 1) <= OFF


@given(lists, shares, times)
def test_beyond_a_time_only_the_longer_values_count(values: list[float], q: float, elapsed: float) -> None:
    found = Sketch.of(values).quantile_beyond(q, elapsed)
    near = [value for value in values if elapsed / (1 + OFF) / (1 + OFF) < value < elapsed * (1 + OFF) * (1 + OFF)]

    assert found is None or found > elapsed
    if not near:
        longer = [value for value in values if value > elapsed]
        assert (found is None) == (not longer)
        assert found is None or abs(found / exact(longer, q) - 1) <= OFF


def test_a_value_is_not_beyond_itself() -> None:
    sketch = Sketch.of([2.0, 30.0])
    shorter, longer = sketch.quantile(0.0), sketch.quantile(1.0)
    assert shorter is not None

    assert sketch.quantile_beyond(0.0, shorter) == longer


@given(lists, lists, lists)
def test_sketches_are_merged_in_any_order_and_grouping(one: list[float], two: list[float], three: list[float]) -> None:
    a, b, c = Sketch.of(one), Sketch.of(two), Sketch.of(three)

    assert a.merge(b) == b.merge(a) == Sketch.of([*one, *two])
    assert a.merge(b).merge(c) == a.merge(b.merge(c))
    assert a.merge(Sketch()) == Sketch().merge(a) == a


@given(lists)
def test_the_order_of_values_is_nothing_and_each_is_counted(values: list[float]) -> None:
    one_by_one = reduce(Sketch.add, sorted(values), Sketch())

    assert one_by_one == Sketch.of(values)
    assert one_by_one.count == len(values)


@given(lists)
def test_it_survives_being_written_down(values: list[float]) -> None:
    sketch = Sketch.of(values)

    assert Sketch.model_validate_json(sketch.model_dump_json()) == sketch


def test_nothing_has_no_quantile() -> None:
    assert (Sketch().quantile(0.5), Sketch().quantile_beyond(0.5, 1.0), Sketch().count) == (None, None, 0)
    assert Sketch.of([2.0, 3.0]).quantile_beyond(0.5, 4.0) is None


@pytest.mark.parametrize(("value", "counts_as"), [(0.0, SHORTEST_S), (0.001, SHORTEST_S), (1e9, LONGEST_S)])
def test_what_is_too_short_or_too_long_counts_as_the_shortest_or_the_longest(value: float, counts_as: float) -> None:
    assert Sketch.of([value]) == Sketch.of([counts_as])


@pytest.mark.parametrize("counts", [{-1: 1}, {LAST_BUCKET + 1: 1}, {3: 0}, {3: -2}, {3: 1.5}, {"x": 1}])
def test_what_is_no_count_of_a_bucket_is_refused(counts: object) -> None:
    with pytest.raises(ValidationError):
        Sketch.model_validate({"counts": counts})


@pytest.mark.parametrize(("typical_s", "p95_s"), [(60, 90), (17.5, 25), (7.5, 10)])
def test_what_is_expected_has_the_median_and_the_percentile_that_are_known(typical_s: float, p95_s: float) -> None:
    sketch = Sketch.log_normal(typical_s, p95_s)

    assert sketch.quantile(0.5) == pytest.approx(typical_s, rel=ACCURACY)
    # The 95th of 21 values stands for the 93rd percentile.
    p93 = typical_s * math.exp(math.log(p95_s / typical_s) * NormalDist().inv_cdf(39 / 42) / NormalDist().inv_cdf(0.95))
    assert sketch.quantile(0.95) == pytest.approx(p93, rel=OFF)


def test_the_expected_values_are_those_of_a_normal_distribution() -> None:
    drawn = [math.exp(NormalDist().inv_cdf((k + 0.5) / 21) / NormalDist().inv_cdf(0.95)) for k in range(21)]

    assert Sketch.log_normal(1.0, math.e) == Sketch.of(drawn)
