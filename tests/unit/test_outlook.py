"""Routing by measurements, from the table's windows to the plan that is walked."""

from typing import Any

import pytest

from cavendish.catalog.file import catalog
from cavendish.health.health import ENOUGH, Sample, Window
from cavendish.health.odds import Way
from cavendish.health.outlook import REMEMBERED_S, AsPlanned, Outlook
from cavendish.ladder.build import build
from cavendish.ladder.plan import Plan, Position
from cavendish.outcome import Outcome
from cavendish.pipeline.dispatch import dispatch
from cavendish.size import Tier
from tests.builders import NOW, PRO, a_request
from tests.fakes import FakeMeasurements
from tests.world import World

NANO = "gemini-nano-banana-2.1"


def planned(**fields: Any) -> Plan:
    return build(a_request(**{"size": "4K", **fields}), catalog(), deadline_at=NOW + 3600)


def outlook(measurements: FakeMeasurements, failed: list[Exception] | None = None) -> Outlook:
    return Outlook(measurements, catalog(), lambda: 0.99, (failed if failed is not None else []).append)


def measured(n: int, *, model: str = NANO, outcome: Outcome = Outcome.OK, took_s: float = 40) -> FakeMeasurements:
    measurements = FakeMeasurements()
    add(measurements, n, model=model, outcome=outcome, took_s=took_s)
    return measurements


def add(measurements: FakeMeasurements, n: int, *, model: str, outcome: Outcome, took_s: float) -> None:
    for _ in range(n):
        sample = Sample(route="gemini", model=model, size="4K", at=NOW - 1, outcome=outcome, took_s=took_s)
        measurements.record(sample)


def models(plan: Plan) -> list[str]:
    return [route.call.model for route in plan.steps[0].routes]


def test_the_model_that_is_measured_to_be_faster_goes_first() -> None:
    both = measured(20, took_s=200)
    add(both, 20, model=PRO, outcome=Outcome.OK, took_s=50)

    assert models(outlook(both).route(planned(), NOW, named=False)) == [PRO, NANO, PRO]


def test_a_model_that_is_out_goes_last() -> None:
    assert models(outlook(measured(5, outcome=Outcome.OVERLOADED)).route(planned(), NOW, named=False))[0] == PRO


@pytest.mark.parametrize("policy", ["s0-speed", "s0-tenacity", "s1-dual", "s2-reliability"])
def test_the_articles_policies_stay_as_they_are(policy: str) -> None:
    plan = planned(policy=policy)

    assert outlook(measured(20, took_s=200)).route(plan, NOW, named=False) is plan


def test_routing_that_learns_nothing_leaves_every_plan_alone() -> None:
    plan = planned()

    assert AsPlanned().route(plan, NOW, named=False) is plan


def test_what_was_read_is_believed_for_some_seconds() -> None:
    measurements = measured(20)
    known, way = outlook(measurements), Way("gemini", NANO, "4K")
    before = known.odds(way, NOW)
    add(measurements, 40, model=NANO, outcome=Outcome.OVERLOADED, took_s=2)

    assert known.odds(way, NOW + REMEMBERED_S) == before
    assert known.odds(way, NOW + REMEMBERED_S + 1).ok < before.ok


class _Broken(FakeMeasurements):
    def read(self, route: str, model: str, size: Tier, since: float, until: float) -> list[Window]:
        raise TimeoutError


def test_no_job_fails_because_nothing_can_be_read() -> None:
    failed: list[Exception] = []
    plan = outlook(_Broken(), failed).route(planned(), NOW, named=False)

    assert plan == planned()
    assert failed


def test_of_what_nobody_has_measured_the_policy_knows_best() -> None:
    few = measured(ENOUGH - 1)

    assert outlook(few).route(planned(), NOW, named=False) == planned()
    add(few, 1, model=NANO, outcome=Outcome.OK, took_s=40)
    assert outlook(few).route(planned(), NOW, named=False) != planned()


def spared(measurements: FakeMeasurements, route: int, **fields: Any) -> bool:
    return outlook(measurements).spares(planned(**fields), Position(route=route), NOW)


def walked(measurements: FakeMeasurements, chance: float, **fields: Any) -> str:
    """Which model is really asked first by a job that is planned now."""
    known = Outlook(measurements, catalog(), lambda: chance, [].append)
    plan = known.route(planned(**fields), NOW, named="model" in fields)
    first, *later = [Position(route=n) for n, _ in enumerate(plan.steps[0].routes)]
    return plan.at(next(one for one in (first, *later) if not known.spares(plan, one, NOW))).call.model


@pytest.mark.parametrize("fields", [{}, {"model": NANO}])
def test_one_job_in_sixteen_really_asks_a_model_that_is_out(fields: dict[str, str]) -> None:
    down = measured(5, outcome=Outcome.OVERLOADED)
    asked = [walked(down, n / 160, **fields) for n in range(160)]

    assert (asked.count(NANO), asked.count(PRO)) == (10, 150)


def test_a_call_is_spared_whose_model_went_out_if_another_one_comes_after_it() -> None:
    down = measured(5, outcome=Outcome.OVERLOADED)

    assert spared(down, 0)
    assert not spared(measured(5), 0)
    assert not spared(down, 0, allow_fallback=False), "there is nothing else"
    assert not spared(down, 0, policy="s1-dual"), "the articles' policies learn nothing"
    add(down, 5, model=PRO, outcome=Outcome.OVERLOADED, took_s=2)
    assert not spared(down, 0), "where all are out the call is the last resort"


def test_pictures_before_an_outage_do_not_hide_it() -> None:
    turned = measured(20)
    add(turned, 4, model=NANO, outcome=Outcome.OVERLOADED, took_s=2)
    assert spared(turned, 0)

    add(turned, 1, model=NANO, outcome=Outcome.OK, took_s=40)
    assert not spared(turned, 0)


def test_a_job_is_dispatched_with_the_plan_that_fits_the_moment() -> None:
    world = World()
    job = world.submit(size="4K")
    down = measured(0)
    for _ in range(5):
        at = world.clock()
        down.record(Sample(route="gemini", model=NANO, size="4K", at=at, outcome=Outcome.OVERLOADED, took_s=2))
    ports: dict[str, Any] = {"jobs": world.jobs, "workflow": world.workflow, "catalog": world.catalog}
    ports |= {"doors": world.doors, "schedule": world.schedule}
    dispatch(job.id, **ports, now=world.clock(), routing=outlook(down))

    plan = world.job(job.id).plan
    assert plan is not None
    assert models(plan)[0] == PRO
    assert plan == world.workflow.started[job.id].plan


def test_an_outage_that_is_over_is_not_held_against_a_model() -> None:
    measurements = measured(16)
    before = outlook(measurements).odds(Way("gemini", NANO, "4K"), NOW).ok
    add(measurements, 30, model=NANO, outcome=Outcome.OVERLOADED, took_s=2)
    add(measurements, 1, model=NANO, outcome=Outcome.OK, took_s=40)

    assert outlook(measurements).odds(Way("gemini", NANO, "4K"), NOW).ok >= before


def test_failures_between_pictures_are_no_outage() -> None:
    measurements = FakeMeasurements()
    for _ in range(8):
        add(measurements, 2, model=NANO, outcome=Outcome.OVERLOADED, took_s=2)
        add(measurements, 1, model=NANO, outcome=Outcome.OK, took_s=40)

    assert outlook(measurements).odds(Way("gemini", NANO, "4K"), NOW).ok < 0.6
