"""Who runs: the articles' policies as the product plans them, and what people do without it."""

from collections import deque
from collections.abc import Mapping
from functools import lru_cache
from random import Random
from typing import Final

from cavendish.catalog.file import catalog
from cavendish.ladder.build import build
from cavendish.ladder.plan import Call, Plan, PlannedRoute, Position, Rule, Step
from cavendish.ladder.policy import PRO
from cavendish.ladder.wait import Wait
from cavendish.outcome import Outcome, Report, report
from cavendish.request import JobRequest
from cavendish.size import Tier
from tests.bench.policy.along import along
from tests.bench.policy.constants import DEADLINE_S, Kind, kind
from tests.bench.policy.run import Ask, Walk

FLASH: Final = "gemini-3.1-flash-image"


class ByPlan:
    """A policy that is its plan and learns nothing."""

    def __init__(self, name: str, plan: Plan) -> None:
        self.name = name
        self._plan = plan
        self._random = Random(name)

    def walk(self, job: int, size: Tier, now: float) -> Walk:
        return along(self._plan, now, self._random.random)

    def heard(self, ask: Ask, outcome: Outcome, took_s: float, at: float) -> None:
        """It does not listen."""


@lru_cache
def planned(policy: str, size: Tier) -> Plan:
    """As the product plans it. Every job falls back where a prompt is refused: in this world a refusal is a mood."""
    request = JobRequest(prompt="a lighthouse", size=size, policy=policy, on_refusal="fallback")
    return build(request, catalog(), deadline_at=DEADLINE_S)


def _call(model: str, size: Tier, limit_s: int) -> Call:
    return Call(route="gemini", model=model, size=size, aspect_ratio="1:1", limit_s=limit_s)


def _plan(name: str, *routes: PlannedRoute) -> Plan:
    steps = (Step(size=routes[0].call.size, routes=routes),)
    return Plan(policy=name, steps=steps, max_attempts=30, unknown_retries=30, deadline_at=DEADLINE_S)


def direct(name: str, model: str, size: Tier, limit_s: int) -> ByPlan:
    """One call, and whatever picture it brings: nobody measures it."""
    takes = {Outcome.OK: Rule.TAKE, Outcome.WRONG_SIZE: Rule.TAKE}
    route = PlannedRoute(call=_call(model, size, limit_s), tries=1, wait=Wait(base_s=0), rules=takes)
    return ByPlan(name, _plan(name, route))


class LiteLlm:
    """LiteLLM's Router: order Flash, Pro; 2 retries each, 600 s; 3 failures in a minute are 60 s of cooldown.

    It honours Retry-After and else waits 0.5 s, doubling, 8 s at most (litellm's `_calculate_retry_after`).
    """

    name = "litellm"
    _wait = Wait(base_s=0.5, factor=2, cap_s=8)
    _rules: Mapping[Outcome, Rule] = dict.fromkeys(Outcome, Rule.REPEAT) | {
        **dict.fromkeys((Outcome.OK, Outcome.WRONG_SIZE), Rule.TAKE),
        Outcome.REFUSED_OUTPUT: Rule.NEXT_ROUTE,
        Outcome.EXPIRED: Rule.FAIL,
        Outcome.MODEL_GONE: Rule.NEXT_ROUTE,
    }
    _cooling = report(Outcome.MODEL_GONE, detail="in cooldown")

    def __init__(self, size: Tier) -> None:
        routes = [
            PlannedRoute(call=_call(model, size, 600), tries=3, wait=self._wait, rules=dict(self._rules))
            for model in (FLASH, PRO)
        ]
        self._plan = _plan(self.name, *routes)
        self._random = Random(self.name)
        self._failed: dict[Kind, deque[float]] = {"pro": deque(maxlen=3), "flash": deque(maxlen=3)}
        self._cool_until: dict[Kind, float] = {"pro": 0.0, "flash": 0.0}

    def walk(self, job: int, size: Tier, now: float) -> Walk:
        return along(self._plan, now, self._random.random, self._gate)

    def heard(self, ask: Ask, outcome: Outcome, took_s: float, at: float) -> None:
        if outcome in (Outcome.OK, Outcome.WRONG_SIZE, Outcome.REFUSED_OUTPUT):
            return
        failed = self._failed[ask.kind]
        failed.append(at)
        if len(failed) == failed.maxlen and at - failed[0] < 60:
            self._cool_until[ask.kind] = at + 60

    def _gate(self, plan: Plan, position: Position, now: float) -> Report | None:
        return self._cooling if now < self._cool_until[kind(plan.at(position).call.model)] else None


def others(size: Tier) -> list[ByPlan | LiteLlm]:
    """All but ours and the oracle."""
    return [
        direct("direct-pro", PRO, size, 600),
        direct("direct-flash", FLASH, size, 180),
        *(ByPlan(name, planned(name, size)) for name in ("s0-speed", "s0-tenacity", "s1-dual", "s2-reliability")),
        LiteLlm(size),
    ]
