"""Where providers stand: what is measured, what is believed, what is closed, and how long a call would get."""

from typing import Any

import pytest

from cavendish.catalog.file import catalog
from cavendish.health.doors import Closure, Keyed
from cavendish.health.health import ENOUGH, RECENT_S, Window
from cavendish.health.odds import Way
from cavendish.health.permits import Permit
from cavendish.health.standing import Known, Providers, Standing, offered
from cavendish.outcome import Outcome
from cavendish.pipeline.providers import providers
from cavendish.size import Tier
from tests.builders import NOW, PRO, a_sample
from tests.fakes import FakeClosures, FakeKeyedRoutes, FakeMeasurements, FakePermits

FLARE = "gpt-image-2.5-flare"


class Counted(FakeMeasurements):
    """Notes what is read."""

    def __init__(self) -> None:
        super().__init__()
        self.reads: list[tuple[str, str, Tier]] = []

    def read(self, route: str, model: str, size: Tier, since: float, until: float) -> list[Window]:
        self.reads.append((route, model, size))
        return super().read(route, model, size, since, until)


class Deployment:
    """What is known of one."""

    def __init__(self) -> None:
        self.measurements, self.closures, self.keyed = Counted(), FakeClosures(), FakeKeyedRoutes()
        self.permits = FakePermits()

    def measured(self, n: int, **fields: Any) -> None:
        for _ in range(n):
            self.measurements.record(a_sample(**{"at": NOW - 60, **fields}))

    def told(self, *, learning: bool = True) -> Providers:
        return providers(
            measurements=self.measurements,
            closures=self.closures,
            permits=self.permits,
            keyed=self.keyed,
            catalog=catalog(),
            now=NOW,
            learning=learning,
        )

    def way(self, *, route: str = "gemini", model: str = PRO, size: str = "1K", learning: bool = True) -> Standing:
        (provider,) = [one for one in self.told(learning=learning).providers if one.route == route]
        (found,) = [one for one in provider.models if one.id == model]
        return next(one for one in found.sizes if one.size == size)


@pytest.fixture
def deployment() -> Deployment:
    return Deployment()


def test_every_route_model_and_size_of_the_catalogue_is_told(deployment: Deployment) -> None:
    told = {
        (one.route, model.id, way.size)
        for one in deployment.told().providers
        for model in one.models
        for way in model.sizes
    }

    assert told == {
        (name, model, size)
        for name, route in catalog().routes.items()
        for model, offer in route.models.items()
        for size in offer.sizes
    }


def test_where_nothing_is_measured_the_catalogue_is_told_with_its_source(deployment: Deployment) -> None:
    way = deployment.way()

    assert (way.state, way.why, way.calls, way.success, way.outcomes) == ("open", None, 0, None, {})
    assert (way.p50_s, way.p95_s, way.p99_s, way.limit_s) == (None, None, None, 50)
    assert way.catalogue == catalog().model(PRO).times["1K"]


def test_what_is_measured_takes_the_catalogues_place(deployment: Deployment) -> None:
    deployment.measured(ENOUGH - 1, took_s=30)
    deployment.measured(2, outcome=Outcome.NO_IMAGE)
    few = deployment.way()
    assert (few.calls, few.success, few.p50_s, few.catalogue is None) == (9, 0.7778, None, False)

    deployment.measured(1, took_s=30)
    way = deployment.way()
    assert (way.calls, way.success, way.outcomes) == (10, 0.8, {Outcome.OK: 8, Outcome.NO_IMAGE: 2})
    assert way.p50_s == way.p95_s == way.p99_s == pytest.approx(30, rel=0.05)
    assert way.catalogue is None


def test_the_time_limit_is_the_one_that_a_plan_would_set(deployment: Deployment) -> None:
    deployment.measured(20, took_s=100)

    assert deployment.way().limit_s == pytest.approx(300, rel=0.06)
    assert deployment.way(learning=False).limit_s == 50


