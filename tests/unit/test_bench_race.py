"""The benchmark of policies on a few hundred jobs: what must hold whatever comes out; times are no test."""

import xml.etree.ElementTree as ET
from collections.abc import Callable

import pytest

from cavendish.outcome import Outcome
from cavendish.size import Tier
from tests.bench.policy.__main__ import contenders, main
from tests.bench.policy.chart import chart
from tests.bench.policy.constants import BEGINS_AT, CLIMATES, DEADLINE_S, PRICE
from tests.bench.policy.figures import Figures, Row, figures, spread
from tests.bench.policy.goals import goals
from tests.bench.policy.oracle import Oracle
from tests.bench.policy.run import Ask, Contender, Job, Walk, World, race
from tests.bench.policy.weather import MOST_IN_FLIGHT, Sky, Weather

HOURS = 2
#: Two hours as a week seldom has them: in seconds from the begin.
ROUGH = {"pro": [1200.0, 2400.0], "flash": [600.0, 1800.0], "common": [3600.0, 4200.0]}


def a_world(climate: str = "articles", size: Tier = "4K", seed: int = 1) -> World:
    world = World(climate, size, seed, hours=HOURS)
    if climate != "articles":
        world.weather.outages = ROUGH
    return world


def ran(world: World, name: str) -> list[Job]:
    return race(world, next(one for one in contenders(world) if one.name == name))


def told(jobs: list[Job]) -> list[tuple[float, int, float, Tier | None]]:
    return [(job.seconds, job.calls, job.usd, job.size) for job in jobs]


NAMES = [one.name for one in contenders(a_world())]


def test_the_policies_are_those_of_the_page() -> None:
    articles = ["s0-speed", "s0-tenacity", "s1-dual", "s2-reliability"]

    assert ["direct-pro", "direct-flash", *articles, "litellm", "cavendish", "oracle"] == NAMES


@pytest.mark.parametrize("climate", CLIMATES)
@pytest.mark.parametrize("name", NAMES)
def test_every_job_ends_once_within_its_deadline_and_is_counted_once(climate: str, name: str) -> None:
    world = a_world(climate)
    jobs = ran(world, name)
    came_out = figures(jobs, world.size)

    assert len(jobs) == len(world.arrivals) > 300
    assert all(0 < job.seconds <= DEADLINE_S or job.size for job in jobs)
    assert all(job.calls >= 1 for job in jobs if job.size)
    assert all(job.usd >= min(price["1K"] for price in PRICE.values()) for job in jobs if job.size)
    undelivered = sum(job.size is None for job in jobs) / len(jobs)
    assert came_out.delivered + undelivered == pytest.approx(1)
    assert 0 <= came_out.at_asked_size <= came_out.delivered <= 1


@pytest.mark.parametrize("climate", CLIMATES)
@pytest.mark.parametrize("size", ["4K", "2K", "1K"])
@pytest.mark.parametrize("name", ["cavendish", "oracle"])
def test_no_unknown_bill_is_risked_a_third_time(climate: str, size: Tier, name: str) -> None:
    jobs = ran(a_world(climate, size), name)

    assert max(job.unknowns for job in jobs) <= 2
    assert not any(job.size for job in jobs if job.unknowns == 2)


@pytest.mark.parametrize("name", NAMES)
def test_the_same_seed_is_the_same_week_and_another_seed_is_another(name: str) -> None:
    first = told(ran(a_world("drift"), name))

    assert told(ran(a_world("drift"), name)) == first
    assert told(ran(a_world("drift", seed=2), name)) != first


def test_policies_meet_the_same_luck_whoever_ran_before() -> None:
    alone, shared = a_world(), a_world()
    for name in NAMES:
        ran(shared, name)

    assert told(ran(shared, "s1-dual")) == told(ran(alone, "s1-dual"))


class _Overcast(Weather):
    """The same weather, but for what comes after an hour."""

    def sky(self, kind: str, size: Tier, at: float) -> Sky:
        sky = super().sky(kind, size, at)
        return sky._replace(out=sky.out or at > BEGINS_AT + 3600)


