"""What a smaller size or another model would save, in money and in time; and what articles claim of it."""

from collections.abc import Iterable
from typing import NamedTuple

from cavendish.advice.articles import Articles
from cavendish.advice.estimate import Saving
from cavendish.advice.prospect import Prospect, seconds
from cavendish.catalog.catalog import Catalog
from cavendish.contract.misfits import misfits
from cavendish.ladder.plan import Plan
from cavendish.money.money import micros, shown
from cavendish.request import JobRequest
from cavendish.size import TIERS

#: Less than this share is none: another half an hour may say otherwise.
_WORTHWHILE = 0.02


class Other(NamedTuple):
    """The same request but for one field."""

    change: dict[str, str]
    request: JobRequest


def others(request: JobRequest, first: str, catalog: Catalog) -> list[Other]:
    """Each smaller size, and each other model of the policy that can do it. `first` is the one that is planned."""
    asked = request.asked.tier
    smaller: list[dict[str, str]] = [{"size": size} for size in reversed(TIERS[: TIERS.index(asked)])]
    models = [one.id for one in catalog.makers(asked, request.ratio) if one.state == "live" and one.id != first]
    found = [_other(request, change) for change in (*smaller, *({"model": model} for model in models))]
    return [one for one in found if not misfits(one.request, catalog)]


def _other(request: JobRequest, change: dict[str, str]) -> Other:
    """A size that was named by its pixels named the ratio too."""
    return Other(
        change, request.model_copy(update={"aspect_ratio": request.ratio, "size": request.asked.tier, **change})
    )


def saving(other: Other, plan: Plan, here: Prospect, there: Prospect, articles: Articles) -> Saving | None:
    """What the other request saves of this one; None: nothing that is worth a word."""
    if not there.average.delivered:
        return None  # what brings no picture costs less and saves nothing
    n, tier = other.request.n, plan.steps[0].size
    usd, cheaper = n * there.average.usd, n * (here.average.usd - there.average.usd)
    took, takes = seconds(here, 0.5, n), seconds(there, 0.5, n)
    money, time = _share(cheaper, n * here.average.usd), _share(took - takes, took)
    if max(money, time) < _WORTHWHILE:
        return None
    return Saving(
        change=other.change,
        expected_usd=round(usd, 6),
        p50_s=takes,
        saves_usd=round(cheaper, 6),
        saves_s=round(took - takes, 1),
        saves_cost_share=money,
        saves_time_share=time,
        words=f"{next(iter(other.change.values()))}: {_money(cheaper, money)}, {_time(took - takes, time)}",
        articles=tuple(_claims(other, plan.first.model, tier, articles)),
    )


def best_first(found: Iterable[Saving | None]) -> tuple[Saving, ...]:
    return tuple(sorted((one for one in found if one), key=lambda one: -one.saves_usd))


def _claims(other: Other, model: str, tier: str, articles: Articles) -> list[str]:
    """The articles speak of Pro."""
    if model != articles.calls[0].model:
        return []
    size = other.change.get("size")
    return [articles.cited(one.row) for one in articles.lower if (one.from_, one.to) == (tier, size)]


def _share(part: float, whole: float) -> float:
    return round(part / whole, 4) if whole else 0.0


def _money(usd: float, share: float) -> str:
    word = "less" if usd >= 0 else "more"
    return f"USD {shown(abs(micros(usd)))} {word} ({abs(share):.0%})"


def _time(seconds_: float, share: float) -> str:
    if not round(share, 2):
        return "as fast"
    return f"{abs(seconds_):g} s {'faster' if seconds_ >= 0 else 'slower'} ({abs(share):.0%})"
