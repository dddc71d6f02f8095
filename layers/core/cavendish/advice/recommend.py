"""Which size, model, thinking and policy for what: by the articles' decision tables (recommend.toml).

For each of the four the first rule that fits decides, and its row is told. Rules name the articles' models; one that
is about to be shut down stands for its successor, where that makes the same.
"""

from collections.abc import Iterator
from typing import Literal, NamedTuple

from pydantic import Field

from cavendish.advice.articles import Articles
from cavendish.advice.by_size import AtSize, by_size
from cavendish.advice.rules import FIELDS, Decides, Disagreement, Facts, Query, Rule, Rules, When
from cavendish.catalog.catalog import Catalog
from cavendish.catalog.model import Model
from cavendish.size import DEFAULT, Tier
from cavendish.thinking import nearest
from cavendish.value import Value


class Reason(Value):
    """One rule of an article that fits."""

    decides: Decides
    value: str
    row: str = Field(description="The article and its row, such as S1.16; or `catalogue`.")
    says: str


class Against(Reason):
    """A rule that fits too, says otherwise, and did not decide."""

    ruling: str = Field(description="Why the other one holds.")


class Recommendation(Value):
    """What to ask for, and why."""

    size: Tier
    model: str
    thinking: Literal["minimal", "low", "medium", "high"] | None = Field(
        description="The level that the model has for it; null: it has no levels to choose."
    )
    policy: str
    submit: dict[str, str] = Field(description="The fields of a submit that ask for it.")
    sizes: tuple[AtSize, ...] = Field(description="What the model takes at each of its sizes.")
    why: tuple[Reason, ...]
    against: tuple[Against, ...] = Field(description="What other articles, or other tables, would have said.")
    disagreements: tuple[Disagreement, ...] = Field(description="Where the articles disagree on it, and what holds.")


class _Decided(NamedTuple):
    """What decides a field, and what fits as well."""

    first: Rule | None
    rest: list[Rule]


def recommend(query: Query, catalog: Catalog, rules: Rules, articles: Articles) -> Recommendation:
    """By the rules that fit. What the caller names itself, a size, is as the caller says."""
    facts, decided = Facts.of(query), dict[Decides, _Decided]()
    for field in FIELDS:
        decided[field] = _decide(field, facts, rules)
        facts = facts.knowing(field, _value(field, decided[field], query))
    asked = catalog.model(facts.model)
    size: Tier = facts.size or DEFAULT
    model = _living(asked, size, _ratio(decided["model"]), catalog)
    level = nearest(facts.thinking, model.thinking) if facts.thinking else None
    submit = {"size": size, "model": model.id, "policy": facts.policy, **({"thinking": level} if level else {})}
    return Recommendation(
        size=size,
        model=model.id,
        thinking=level,
        policy=facts.policy,
        submit=submit,
        sizes=tuple(by_size(model, catalog, articles)),
        why=(*_reasons(decided, query), *_replaced(asked, model, size)),
        against=tuple(_against(decided, facts, rules)),
        disagreements=tuple(one for one in rules.disagreement if one.when.fits(facts)),
    )


def _decide(field: Decides, facts: Facts, rules: Rules) -> _Decided:
    fit = [rule for rule in rules.rule if rule.value(field) and rule.when.fits(facts)]
    if field == "size" and facts.size:
        return _Decided(None, fit)
    return _Decided(fit[0], fit[1:])


def _value(field: Decides, decided: _Decided, query: Query) -> str:
    return decided.first.value(field) or "" if decided.first else str(query.size)


def _ratio(decided: _Decided) -> str:
    return (decided.first and decided.first.ratio) or "1:1"


def _living(asked: Model, size: Tier, ratio: str, catalog: Catalog) -> Model:
    """The model itself, or the one to take in its place: its successor, or the first that can."""
    successor = catalog.find(asked.successor) if asked.successor and asked.state != "live" else None
    able = [one for one in (successor, asked) if one and one.makes(size, ratio)]
    return (able or catalog.makers(size, ratio))[0]


def _reasons(decided: dict[Decides, _Decided], query: Query) -> Iterator[Reason]:
    for field, one in decided.items():
        if one.first:
            yield Reason(decides=field, value=one.first.value(field) or "", row=one.first.row, says=one.first.says)
        else:
            yield Reason(decides=field, value=str(query.size), row="yours", says="you named it")


def _replaced(asked: Model, model: Model, size: Tier) -> list[Reason]:
    if asked.id == model.id:
        return []
    gone = f"{asked.name} may be shut down from {asked.retires} on" if asked.retires else f"{asked.name} has no {size}"
    return [Reason(decides="model", value=model.id, row="catalogue", says=f"{gone}; {model.name} takes its place")]


def _against(decided: dict[Decides, _Decided], facts: Facts, rules: Rules) -> Iterator[Against]:
    """Only what is said of this question: a default for whatever it may be contradicts nobody."""
    for field, one in decided.items():
        holds = facts.value(field)
        for rule in (other for other in one.rest if other.when != When()):
            if (value := rule.value(field)) and value != holds:
                yield Against(decides=field, value=value, row=rule.row, says=rule.says, ruling=rules.order[field])