def test_a_size_that_the_policy_never_asks_for_has_no_limit() -> None:
    model = catalog().model(FLARE)
    known = Known(windows={}, closures=(), keyed=None, learning=True, now=NOW)
    large = model.model_copy(update={"times": {**model.times, "4K": model.times["2K"]}})

    assert Standing.of(Way("openai", FLARE, "1K"), model, known).limit_s == 240
    assert Standing.of(Way("openai", FLARE, "4K"), large, known).limit_s is None


def test_what_was_measured_long_ago_is_not_counted(deployment: Deployment) -> None:
    deployment.measured(20, at=NOW - RECENT_S - 3_600)

    assert deployment.way().calls == 0


def test_a_used_up_quota_is_told_until_it_is_counted_anew(deployment: Deployment) -> None:
    deployment.closures.close(Closure(route="gemini", model=PRO, until=NOW + 60, reason="its quota is used up"))

    way, other = deployment.way(), deployment.way(route="vertex")
    assert (way.state, way.why, way.until) == ("closed", "its quota is used up", "2027-01-15T08:01:00Z")
    assert other.state == "open"


@pytest.mark.parametrize(
    ("ago_s", "state", "says"), [(60, "circuit_open", "one job in 16"), (1_500, "circuit_half_open", "next job")]
)
def test_a_circuit_that_is_open_says_so_and_when_it_was_too_long_ago_that_it_is_tried(
    deployment: Deployment, ago_s: int, state: str, says: str
) -> None:
    deployment.measured(6, outcome=Outcome.OVERLOADED, at=NOW - ago_s)

    way = deployment.way()
    assert (way.state, says in (way.why or ""), way.until) == (state, True, None)


def test_a_picture_closes_the_circuit(deployment: Deployment) -> None:
    deployment.measured(6, outcome=Outcome.OVERLOADED, at=NOW - 1_500)
    deployment.measured(1)

    assert deployment.way().state == "open"


def test_where_routing_learns_nothing_no_circuit_is_heeded(deployment: Deployment) -> None:
    deployment.measured(6, outcome=Outcome.OVERLOADED)

    assert deployment.way(learning=False).state == "open"


def test_keys_are_told_by_name_alone_and_not_before_anybody_looked(deployment: Deployment) -> None:
    nobody = deployment.told()
    assert {(one.key, one.usable) for one in nobody.providers} == {(None, None)}
    assert nobody.keys_as_of is None

    deployment.keyed.note(Keyed(keys=("gemini", "openai-compatible", "gone"), usable=("gemini",), as_of=NOW - 60))
    told = deployment.told()
    keyed = {one.route: one.usable for one in told.providers if one.key}
    assert keyed == {"gemini": True, "openai-compatible": False}
    assert told.keys_as_of == "2027-01-15T07:59:00Z"


def test_only_what_was_used_lately_is_read(deployment: Deployment) -> None:
    deployment.measured(1)
    deployment.measured(1, size="4K", route="vertex")
    deployment.measured(1, model="a-model-that-is-gone")
    deployment.told()

    assert sorted(deployment.measurements.reads) == [("gemini", PRO, "1K"), ("vertex", PRO, "4K")]


def test_what_the_catalogue_has_no_more_is_not_asked_for() -> None:
    ways = [("gemini", PRO, "1K"), ("gemini", PRO, "8K"), ("gone", PRO, "1K")]

    assert offered(catalog(), ways) == [Way("gemini", PRO, "1K")]


def test_a_model_that_throttled_is_told_with_how_many_calls_may_run_at_once(deployment: Deployment) -> None:
    deployment.permits.throttled(Permit(route="gemini", model=PRO), NOW - 60)

    told = {(one.route, model.id): model.concurrency for one in deployment.told().providers for model in one.models}
    assert {way: n for way, n in told.items() if n is not None} == {("gemini", PRO): 8}
