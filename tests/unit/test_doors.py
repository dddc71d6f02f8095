"""Which ways are open: routes without a key, and models that are closed for a while, are passed over."""

import json
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cavendish.catalog.file import catalog
from cavendish.health.doors import ALL_OPEN, Closure, Doors
from cavendish.ladder.build import build
from cavendish.ladder.plan import Plan
from cavendish.outcome import Outcome
from tests.builders import NOW, PRO, a_call, a_report, a_request, an_error
from tests.fakes import FakeAnswer
from tests.world import Meanwhile, World

NANO = "gemini-nano-banana-2.1"
#: NOW is a Friday, 8 in the morning UTC: midnight in California, in winter.
MIDNIGHT = NOW + 86_400
NOON = NOW + 43_200
#: What Google says of it.
_VIOLATION = {"quotaId": "GenerateRequestsPerDayPerProjectPerModel", "quotaValue": "9"}
OF_THE_DAY = an_error(429, "quota", {"@type": "x", "violations": [_VIOLATION]})


def planned(doors: Doors, **fields: object) -> Plan:
    return build(a_request(**fields), catalog(), deadline_at=NOW, doors=doors)


def ways(plan: Plan) -> set[tuple[str, str]]:
    return {(one.call.route, one.call.model) for step in plan.steps for one in step.routes}


def test_a_plan_leads_through_the_first_route_that_has_a_key() -> None:
    assert ways(planned(ALL_OPEN)) == {("gemini", NANO), ("gemini", PRO)}
    assert ways(planned(Doors(frozenset({"vertex", "openrouter"})))) == {("vertex", NANO), ("vertex", PRO)}


def test_a_model_without_a_way_is_passed_over_with_the_reason_at_each_size() -> None:
    plan = planned(Doors(frozenset({"gemini"}), (Closure(route="gemini", model=NANO, until=NOW, reason="closed"),)))

    assert ways(plan) == {("gemini", PRO)}
    assert {(one.model, one.size, one.reason) for one in plan.skipped} == {(NANO, "2K", "closed")}


def test_other_models_take_the_place_of_those_without_a_key() -> None:
    plan = planned(Doors(frozenset({"openai"})))

    assert {route for route, _ in ways(plan)} == {"openai"}
    assert [one.model for one in plan.skipped] == [NANO, PRO]
    assert "no key is set for gemini, vertex, " in plan.skipped[0].reason


def test_without_any_key_it_is_planned_all_the_same_so_that_an_attempt_says_what_is_missing() -> None:
    plan = planned(Doors(frozenset()))

    assert ways(plan) == {("gemini", NANO), ("gemini", PRO)}
    assert plan.skipped


def test_what_a_model_lacks_is_a_reason_too() -> None:
    plan = planned(ALL_OPEN, thinking="high")

    assert (plan.skipped[0].model, plan.skipped[0].reason) == (PRO, "it has no levels of thinking to choose")


def test_a_quota_of_the_day_closes_until_midnight_in_california_and_nothing_else_does() -> None:
    closure = Closure.of(a_call(), a_report(Outcome.QUOTA_DAY), NOON, NOON + 1)

    assert closure is not None
    assert (closure.route, closure.model, closure.until) == ("gemini", PRO, MIDNIGHT)
    assert closure.reason == "its quota on the route gemini is used up until 2027-01-16 08:00 UTC"
    assert [one for one in Outcome if Closure.of(a_call(), a_report(one), NOON, NOON + 1)] == [Outcome.QUOTA_DAY]


def midnight(day: str) -> float:
    """The one with which this day begins in California."""
    return datetime.fromisoformat(day).replace(tzinfo=ZoneInfo("America/Los_Angeles")).timestamp()


def closed_until(began_at: float, told_at: float) -> float | None:
    closure = Closure.of(a_call(), a_report(Outcome.QUOTA_DAY), began_at, told_at)
    return closure.until if closure else None


#: Days, each with the one after it: in summer, in winter, and before, at and after both changes of clocks.
DAYS = [
    *(("2026-07-01", "2026-07-02"), ("2026-12-31", "2027-01-01")),
    *(("2026-03-07", "2026-03-08"), ("2026-03-08", "2026-03-09"), ("2026-03-09", "2026-03-10")),
    *(("2026-10-31", "2026-11-01"), ("2026-11-01", "2026-11-02"), ("2026-11-02", "2026-11-03")),
]


@pytest.mark.parametrize(("today", "tomorrow"), DAYS)
def test_what_is_told_while_the_day_turns_closes_only_until_it_has_turned(today: str, tomorrow: str) -> None:
    begins, ends = midnight(today), midnight(tomorrow)
    turned = begins + 15 * 60

    assert closed_until(begins - 9, begins - 0.1) == begins
    assert closed_until(begins - 9, begins) == turned
    assert closed_until(begins - 9, begins + 0.8) == turned
    assert closed_until(begins, begins + 1) == turned
    assert closed_until(turned - 1, turned - 0.1) == turned
    assert closed_until(turned - 1, turned) is None
    assert closed_until(begins - 600, turned + 60) is None
    assert closed_until(turned, turned) == ends
    assert closed_until(ends - 1, ends - 0.1) == ends


@given(st.floats(1_700_000_000, 4_000_000_000), st.floats(0, 660))
def test_a_closure_is_never_over_when_it_is_told_and_never_longer_than_a_day(began_at: float, took_s: float) -> None:
    told_at = began_at + took_s
    until = closed_until(began_at, told_at)

    assert until is None or told_at < until <= told_at + timedelta(hours=25).total_seconds()


@pytest.mark.parametrize(("began_s", "until"), [(-0.4, [NOW + 15 * 60]), (899, []), (900, [MIDNIGHT])])
def test_an_attempt_closes_by_when_it_began_and_was_told_of(began_s: float, until: list[float]) -> None:
    world = World(FakeAnswer(json.dumps(OF_THE_DAY).encode(), status=429))
    world.clock.advance(began_s)
    message = world.message(world.running())
    world.models = Meanwhile(world.models, "send", lambda *_: world.clock.advance(1.2))

    assert world.run(message) is Outcome.QUOTA_DAY
    assert [one.until for one in world.closures.read(world.clock())] == until


def test_after_a_quota_of_the_day_no_call_is_made_until_midnight() -> None:
    world = World(FakeAnswer(json.dumps(OF_THE_DAY).encode(), status=429))
    outcomes = [world.run(world.message(world.running())) for _ in range(3)]
    assert (set(outcomes), len(world.models.calls)) == ({Outcome.QUOTA_DAY}, 1)

    world.clock.advance(86_400)
    world.run(world.message(world.running()))
    assert len(world.models.calls) == 2


def test_an_attempt_that_was_not_worth_a_call_says_until_when_and_costs_nothing() -> None:
    world = World()
    world.closures.close(Closure(route="gemini", model=NANO, until=NOW + 60, reason="its quota is used up until then"))
    message = world.message(world.running())
    world.run(message)
    result = world.attempt(message.key).result

    assert result is not None
    assert (result.report.detail, result.cost_usd, result.report.billed) == ("its quota is used up until then", 0, "no")
    assert world.measurements.samples == []
