"""Which ways are open: routes without a key, and models that are closed for a while, are passed over."""

import json

from cavendish.catalog.file import catalog
from cavendish.health.doors import ALL_OPEN, Closure, Doors
from cavendish.ladder.build import build
from cavendish.ladder.plan import Plan
from cavendish.outcome import Outcome
from tests.builders import NOW, PRO, a_call, a_report, a_request, an_error
from tests.fakes import FakeAnswer
from tests.world import World

NANO = "gemini-nano-banana-2.1"
#: NOW is a Friday, 8 in the morning UTC: midnight in California, in winter.
MIDNIGHT = NOW + 86_400


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
    closure = Closure.of(a_call(), a_report(Outcome.QUOTA_DAY), NOW)

    assert closure is not None
    assert (closure.route, closure.model, closure.until) == ("gemini", PRO, MIDNIGHT)
    assert closure.reason == "its quota on the route gemini is used up until 2027-01-16 08:00 UTC"
    assert [one for one in Outcome if Closure.of(a_call(), a_report(one), NOW)] == [Outcome.QUOTA_DAY]


def test_after_a_quota_of_the_day_no_call_is_made_until_midnight() -> None:
    violation = {
        "@type": "x",
        "violations": [{"quotaId": "GenerateRequestsPerDayPerProjectPerModel", "quotaValue": "9"}],
    }
    world = World(FakeAnswer(json.dumps(an_error(429, "quota", violation)).encode(), status=429))
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
