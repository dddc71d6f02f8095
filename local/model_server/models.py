"""The image models that answer, as data; read once from models.toml."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

GEMINI, GPT = "gemini", "gpt-image"


@dataclass(frozen=True, slots=True, kw_only=True)
class Model:
    id: str
    family: str = GEMINI
    aliases: tuple[str, ...] = ()
    nicknames: tuple[str, ...] = ()  # ids that gateways answer to, and Google does not
    # gemini
    tokens: Mapping[str, int] = field(default_factory=dict)
    usd: Mapping[str, float] = field(default_factory=dict)
    per_call_usd: float | None = None  # at a gateway that sells calls
    credits: Mapping[str, int] = field(default_factory=dict)  # at nanobananaapi.dev
    input_tokens: int = 0
    usd_per_million: Mapping[str, float] = field(default_factory=dict)
    png_every: int = 1
    wide: bool = False  # knows 1:4, 4:1, 1:8 and 8:1
    sized: bool = True  # takes an imageSize
    # gpt-image
    any_size: bool = False
    transparent: bool = True
    qualities: tuple[str, ...] = ()

    @property
    def thinks(self) -> bool:
        return self.family == GEMINI and self.sized

    def mime(self, nth: int) -> str:
        return "image/png" if nth % self.png_every == 0 else "image/jpeg"


@cache
def models(family: str = GEMINI) -> Mapping[str, Model]:
    """Every id of a family that its maker answers to, aliases too."""
    rows = tomllib.loads(Path(__file__).with_name("models.toml").read_text())
    known = [Model(id=name, **row) for name, row in rows.items()]
    ours = [model for model in known if model.family == family]
    return {name: model for model in ours for name in (model.id, *model.aliases)}


@cache
def sold_by_gateways() -> Mapping[str, Model]:
    """Gateways keep old ids and nicknames alive, and some put the maker's name before them."""
    known = {name: model for model in models().values() for name in (model.id, *model.aliases, *model.nicknames)}
    return known | {f"google/{name}": model for name, model in known.items()}
