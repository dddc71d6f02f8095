"""GET /v1/stats: what may be asked, and how the sums that are kept (tally.py) become the answer."""

import re
from collections.abc import Iterable, Mapping
from typing import Annotated, Final, Literal, Self

from pydantic import AwareDatetime, BeforeValidator, ConfigDict, Field

from cavendish.contract.query import read_query
from cavendish.errors import QueryInvalid, RequestFault
from cavendish.health.health import COARSE_S, window_at
from cavendish.moment import Moment, moment
from cavendish.money.money import dollars
from cavendish.stats.ports import Statistics
from cavendish.stats.tally import NO_TAG, Kind, Sum, Tally
from cavendish.value import Value

Dimension = Literal["model", "size", "route", "tag", "hour"]
#: What a sum's key says, by the kind of sum.
_FIELDS: Final[dict[Kind, tuple[Dimension, ...]]] = {
    "way": ("route", "model", "size"),
    "tag": ("tag", "route", "model", "size"),
}
_DATED: Final = re.compile("[0-9]{4}-[0-9]{2}-[0-9]{2}[Tt]")
#: The span, where the query does not say since when, in seconds.
_SPAN_S: Final = 86_400
#: So many sums are read at most: they are about half a kilobyte each, ten pages of a query and 1,250 read units.
_MOST_SUMS: Final = 20_000
#: So many groups are answered at most: some 3 MB of the 6 that Lambda can send.
_MOST_GROUPS: Final = 10_000


def _listed(sent: object) -> object:
    """As a query has it: model,size."""
    return tuple(dict.fromkeys(sent.split(","))) if isinstance(sent, str) else sent


def _no_number(sent: object) -> object:
    """Pydantic would take digits for the seconds since the epoch."""
    if isinstance(sent, str) and not _DATED.match(sent):
        raise ValueError("this is no moment; write 2026-11-20T12:00:00Z")
    return sent


def _kind(by: tuple[Dimension, ...]) -> Kind:
    return "tag" if "tag" in by else "way"


By = Annotated[tuple[Dimension, ...], BeforeValidator(_listed), Field(min_length=1)]
When = Annotated[AwareDatetime | None, BeforeValidator(_no_number)]


class StatsQuery(Value):
    """What statistics are asked for."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    by: By = ("model",)
    since: When = None
    until: When = None


class Group(Value):
    """The calls that have the same model, size and so on: what `by` does not name is null."""

    model: str | None = None
    size: str | None = None
    route: str | None = None
    tag: str | None = Field(
        default=None,
        description="A call is in the groups of each of its job's tags; null: those of jobs without tags, or `by` does "
        "not name it.",
    )
    hour: Moment | None = Field(default=None, description="When it began (UTC).")
    count: int = Field(description="Calls that were made, by the jobs that have ended.")
    successes: int = Field(description="Those that brought a picture which was taken.")
    success: float = Field(description="Their share, 0 to 1.")
    p50_s: float | None = Field(
        description="Seconds of a call with a picture: the median, 5 % off at most, of however few; null: of none it "
        "is known, as in a provider's batch."
    )
    p95_s: float | None
    p99_s: float | None
    cost_usd: float = Field(description="Of all calls, also those without a picture.")
    attempts_per_success: float | None = Field(description="Calls for each picture; null: there is none.")

    @classmethod
    def of(cls, names: Mapping[Dimension, str | None], tally: Tally) -> Self:
        quantiles = {f"p{n}_s": _rounded(tally.times.quantile(n / 100)) for n in (50, 95, 99)}
        return cls.model_validate(
            {
                **names,
                **quantiles,
                "count": tally.calls,
                "successes": tally.made,
                "success": round(tally.made / max(tally.calls, 1), 4),
                "cost_usd": dollars(tally.spent),
                "attempts_per_success": round(tally.calls / tally.made, 3) if tally.made else None,
            }
        )


class Stats(Value):
    """What the calls of your jobs came to."""

    by: tuple[Dimension, ...]
    since: Moment = Field(description="From when on: the beginning of an hour (UTC).")
    until: Moment = Field(description="Until when: the end of an hour (UTC).")
    groups: tuple[Group, ...]


def parse_query(parameters: list[tuple[str, str]]) -> StatsQuery:
    """Read the parameters as they were sent. Raises QueryInvalid with every fault."""
    return read_query(parameters, StatsQuery)


def stats(query: StatsQuery, tenant: str, statistics: Statistics, now: float) -> Stats:
    """Whole hours, from the one in which the span begins to the one in which it ends. Raises QueryInvalid."""
    until = query.until.timestamp() if query.until else now
    since = query.since.timestamp() if query.since else until - _SPAN_S
    if until < since:
        raise QueryInvalid([RequestFault("/until", "the span ends before it begins", "query")])
    sums = statistics.read(tenant, _kind(query.by), since, until, _MOST_SUMS)
    groups = None if sums is None else _groups(query, sums)
    if groups is None or len(groups) > _MOST_GROUPS:
        raise QueryInvalid([RequestFault("/since", "there is too much in this span; ask for a shorter one", "query")])
    return Stats(by=query.by, since=moment(window_at(since, COARSE_S)), until=moment(_end(until)), groups=tuple(groups))


def _groups(query: StatsQuery, sums: Iterable[Sum]) -> list[Group]:
    found: dict[tuple[str, ...], Tally] = {}
    for one in sums:
        known = dict(zip(_FIELDS[one.kind], one.key, strict=True)) | {"hour": moment(one.hour)}
        names = tuple(known[name] for name in query.by)
        found[names] = found.get(names, Tally()).merge(one.tally)
    return [Group.of(_named(query.by, names), found[names]) for names in sorted(found)]


def _named(by: tuple[Dimension, ...], names: tuple[str, ...]) -> dict[Dimension, str | None]:
    return {name: None if (name, one) == ("tag", NO_TAG) else one for name, one in zip(by, names, strict=True)}


def _end(until: float) -> int:
    return window_at(until, COARSE_S) + COARSE_S


def _rounded(seconds: float | None) -> float | None:
    return None if seconds is None else round(seconds, 2)
