"""Where the providers stand: each route with its models, how they did lately, and whether they are used."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final, Literal, NamedTuple, Self

from pydantic import Field

from cavendish.catalog.catalog import Catalog
from cavendish.catalog.model import Model
from cavendish.catalog.route import Route
from cavendish.catalog.times import Times
from cavendish.health.breaker import PROBES, is_open
from cavendish.health.doors import Closure, Keyed, find
from cavendish.health.health import ENOUGH, Health, Window
from cavendish.health.odds import Odds, Way, odds
from cavendish.health.permits import Concurrency
from cavendish.health.prior import prior
from cavendish.health.routing import time_limit
from cavendish.ladder.policy import CAVENDISH
from cavendish.moment import Moment, moment
from cavendish.outcome import Outcome
from cavendish.size import Tier
from cavendish.value import Value

State = Literal["open", "closed", "circuit_open", "circuit_half_open"]
_WHY: Final[dict[State, str]] = {
    "circuit_open": f"its last calls all failed: other models go before it, but for one job in {PROBES} that tries it",
    "circuit_half_open": "its last calls all failed, but too long ago to tell: the next job tries it as ever",
}


class Known(NamedTuple):
    """All that the providers are judged by. `learning`: whether routing goes by what is measured."""

    windows: Mapping[Way, Sequence[Window]]
    closures: Sequence[Closure]
    keyed: Keyed | None
    learning: bool
    now: float
    concurrencies: Sequence[Concurrency] = ()

    def concurrency(self, route: str, model: str) -> int | None:
        found = (one for one in self.concurrencies if (one.route, one.model) == (route, model))
        return next((int(one.permits) for one in found), None)


class Standing(Value):
    """A model on a route at one size."""

    size: Tier
    state: State = Field(
        description="`open`: it is used as policies have it. `closed`: its quota of the day is used up, until `until`. "
        "`circuit_open` and `circuit_half_open`: its last calls all failed; `why` says what follows."
    )
    why: str | None = Field(description="Why it is not open; null: it is.")
    until: Moment | None = Field(description="When it opens again (UTC).")
    limit_s: int | None = Field(
        description="Seconds that the default policy would give a call now; null: it never asks for this."
    )
    calls: int = Field(description="That ended lately.")
    success: float | None = Field(description="The share of them that brought what was asked for; null: no calls.")
    outcomes: dict[Outcome, int] = Field(description="The calls by what they came to.")
    p50_s: float | None = Field(
        description=f"Seconds of a call with a picture: the median, 5 % off at most; null below {ENOUGH} of them."
    )
    p95_s: float | None
    p99_s: float | None
    catalogue: Times | None = Field(description="What is believed where too little is measured; null: enough is.")

    @classmethod
    def of(cls, way: Way, model: Model, known: Known) -> Self:
        windows = known.windows.get(way, ())
        health = Health.of(windows)
        likely = odds(windows, prior(model, way.size, known.now), known.now)
        terms = CAVENDISH.terms[model.family].get(way.size)
        planned_s = terms.limit_s if terms else None
        return cls.model_validate(
            {
                **_measured(health),
                **_state(windows, likely, find(known.closures, way.route, way.model), known),
                "size": way.size,
                "limit_s": time_limit(planned_s, likely) if planned_s and known.learning else planned_s,
                "catalogue": None if health.known else model.times[way.size],
            }
        )


class ProviderModel(Value):
    """A model on a route."""

    id: str
    concurrency: int | None = Field(
        description="How many calls of all sizes run at once, since it throttled; null: as many as come."
    )
    sizes: tuple[Standing, ...]


class Provider(Value):
    """A route."""

    route: str
    dialect: str
    key: bool | None = Field(description="Whether a key is set for it; null: no job was planned yet, so none looked.")
    usable: bool | None = Field(description="Whether it has a key and leads somewhere.")
    models: tuple[ProviderModel, ...]

    @classmethod
    def of(cls, name: str, route: Route, catalog: Catalog, known: Known) -> Self:
        keyed = known.keyed
        models = (
            ProviderModel(
                id=model,
                concurrency=known.concurrency(name, model),
                sizes=tuple(Standing.of(Way(name, model, size), catalog.model(model), known) for size in offer.sizes),
            )
            for model, offer in route.models.items()
        )
        return cls(
            route=name,
            dialect=route.dialect,
            key=name in keyed.keys if keyed else None,
            usable=name in keyed.usable if keyed else None,
            models=tuple(models),
        )


class Providers(Value):
    """All routes, in the catalogue's order."""

    since: Moment = Field(description="Calls that ended since then are counted (UTC).")
    keys_as_of: Moment | None = Field(description="When it was last seen which keys are set.")
    providers: tuple[Provider, ...]


def standings(catalog: Catalog, known: Known, since: float) -> Providers:
    """Every route with every model at every size that it offers."""
    return Providers(
        since=moment(since),
        keys_as_of=moment(known.keyed.as_of) if known.keyed else None,
        providers=tuple(Provider.of(name, route, catalog, known) for name, route in catalog.routes.items()),
    )


def offered(catalog: Catalog, ways: Iterable[tuple[str, str, str]]) -> list[Way]:
    """Those of the ways that the catalogue still has."""
    there = {
        Way(name, model, size)
        for name, route in catalog.routes.items()
        for model, offer in route.models.items()
        for size in offer.sizes
    }
    return sorted(there & set(ways))


def _measured(health: Health) -> dict[str, Any]:
    times = health.times if health.known else None
    quantiles = {f"p{n}_s": times.quantile(n / 100) if times else None for n in (50, 95, 99)}
    made = health.outcomes.get(Outcome.OK, 0)
    return {
        **{name: None if value is None else round(value, 2) for name, value in quantiles.items()},
        "calls": health.calls,
        "success": round(made / health.calls, 4) if health.calls else None,
        "outcomes": health.outcomes,
    }


def _state(windows: Sequence[Window], likely: Odds, closure: Closure | None, known: Known) -> dict[str, Any]:
    if closure:
        return {"state": "closed", "why": closure.reason, "until": moment(closure.until)}
    state = _circuit(windows, likely) if known.learning else "open"
    return {"state": state, "why": _WHY.get(state), "until": None}


def _circuit(windows: Sequence[Window], likely: Odds) -> State:
    if likely.out:
        return "circuit_open"
    last = windows[-1] if windows else None
    out_then = last and is_open(windows[::-1], likely.ok, last.begins_at + last.length_s)
    return "circuit_half_open" if out_then else "open"
