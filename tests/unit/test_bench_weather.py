"""The laws of the world in which policies are compared (weather.md): latencies, failures, outages, drift."""

import tomllib
from itertools import pairwise
from pathlib import Path
from statistics import mean

import pytest

from cavendish.outcome import Outcome
from cavendish.size import Tier
from tests.bench.policy import constants
from tests.bench.policy.constants import BEGINS_AT, HOUR_S, PRICE, Kind
from tests.bench.policy.fate import Coins, Fate, Purse, fate, throttled
from tests.bench.policy.latency import Latency
from tests.bench.policy.weather import Sky, Weather

MODELS = Path(__file__).parents[2] / "local" / "model_server" / "models.toml"
PEAK_H, NIGHT_H = 12, 20
CASES: list[tuple[Kind, Tier, float, float]] = [
    *(("pro", "4K", 60, 90), ("pro", "2K", 35, 50), ("pro", "1K", 17.5, 25)),
    *(("flash", "4K", 40, 60), ("flash", "2K", 17.5, 25), ("flash", "1K", 7.5, 10)),
]


def sky(kind: Kind, size: Tier, hour: float = NIGHT_H, climate: str = "articles", seed: int = 1) -> Sky:
    return Weather(climate, seed).sky(kind, size, BEGINS_AT + hour * HOUR_S)


def drawn(kind: Kind, size: Tier, hour: float = NIGHT_H, limit_s: float = 600) -> list[Fate]:
    purse, here = Purse(seed=1), sky(kind, size, hour)
    return [fate(kind, size, here, purse.coins(job, kind, 0), limit_s) for job in range(5000)]


def share(fates: list[Fate], outcome: Outcome) -> float:
    return sum(one.report.outcome is outcome for one in fates) / len(fates)


@pytest.mark.parametrize(("kind", "size", "mean_s", "p95_s"), CASES)
def test_latencies_have_the_mean_and_the_95th_percentile_of_the_articles(
    kind: Kind, size: Tier, mean_s: float, p95_s: float
) -> None:
    latency = sky(kind, size).latency
    evenly = [latency.at((n + 0.5) / 20_000) for n in range(20_000)]

    assert mean(evenly) == pytest.approx(mean_s, rel=0.005)
    assert latency.at(0.95) == pytest.approx(p95_s, rel=0.005)


@pytest.mark.parametrize(("kind", "size", "mean_s", "p95_s"), CASES)
def test_drawn_latencies_are_spread_so_too(kind: Kind, size: Tier, mean_s: float, p95_s: float) -> None:
    made = sorted(one.took_s for one in drawn(kind, size) if one.report.outcome is Outcome.OK)

    assert mean(made) == pytest.approx(mean_s, rel=0.03)
    assert made[int(len(made) * 0.95)] == pytest.approx(p95_s, rel=0.06)


def test_only_flash_takes_twice_as_long_at_the_peak() -> None:
    assert sky("flash", "4K", PEAK_H).latency.at(0.5) == pytest.approx(2 * sky("flash", "4K").latency.at(0.5))
    assert sky("pro", "4K", PEAK_H).latency == sky("pro", "4K").latency


@pytest.mark.parametrize(("hour", "ok"), [(16, 0.3), (23.9, 0.3), (0, 0.5), (7.9, 0.5), (8, 0.7), (15.9, 0.7)])
def test_pro_at_4k_fails_by_the_hour_in_beijing(hour: float, ok: float) -> None:
    assert 1 - sky("pro", "4K", hour).fails == pytest.approx(ok)
    assert share(drawn("pro", "4K", hour), Outcome.OK) == pytest.approx(ok, abs=0.02)


@pytest.mark.parametrize(("size", "ok"), [("2K", 0.85), ("1K", 0.96)])
def test_pro_fails_less_below_4k_and_never_hangs_there(size: Tier, ok: float) -> None:
    fates = drawn("pro", size)

    assert share(fates, Outcome.OK) == pytest.approx(ok, abs=0.02)
    assert share(fates, Outcome.TIMED_OUT) == 0


def test_six_of_ten_failures_of_pro_at_4k_hang_until_the_callers_limit_and_are_paid() -> None:
    hung = [one for one in drawn("pro", "4K", limit_s=300) if one.report.outcome is Outcome.TIMED_OUT]

    assert len(hung) / 5000 == pytest.approx(0.7 * 0.6, abs=0.02)
    assert {(one.took_s, one.paid) for one in hung} == {(300, True)}


def test_beyond_600_seconds_a_hang_is_a_failure_that_the_server_tells() -> None:
    told = [one for one in drawn("pro", "4K", limit_s=660) if one.took_s == 600]

    assert {(one.report.outcome, one.paid) for one in told} == {(Outcome.OVERLOADED, False)}


