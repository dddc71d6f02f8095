"""The weather keeps to weather.md: over many draws its frequencies and times are those of the page."""

from collections import Counter
from dataclasses import replace
from statistics import mean, quantiles

import pytest

from local.model_server.fate import Fate
from local.model_server.weather import HOSTILE, HOUR, Weather

PRO, FLASH = "gemini-3-pro-image", "gemini-3.1-flash-image"
DRAWS = 20_000
DAY = 24 * HOUR


def draws(model, size, hour, climate="articles", seed=1):
    weather = Weather(climate, seed)
    return [weather.draw(model, size, hour * HOUR) for _ in range(DRAWS)]


def share(fates, kind):
    return sum(fate.kind == kind for fate in fates) / len(fates)


def test_the_same_seed_brings_the_same_weather():
    assert draws(FLASH, "4K", 12, "drift", seed=3) == draws(FLASH, "4K", 12, "drift", seed=3)
    assert draws(FLASH, "4K", 12, "drift", seed=3) != draws(FLASH, "4K", 12, "drift", seed=4)


def test_the_calm_answers_within_a_second_and_never_fails():
    fates = draws(PRO, "4K", 4, "calm")

    assert {fate.kind for fate in fates} == {"ok"}
    assert 0.3 <= min(fate.after_s for fate in fates) <= max(fate.after_s for fate in fates) <= 1.0


@pytest.mark.parametrize(
    ("model", "size", "utc_hour", "success"),
    [
        (PRO, "4K", 20, 0.3),  # 04 h in Beijing
        (PRO, "4K", 4, 0.5),  # 12 h
        (PRO, "4K", 12, 0.7),  # 20 h
        (PRO, "2K", 12, 0.85),
        (PRO, "1K", 12, 0.96),
        (FLASH, "4K", 9.9, 0.95),
        (FLASH, "4K", 10, 0.82),
        (FLASH, "1K", 13.9, 0.82),
        (FLASH, "1K", 14, 0.95),
    ],
)
def test_success_depends_on_model_size_and_hour(model, size, utc_hour, success):
    assert share(draws(model, size, utc_hour), "ok") == pytest.approx(success, abs=0.012)


@pytest.mark.parametrize(
    ("model", "size", "hour", "average", "p95"),
    [
        (PRO, "4K", 12, 60, 90),
        (PRO, "2K", 12, 35, 50),
        (PRO, "1K", 12, 17.5, 25),
        (FLASH, "4K", 9, 40, 60),
        (FLASH, "4K", 11, 80, 120),
        (FLASH, "2K", 9, 17.5, 25),
        (FLASH, "1K", 9, 7.5, 10),
        ("gemini-nano-banana-2.1", "1K", 9, 7.5, 10),
    ],
)
def test_latencies_have_the_mean_and_the_95th_percentile_of_the_page(model, size, hour, average, p95):
    times = [fate.after_s for fate in draws(model, size, hour) if fate.kind == "ok"]

    assert mean(times) == pytest.approx(average, rel=0.02)
    assert quantiles(times, n=20)[-1] == pytest.approx(p95, rel=0.03)


def test_three_fifths_of_pro_failures_at_4k_hang_until_the_server_gives_up():
    failures = [fate for fate in draws(PRO, "4K", 20) if fate.kind != "ok"]

    assert share(failures, "hang") == pytest.approx(0.6, abs=0.02)
    assert {fate.after_s for fate in failures if fate.kind == "hang"} == {600.0}
    assert all(2 <= fate.after_s <= 20 for fate in failures if fate.kind == "503")


def test_flash_fails_by_throttling_most_of_the_time():
    failures = [fate for fate in draws(FLASH, "4K", 12) if fate.kind != "ok"]
    throttles = [fate for fate in failures if fate.kind == "429"]

    assert share(failures, "429") == pytest.approx(0.70, abs=0.03)
    assert share(failures, "refused") == pytest.approx(0.15, abs=0.03)
    assert share(failures, "503") == pytest.approx(0.15, abs=0.03)
    assert all(0.2 <= fate.after_s <= 1 and 5 <= fate.retry_s <= 30 for fate in throttles)


@pytest.mark.parametrize(("model", "size", "expected"), [(FLASH, "4K", 0.01), (FLASH, "1K", 0), (PRO, "4K", 0)])
def test_one_large_flash_success_in_a_hundred_comes_at_1k(model, size, expected):
    successes = [fate for fate in draws(model, size, 0) if fate.kind == "ok"]

    assert Counter(fate.size for fate in successes)["1K"] / len(successes) == pytest.approx(expected, abs=0.003)


def test_more_than_forty_calls_in_flight_are_throttled():
    weather = Weather("articles", 1)

    assert {weather.draw(FLASH, "1K", 0, in_flight=40).kind for _ in range(100)} == {"429"}
    assert "ok" in {weather.draw(FLASH, "1K", 0, in_flight=39).kind for _ in range(100)}


def test_outages_take_the_share_of_time_that_their_gaps_and_lengths_imply():
    expected = 1 / (1 + 86400 / 1200) + 1 / (1 + 259200 / 600)
    down = [is_down(seed, moment) for seed in range(60) for moment in range(0, int(14 * DAY), 3600)]

    assert sum(down) / len(down) == pytest.approx(expected, rel=0.25)


def is_down(seed, moment):
    # outside an outage Pro fails at 1K in 4 of 100 calls: three failures in a row are an outage
    weather = Weather("outages", seed)
    return all(weather.draw(PRO, "1K", moment).kind == "503" for _ in range(3))


def test_drift_changes_every_six_hours_and_stays_within_its_bounds():
    averages = [mean(times_at(period)) for period in range(40)]

    assert 17.5 * 0.55 < min(averages) < 17.5 * 0.8
    assert 17.5 * 1.7 < max(averages) < 17.5 * 2.1


def times_at(period):
    weather = Weather("drift", 5)
    return [weather.draw(PRO, "1K", period * 6 * HOUR + second).after_s for second in range(400)]


def test_an_unknown_weather_is_refused_with_the_known_ones():
    with pytest.raises(ValueError, match="calm, articles, outages, drift"):
        Weather("sunny", 1)


def hostile(prompts, seed=1):
    weather = Weather("hostile", seed)
    return [weather.draw(FLASH, "1K", 0, prompt=prompt) for prompt in prompts]


def test_three_of_ten_hostile_answers_are_odd_and_all_kinds_of_oddity_come():
    fates = hostile(str(n) for n in range(DRAWS))
    odd = [fate for fate in fates if replace(fate, after_s=0) != Fate(sketch=True)]

    assert len(odd) / DRAWS == pytest.approx(0.3, abs=0.01)
    assert len({replace(fate, after_s=0) for fate in odd}) == len(set(HOSTILE["answers"]))


def test_what_a_prompt_meets_in_hostile_weather_does_not_depend_on_others():
    ours, theirs = hostile(["ours"] * 9), hostile([f"theirs {n}" for n in range(99)])
    mixed = hostile([f"theirs {n}" for n in range(99)] + ["ours"] * 9)

    assert mixed == theirs + ours
    assert hostile(["ours"] * 9, seed=2) != ours
