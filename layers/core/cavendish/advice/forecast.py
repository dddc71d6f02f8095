"""What many pictures take, as the articles count it: calls, money and time, each figure with the row that it is from.

Their ways of counting differ (articles.toml says how), so each is told beside the others and none is mixed.
"""

from collections.abc import Iterator

from cavendish.advice.articles import Articles
from cavendish.catalog.catalog import Catalog
from cavendish.catalog.times import Times
from cavendish.size import TIERS, Tier
from cavendish.value import Value


class Forecast(Value):
    """One article's word on so many pictures of one model at one size. Money in USD, times in seconds."""

    model: str
    size: Tier
    row: str
    #: None: the article says nothing of repeats.
    calls: int | None
    #: Of one picture: what it is said to cost.
    each_usd: tuple[float, float]
    #: Of all pictures. Two figures where a price is a range, or where failed calls may be paid or not.
    total_usd: tuple[float, float]
    #: Of one picture, with the source of that.
    typical_s: float | None
    p95_s: float | None
    times_source: str
    how: str


def forecasts(pictures: int, size: Tier, model: str | None, *, catalog: Catalog, articles: Articles) -> list[Forecast]:
    """For this size and those below it, the largest first; for all models that an article speaks of, or for one."""
    below = TIERS[: TIERS.index(size) + 1]
    named = catalog.find(model) if model else None
    found = [*_by_calls(pictures, articles), *_by_repeats(pictures, articles), *_by_volume(pictures, articles)]
    wanted = [one for one in found if one.size in below and (named is None or one.model == named.id)]
    ordered = sorted(wanted, key=lambda one: (one.model, -TIERS.index(one.size)))
    return [_timed(one, catalog) for one in ordered]


def claims(size: Tier, articles: Articles) -> list[str]:
    """What a smaller size is said to save, with the arithmetic where there is one."""
    return [
        f"{one.row}: {one.to} instead of {one.from_} saves {one.saves:.0%} of the {one.of}"
        + (f" ({one.usd[1]:g} / {one.usd[0]:g} = {one.usd[1] / one.usd[0]:.0%})" if one.usd else "")
        for one in articles.lower
        if one.from_ == size
    ]


def _by_calls(pictures: int, articles: Articles) -> Iterator[Forecast]:
    for one in articles.calls:
        for size, success in one.success.items():
            usd, calls = one.usd[size], one.needed(pictures, size)
            yield _forecast(
                one.model,
                size,
                row=f"{one.row}, {one.price_row}",
                calls=calls,
                each=(usd, usd),
                total=(round(pictures * usd, 2), round(calls * usd, 2)),
                how=f"{pictures} / {success:.0%} of calls; from pictures alone paid to every call paid",
            )


def _by_repeats(pictures: int, articles: Articles) -> Iterator[Forecast]:
    for one in articles.repeats:
        total = round(pictures * one.real_usd, 2)
        yield _forecast(
            one.model,
            one.size,
            row=one.row,
            calls=None,
            each=(one.real_usd, one.real_usd),
            total=(total, total),
            how=f"{one.usd:g} x {1 + one.failure:g}: each failure repeated once, and paid",
        )


def _by_volume(pictures: int, articles: Articles) -> Iterator[Forecast]:
    for one in articles.volumes:
        rows = dict.fromkeys((one.row, one.price_row))
        low, high = one.usd
        yield _forecast(
            one.model,
            one.size,
            row=", ".join(rows),
            calls=None,
            each=(low, high),
            total=one.range_usd(pictures),
            how=f"{pictures} x {low:g} to {high:g}, without repeats",
        )


def _forecast(
    model: str,
    size: Tier,
    *,
    row: str,
    calls: int | None,
    each: tuple[float, float],
    total: tuple[float, float],
    how: str,
) -> Forecast:
    return Forecast(
        model=model,
        size=size,
        row=row,
        calls=calls,
        each_usd=each,
        total_usd=total,
        typical_s=None,
        p95_s=None,
        times_source="",
        how=how,
    )


def _timed(one: Forecast, catalog: Catalog) -> Forecast:
    times: Times | None = catalog.model(one.model).times.get(one.size)
    if times is None:
        return one
    said = {"typical_s": times.typical_s, "p95_s": times.p95_s, "times_source": catalog.sources[times.source]}
    return one.model_copy(update=said)
