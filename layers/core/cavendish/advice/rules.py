"""The articles' decision tables as data: what may be asked, the rules of recommend.toml, and when one fits."""

import tomllib
from functools import cache
from importlib.resources import files
from typing import Annotated, Final, Literal, Self, get_args

from pydantic import BeforeValidator, ConfigDict, Field

from cavendish.contract.query import read_query
from cavendish.size import Tier, canonical
from cavendish.thinking import Level
from cavendish.value import Entry, Value
from cavendish.wishes import UseCase

#: The seven of row S1.16, and two of S2.15 and S3.07.
Scene = Literal[
    "rapid_drafts",
    "bulk",
    "text_heavy",
    "brand_visual",
    "large_print",
    "peak_hours",
    "lowest_budget",
    "commercial",
    "everyday",
]
Use = Literal[UseCase, Scene]
Need = Literal[
    "text",
    "consistency",
    "texture",
    "complex",
    "factual",
    "space",
    "grounding",
    "over_1k",
    "extreme_ratio",
    "speed",
    "lowest_cost",
]
Decides = Literal["size", "model", "thinking", "policy"]
#: In the order in which they are decided: what a model is recommended for depends on the size.
FIELDS: Final[tuple[Decides, ...]] = get_args(Decides)


def _listed(sent: object) -> object:
    """As a query has it: text,consistency."""
    return tuple(dict.fromkeys(one for one in sent.split(",") if one)) if isinstance(sent, str) else sent


def _as_written(sent: object) -> object:
    return canonical(sent) if isinstance(sent, str) else sent


class Query(Value):
    """What a recommendation is asked for."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    use_case: Use | None = None
    needs: Annotated[tuple[Need, ...], BeforeValidator(_listed)] = ()
    critical: Literal["true", "false"] | None = None
    size: Annotated[Tier | None, BeforeValidator(_as_written)] = None


def parse_query(parameters: list[tuple[str, str]]) -> Query:
    """Read the parameters as they were sent. Raises QueryInvalid with every fault."""
    return read_query(parameters, Query)


class Facts(Value):
    """What is known of a question, and what of the answer is decided by now; empty: nothing yet."""

    use_case: str = ""
    needs: tuple[Need, ...] = ()
    critical: bool | None = None
    size: Tier | Literal[""] = ""
    model: str = ""
    thinking: Level | Literal[""] = ""
    policy: str = ""

    @classmethod
    def of(cls, query: Query) -> Self:
        critical = None if query.critical is None else query.critical == "true"
        return cls(use_case=query.use_case or "", needs=query.needs, critical=critical, size=query.size or "")

    def knowing(self, field: Decides, value: str) -> Self:
        return self.model_validate({**self.model_dump(), field: value})

    def value(self, field: Decides) -> str:
        return {"size": self.size, "model": self.model, "thinking": self.thinking, "policy": self.policy}[field]


class When(Entry):
    """Conditions, all of which must hold; one that is not there holds."""

    use_case: tuple[Use, ...] = ()
    needs: tuple[Need, ...] = ()
    critical: bool | None = None
    size: tuple[Tier, ...] = ()
    model: tuple[str, ...] = ()

    def fits(self, facts: Facts) -> bool:
        return (
            (not self.use_case or facts.use_case in self.use_case)
            and (not self.needs or bool(set(self.needs) & set(facts.needs)))
            and self.critical in (None, facts.critical)
            and (not self.size or facts.size in self.size)
            and (not self.model or facts.model in self.model)
        )


class Rule(Entry):
    """What a row of an article says, and of what."""

    row: str
    says: str
    when: When = When()
    size: Tier | None = None
    model: str | None = None
    thinking: Level | None = None
    policy: str | None = None
    #: The ratio that the model is wanted for.
    ratio: str | None = None

    def value(self, field: Decides) -> str | None:
        return {"size": self.size, "model": self.model, "thinking": self.thinking, "policy": self.policy}[field]


class Disagreement(Entry):
    """A point on which the articles disagree (row 5.6), and what holds."""

    about: str
    when: When = Field(exclude=True)
    articles: tuple[str, ...]
    ruling: str


class Rules(Entry):
    """All of them, the strongest first; and in words what makes one stronger."""

    order: dict[Decides, str]
    rule: tuple[Rule, ...]
    disagreement: tuple[Disagreement, ...]


@cache
def rules() -> Rules:
    """The rules that are shipped, read once."""
    return Rules.model_validate(tomllib.loads(files("cavendish.advice").joinpath("recommend.toml").read_text("utf-8")))
