"""What a batch would take in each mode, found out as its items would be read and planned; nothing is written."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final, NamedTuple, get_args

from cavendish.advice.articles import Articles
from cavendish.advice.forecast import Forecast, forecasts
from cavendish.advice.prospect import Prospect
from cavendish.batch.batch import Mode
from cavendish.batch.fields import item_request
from cavendish.batch.modes import ASIDE, Modes
from cavendish.batch.plan import (
    ECONOMY_S,
    BatchPlan,
    ModeMoney,
    ModePlan,
    ModeTime,
    PlanFault,
    Share,
    economical,
    lasts_s,
)
from cavendish.batch.request import PlanRequest
from cavendish.catalog.catalog import Catalog
from cavendish.errors import RequestFault, RequestInvalid
from cavendish.ladder.plan import Plan
from cavendish.pipeline.batch.items import fields_of, why_not
from cavendish.pipeline.estimate import Estimator
from cavendish.request import JobRequest
from cavendish.size import Tier
from cavendish.webhook.receiver import Check

#: Each kind of item is planned and walked for itself, in each mode: so many take some seconds.
KINDS_MOST: Final = 20
#: So many faults are told.
_FAULTS_TOLD: Final = 20
#: What stands for a prompt where only the number of items is known.
_PROMPT: Final = "A paper boat on calm water, in a few lines"


class _Kind(NamedTuple):
    """Items that are alike in all that matters to what they take."""

    fields: dict[str, Any]
    request: JobRequest
    items: int


class _Part(NamedTuple):
    """One kind in one mode."""

    items: int
    request: JobRequest
    plan: Plan
    seen: Prospect

    @property
    def pictures(self) -> int:
        return self.items * self.request.n

    @property
    def lead(self) -> str:
        return self.plan.first.model


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanBatch:
    """The use case. `at_once` is how many calls of the lane bulk are made at the same time."""

    estimator: Estimator
    modes: Modes
    catalog: Catalog
    articles: Articles
    check: Check
    at_once: int

    def plan(self, asked: PlanRequest) -> BatchPlan:
        """Raises RequestInvalid if the items are of too many kinds."""
        kinds, faults = self._kinds(asked)
        pictures = sum(one.items * one.request.n for one in kinds)
        return BatchPlan(
            items=asked.n or len(asked.items or []),
            unreadable=sum(faults.values()),
            faults=tuple(faults)[:_FAULTS_TOLD],
            pictures=pictures,
            calls_at_once=self.at_once,
            modes=tuple(self._mode(mode, kinds) for mode in get_args(Mode)),
            articles=tuple(self._forecasts(kinds)),
        )

    def _kinds(self, asked: PlanRequest) -> tuple[list[_Kind], Counter[PlanFault]]:
        found: dict[str, _Kind] = {}
        faults: Counter[PlanFault] = Counter()
        for index, (fields, times) in enumerate(_items(asked)):
            try:
                request = item_request(fields, self.catalog, self.check)
            except RequestInvalid as invalid:
                faults[PlanFault(index=index, detail=why_not(invalid))] += times
                continue
            like = request.model_dump_json(exclude=set(ASIDE))
            before = found.get(like, _Kind(fields, request, 0))
            found[like] = before._replace(items=before.items + times)
        if len(found) > KINDS_MOST:
            many = f"there are {len(found)} kinds of items by size, model and so on; at most {KINDS_MOST} are planned"
            raise RequestInvalid([RequestFault("/items", many)])
        return list(found.values()), faults

    def _mode(self, mode: Mode, kinds: list[_Kind]) -> ModePlan:
        parts = [self._part(mode, kind) for kind in kinds]
        if not parts:
            return _impossible(mode, "no item can become a job; faults says why")
        others = [one for one in parts if mode == "economy" and not one.plan.first.economy]
        if len(others) == len(parts):
            return _impossible(mode, _no_economy(others[0]))
        return self._possible(mode, parts, _no_economy(others[0]) if others else None)

    def _part(self, mode: Mode, kind: _Kind) -> _Part:
        request = item_request(self.modes.adjust(mode, kind.fields), self.catalog, self.check)
        plan = self.estimator.plan(request)
        if mode == "economy" and request.lane == "bulk":
            plan = economical(plan, self.catalog) or plan
        _, seen = self.estimator.look(request, plan)
        return _Part(kind.items, request, plan, seen)

    def _possible(self, mode: Mode, parts: list[_Part], why_not: str | None) -> ModePlan:
        pictures = sum(one.pictures for one in parts)
        leads: Counter[str] = Counter()
        for one in parts:
            leads[one.lead] += one.pictures
        return ModePlan(
            mode=mode,
            possible=True,
            why_not=why_not,
            models=tuple(model for model, _ in leads.most_common()),
            calls=round(sum(one.pictures * one.seen.average.calls for one in parts), 3),
            delivered=round(sum(one.pictures * one.seen.average.delivered for one in parts) / pictures, 6),
            at_asked_size=round(sum(one.pictures * one.seen.average.at_asked_size for one in parts) / pictures, 6),
            cost=_money(parts),
            time=self._time(mode, parts),
        )

    def _time(self, mode: Mode, parts: list[_Part]) -> ModeTime:
        if mode == "economy":
            return ModeTime(p50_s=None, p95_s=None, at_most_s=ECONOMY_S)
        shares = [Share(one.pictures, one.seen.walks) for one in parts]
        p50, p95 = (lasts_s(shares, q, self.at_once) for q in (0.5, 0.95))
        return ModeTime(p50_s=p50, p95_s=p95, at_most_s=None)

    def _forecasts(self, kinds: list[_Kind]) -> Iterator[Forecast]:
        """The articles' word on the pictures of each size, of the model that was named or of any."""
        sizes: Counter[tuple[Tier, str | None]] = Counter()
        for one in kinds:
            sizes[one.request.asked.tier, one.request.model] += one.items * one.request.n
        for (size, model), pictures in sizes.items():
            told = forecasts(pictures, size, model, catalog=self.catalog, articles=self.articles)
            yield from (one for one in told if one.size == size)


def _items(asked: PlanRequest) -> Iterator[tuple[dict[str, Any], int]]:
    """The fields of each item, and how often it is there."""
    if asked.items is None:
        yield fields_of({}, {"prompt": _PROMPT, **asked.defaults}), asked.n or 0
        return
    for item in asked.items:
        yield fields_of(item, asked.defaults), 1


def _money(parts: list[_Part]) -> ModeMoney:
    return ModeMoney(
        expected_usd=round(sum(one.pictures * one.seen.average.usd for one in parts), 6),
        best_usd=round(sum(one.items * one.seen.best_usd for one in parts), 6),
        worst_usd=round(sum(one.items * one.seen.worst_usd for one in parts), 6),
    )


def _no_economy(part: _Part) -> str:
    if part.request.lane != "bulk":
        return f"items of the lane {part.request.lane} cannot wait for a batch API; leave the lane out"
    first = part.plan.first
    return f"{first.model} has no batch API on the route {first.route}; name another model or route"


def _impossible(mode: Mode, why_not: str) -> ModePlan:
    unknown = dict.fromkeys(("calls", "delivered", "at_asked_size", "cost", "time"))
    return ModePlan.model_validate({"mode": mode, "possible": False, "why_not": why_not, "models": (), **unknown})