@pytest.mark.parametrize(("hour", "fails"), [(9.9, 0.05), (10, 0.18), (13.9, 0.18), (14, 0.05)])
def test_flash_fails_more_often_at_the_peak(hour: float, fails: float) -> None:
    assert sky("flash", "1K", hour).fails == pytest.approx(fails)


def test_flashs_failures_are_throttles_then_refusals_then_overloads() -> None:
    fates = drawn("flash", "1K", PEAK_H)

    assert share(fates, Outcome.THROTTLED) == pytest.approx(0.18 * 0.7, abs=0.015)
    assert share(fates, Outcome.REFUSED_OUTPUT) == pytest.approx(0.18 * 0.15, abs=0.01)
    assert share(fates, Outcome.OVERLOADED) == pytest.approx(0.18 * 0.15, abs=0.01)
    assert not any(one.paid for one in fates if one.report.outcome is not Outcome.OK)


@pytest.mark.parametrize(("size", "wrong"), [("4K", 0.01), ("2K", 0.01), ("1K", 0.0)])
def test_one_in_a_hundred_of_flashs_pictures_is_too_small_and_paid_all_the_same(size: Tier, wrong: float) -> None:
    small = [one for one in drawn("flash", size) if one.report.outcome is Outcome.WRONG_SIZE]

    assert len(small) / 5000 == pytest.approx(wrong, abs=0.005)
    assert all(one.paid and one.size == "1K" for one in small)


def test_what_takes_longer_than_its_limit_is_cut_there_and_paid() -> None:
    cut = [one for one in drawn("flash", "4K", limit_s=40) if one.report.outcome is Outcome.TIMED_OUT]

    assert len(cut) / 5000 > 0.3
    assert {(one.took_s, one.paid, one.size) for one in cut} == {(40, True, None)}


def test_a_throttle_names_a_delay_of_5_to_30_seconds() -> None:
    delays = [throttled(Coins(0, 0, 0, 0, n / 100)).report.retry_after_s for n in range(100)]

    assert (delays[0], delays[-1]) == (5, 30)


def test_outages_are_as_long_and_as_far_apart_as_they_should_be() -> None:
    bounds = [Weather("outages", seed).outages for seed in range(300)]
    for name, gap_s, length_s in (("pro", 86_400, 1200), ("flash", 86_400, 1200), ("common", 259_200, 600)):
        lengths = [end - begin for one in bounds for begin, end in zip(one[name][::2], one[name][1::2], strict=True)]
        assert mean(lengths) == pytest.approx(length_s, rel=0.1)
        assert len(lengths) / 300 == pytest.approx(constants.HOURS * HOUR_S / (gap_s + length_s), rel=0.1)


def test_in_an_outage_every_call_is_refused_within_three_seconds() -> None:
    weather = Weather("outages", 1)
    weather.outages = {"pro": [], "flash": [100.0, 200.0], "common": []}

    assert [weather.is_out("flash", BEGINS_AT + at) for at in (99, 100, 199, 200)] == [False, True, True, False]
    assert not weather.is_out("pro", BEGINS_AT + 150)
    met = fate("flash", "4K", weather.sky("flash", "4K", BEGINS_AT + 150), Coins(0.9, 0.5, 0.5, 1.0, 0), 180)
    assert (met.report.outcome, met.took_s, met.paid) == (Outcome.OVERLOADED, 3.0, False)


def test_the_articles_know_no_outage() -> None:
    assert not any(Weather("articles", 1).outages.values())


def test_drift_holds_for_six_hours_and_stays_within_its_bounds() -> None:
    drifts = [Weather("drift", 1).drift("pro", hour) for hour in range(168)]

    assert all(len(set(drifts[n : n + 6])) == 1 for n in range(0, 168, 6))
    assert all(one != other for one, other in pairwise(drifts[::6]))
    assert all(0.6 <= slower <= 2 and 0.5 <= worse <= 3 for slower, worse in drifts)
    assert mean(slower for slower, _ in drifts) == pytest.approx(1.3, abs=0.2)


def test_drift_moves_odds_so_that_nothing_fails_more_often_than_always() -> None:
    weather = Weather("drift", 1)
    slower, worse = weather.drift("pro", NIGHT_H)
    fails = weather.sky("pro", "4K", BEGINS_AT + NIGHT_H * HOUR_S).fails

    assert fails / (1 - fails) == pytest.approx(worse * 0.7 / 0.3)
    assert weather.sky("pro", "4K", BEGINS_AT + NIGHT_H * HOUR_S).latency == pytest.approx(
        Latency.of(60, 90).times(slower)
    )


def test_what_a_call_costs_is_what_the_model_server_bills() -> None:
    models = tomllib.loads(MODELS.read_text())

    assert models["gemini-3-pro-image"]["usd"] == PRICE["pro"]
    assert models["gemini-3.1-flash-image"]["usd"] == {"512": 0.045, **PRICE["flash"]}