@pytest.mark.parametrize("name", NAMES)
def test_no_policy_sees_the_future(name: str) -> None:
    as_it_is, other = a_world("drift"), a_world("drift")
    other.weather = _Overcast("drift", 1)
    other.weather.outages = as_it_is.weather.outages = {**ROUGH, "common": []}
    pairs = zip(as_it_is.arrivals, ran(as_it_is, name), ran(other, name), strict=True)
    over = [(one, two) for at, one, two in pairs if one.size and at + one.seconds < BEGINS_AT + 3600]

    assert over
    assert all(told([one]) == told([two]) for one, two in over)


class _Crowd:
    """Everybody calls Flash at once and takes what comes."""

    name = "crowd"

    def __init__(self) -> None:
        self.outcomes: list[Outcome] = []

    def walk(self, job: int, size: Tier, now: float) -> Walk:
        yield BEGINS_AT + HOURS * 3600 + 1.0
        answer = yield Ask("flash", size, 600)
        return answer is not None and answer.report.outcome is Outcome.OK

    def heard(self, ask: Ask, outcome: Outcome, took_s: float, at: float) -> None:
        self.outcomes.append(outcome)


def test_a_model_takes_forty_calls_at_once_and_throttles_the_rest() -> None:
    crowd: Contender = _Crowd()
    jobs = race(a_world(), crowd)

    assert sum(job.size is not None for job in jobs) <= MOST_IN_FLIGHT < len(jobs)


def test_the_oracle_never_calls_a_model_that_is_out() -> None:
    world = a_world("outages")
    called: list[bool] = []

    class Watched(Oracle):
        def walk(self, job: int, size: Tier, now: float) -> Walk:
            return watched(super().walk(job, size, now), now, lambda kind, at: called.append(out(kind, at)))

    def out(kind: str, at: float) -> bool:
        return world.weather.is_out(kind, at)

    race(world, Watched(world.weather))

    assert called
    assert not any(called)


def watched(walk: Walk, now: float, call: Callable[[str, float], None]) -> Walk:
    wish = next(walk)
    while True:
        if isinstance(wish, Ask):
            call(wish.kind, now)
        answer = yield wish
        now = answer.at if answer else float(wish)  # type: ignore[arg-type]
        try:
            wish = walk.send(answer)
        except StopIteration as end:
            return bool(end.value)


def some_figures(**fields: float) -> Figures:
    return Figures(*(1.0, 1.0, 40.0, 90.0, 120.0, 0.15, 1.1, 0.0))._replace(**fields)


def some_rows(**ours: float) -> list[Row]:
    table = {name: some_figures() for name in NAMES} | {"s2-reliability": some_figures(p95_s=1450)}
    table["cavendish"] = some_figures(**ours)
    return [Row(climate, "4K", name, spread([one])) for climate in CLIMATES for name, one in table.items()]


def test_a_goal_that_is_missed_is_told_so() -> None:
    assert all(goal.reached for goal in goals(some_rows()))
    reached = [goal.reached for goal in goals(some_rows(p95_s=150.0, delivered=0.99))]
    assert reached == [False, True, False, True, False, False, False]


def test_means_least_and_most_are_those_of_the_seeds() -> None:
    three = spread([some_figures(p95_s=one) for one in (80, 100, 90)])

    assert (three.mean.p95_s, three.least.p95_s, three.most.p95_s) == (90, 80, 100)


def test_the_chart_is_a_picture_with_every_policy_in_it() -> None:
    drawn = ET.fromstring(chart([one for one in some_rows() if one.climate == "drift"]))
    words = [one.text for one in drawn.iter("{http://www.w3.org/2000/svg}text")]

    assert {name for name in NAMES if name in words} == set(NAMES)


@pytest.mark.parametrize("seeds", ["abc", "1,,2", "1.5", "", "1,2,", "1e3"])
def test_seeds_that_are_none_are_refused_in_one_sentence(
    seeds: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("sys.argv", ["policy", f"--seeds={seeds}"])
    with pytest.raises(SystemExit) as caught:
        main()

    said = f"SEEDS are whole numbers with commas between them, such as 1,2,3; {seeds!r} are none.\n"
    assert (caught.value.code, capsys.readouterr().err) == (2, said)
